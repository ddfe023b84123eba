import type { PushPlan } from '#shared/model/push-plan.ts'
import { outcomeWords, visible } from '#shared/words.ts'

const dangers: Readonly<Record<PushPlan['danger'], (unit: string) => string>> = {
  none: () => 'no service is touched',
  reload: (unit) => `${unit} is reloaded`,
  restart: (unit) => `${unit} is restarted: what it does at that moment is lost`,
  'lock-out': (unit) => `${unit || 'the firewall'} is changed, and a mistake could lock everybody out`,
}

function change({ before, after }: PushPlan['files'][number]): string {
  if (after === 'absent') return before.startsWith('link:') ? 'link taken away' : 'file taken away'
  const [content, uid, gid, mode] = after.split(':')
  const owned = `owner ${uid}:${gid}, mode ${mode}`
  if (content === 'kept') return before === 'absent' ? `made on the host, ${owned}` : `content stays, ${owned}`
  return `${before === 'absent' ? 'new file' : 'changed file'}, ${owned}`
}

/** A plan for people. */
export function planText({ template, host, address, unit, danger, files, turns, reverts }: PushPlan, about: string): string {
  const lines = [
    `${template.id} ${template.version} on ${host} (${address})`,
    about,
    '',
    ...files.flatMap((file) => [`${file.path}: ${change(file)}`, ...file.diff.map((line) => `  ${line}`), '']),
    `service   ${dangers[danger](unit)}`,
    ...turns.map(({ control, subject, status, title }) =>
      reverts === undefined
        ? `turns     ${control} ${subject}: ${outcomeWords[status].word} (${title}) to pass`
        : `may lose  ${control} ${subject}: it was ${outcomeWords[status].word} (${title})`,
    ),
  ]
  return `${lines.map(visible).join('\n')}\n`
}
