import { bootUndoWords } from '#shared/boot-undo-words.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { outcomeWords, visible } from '#shared/words.ts'
import { cell, code, oneLine } from '../../audit/markdown.ts'
import type { TemplateShelf } from '../templates/template-shelf.ts'

const dangers: Readonly<Record<PushPlan['danger'], (unit: string) => string>> = {
  none: () => 'no service is touched',
  reload: (unit) => `${unit} is reloaded`,
  restart: (unit) => `${unit} is restarted: what it does at that moment is lost`,
  'lock-out': (unit) => `${unit || 'what decides who gets in'} is changed, and a mistake could lock everybody out`,
}

function change({ before, after }: PushPlan['files'][number]): string {
  if (after === 'absent') return before.startsWith('link:') ? 'link taken away' : 'file taken away'
  const [content, uid, gid, mode] = after.split(':')
  const owned = `owner ${uid}:${gid}, mode ${mode}`
  if (content === 'kept') return before === 'absent' ? `made on the host, ${owned}` : `content stays, ${owned}`
  return `${before === 'absent' ? 'new file' : 'changed file'}, ${owned}`
}

/** What a plan is for, in a sentence. Throws `push.not-possible` where its template is not known. */
export const aboutPlan = (plan: PushPlan, templates: Pick<TemplateShelf, 'find'>): string =>
  plan.reverts === undefined
    ? templates.find(plan.template.id).manifest.about
    : `Takes push ${plan.reverts} back: what the host kept from before it is put in place.`

/** A plan for people. */
export function planText(plan: PushPlan, about: string): string {
  const { template, host, address, unit, danger, files, turns, unseen = [], reverts } = plan
  const undo = bootUndoWords(plan)
  const lines = [
    `${template.id} ${template.version} on ${host} (${address})`,
    about,
    '',
    ...files.flatMap((file) => [`${file.path}: ${change(file)}`, ...file.diff.map((line) => `  ${line}`), '']),
    `service   ${dangers[danger](unit)}`,
    ...(undo === '' ? [] : [`undo      ${undo}`]),
    ...turns.map(({ control, subject, status, title }) =>
      reverts === undefined
        ? `${status === 'pass' ? 'keeps     ' : 'turns     '}${control} ${subject}: ${outcomeWords[status].word} (${title})${status === 'pass' ? '' : ' to pass'}`
        : `may lose  ${control} ${subject}: it was ${outcomeWords[status].word} (${title})`,
    ),
    ...unseen.map((control) => `unseen    ${control}: may not be evaluated afterwards`),
  ]
  return `${lines.map(visible).join('\n')}\n`
}

/** The same as Markdown, to be passed on: a difference is a block of code by its indentation, out of which no line can break. */
export function planMarkdown(plan: PushPlan, about: string): string {
  const { id, createdAt, template, host, address, unit, danger, files, turns, unseen = [], reverts } = plan
  const undo = bootUndoWords(plan)
  const lines = [
    `# Plan: ${cell(template.id)} ${template.version} on ${cell(host)}`,
    '',
    cell(about),
    '',
    `- Host: ${cell(host)} (${cell(address)})`,
    `- Made: ${createdAt}, plan \`${code(id)}\`, template SHA-256 \`${template.sha256}\``,
    `- Service: ${cell(dangers[danger](unit))}`,
    ...(undo === '' ? [] : [`- Undo: ${undo}`]),
    '',
    ...files.flatMap((file) => [
      `## ${cell(file.path)}`,
      '',
      cell(change(file)),
      '',
      ...(file.diff.length > 0 ? [...file.diff.map((line) => `    ${oneLine(line)}`), ''] : []),
    ]),
    reverts === undefined ? '## Must pass afterwards' : '## May be lost',
    '',
    ...turns.map(
      ({ control, subject, status, title }) => `- \`${code(control)}\` ${cell(subject)}: now ${outcomeWords[status].word} (${cell(title)})`,
    ),
    ...(unseen.length > 0 ? ['', '## May not be evaluated afterwards', '', ...unseen.map((control) => `- \`${code(control)}\``)] : []),
  ]
  return `${lines.join('\n')}\n`
}
