import type { PushPlan } from '#shared/model/push-plan.ts'
import { outcomeWords, visible } from '#shared/words.ts'

const dangers: Readonly<Record<PushPlan['danger'], (unit: string) => string>> = {
  none: () => 'no service is touched',
  reload: (unit) => `${unit} is reloaded`,
  restart: (unit) => `${unit} is restarted: what it does at that moment is lost`,
  'lock-out': (unit) => `${unit} is restarted, and a mistake could lock everybody out`,
}

const was = (before: string): string => (before === 'absent' ? 'new file' : 'changed file')

/** A plan for people. */
export function planText({ template, host, address, unit, danger, files, turns }: PushPlan, about: string): string {
  const lines = [
    `${template.id} ${template.version} on ${host} (${address})`,
    about,
    '',
    ...files.flatMap(({ path, before, after, diff }) => {
      const [, uid, gid, mode] = after.split(':')
      return [`${path}: ${was(before)}, owner ${uid}:${gid}, mode ${mode}`, ...diff.map((line) => `  ${line}`), '']
    }),
    `service   ${dangers[danger](unit)}`,
    ...turns.map(
      ({ control, subject, status, title }) => `turns     ${control} ${subject}: ${outcomeWords[status].word} (${title}) to pass`,
    ),
  ]
  return `${lines.map(visible).join('\n')}\n`
}
