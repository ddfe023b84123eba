import type { PushConflict } from '#shared/model/push-conflict.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'
import { redact } from '../../facts/secrets.ts'
import type { HostAnswer } from '../host/answer.ts'
import { threeWay } from './three-way.ts'

/** Of each text: what compares them takes the square of it. */
const MAX_LINES = 1000

/** What of a plan is not so any more, by what the host says of its files now. A host that says nothing gives none. Pure. */
export function conflictsOf({ files }: Pick<PushPlan, 'files'>, answer: Pick<HostAnswer, 'ended' | 'files' | 'contents'>): PushConflict[] {
  if (!answer.ended) return []
  return files.flatMap((file, index) => {
    const now = answer.files.get(index + 1) ?? 'unreadable'
    return isSame(file.before, now) ? [] : [conflictOf(file, now, answer.contents.get(index + 1))]
  })
}

/** Of a file that may not be read owner and mode are all that is seen. */
const isSame = (planned: string, now: string): boolean =>
  now === planned || (now.startsWith('unread:') && planned.slice(planned.indexOf(':')) === now.slice('unread'.length))

function conflictOf({ path, before, after, diff }: PushPlan['files'][number], now: string, content: string | undefined): PushConflict {
  const conflict = { path, planned: before, now: visible(now).slice(0, 200), wanted: after }
  const without = (remark: string): PushConflict => ({ ...conflict, lines: [], remark })
  const text = now === 'absent' ? '' : content
  if (text === undefined || before.startsWith('unread:')) return without('Its text is not read here: only the host compares it.')
  if (/^(?:link|kept):/.test(before) || after.startsWith('kept:'))
    return without('Of a link, or a file that keeps its content, there is no text.')
  const planned = diff.filter((line) => !line.startsWith('+')).map((line) => line.slice(1))
  const wanted = diff.filter((line) => !line.startsWith('-')).map((line) => line.slice(1))
  const found = text === '' ? [] : redact(text).replace(/\n$/, '').split('\n')
  if ([planned, wanted, found].some(({ length }) => length > MAX_LINES)) return without('It is too long to be shown side by side.')
  const isAlike = planned.join('\n') === found.join('\n')
  const remark =
    isAlike && before.split(':')[0] !== now.split(':')[0] ? 'It differs in what is not shown: a secret, or the end of its last line.' : ''
  return { ...conflict, lines: threeWay(planned, found, wanted), remark }
}

/** For people: what each line stands in, below the legend. */
export const conflictText = (conflicts: readonly PushConflict[]): string => {
  const lines = conflicts.flatMap(({ path, planned, now, wanted, lines, remark }) => [
    `${path} is not as it was planned`,
    `  planned   ${planned}`,
    `  now       ${now}`,
    `  template  ${wanted}`,
    ...(remark === '' ? [] : [`  ${remark}`]),
    ...lines.map((line) => `  ${line}`),
  ])
  const legend = 'Lines of what the plan saw (P), of what is there now (N) and of what the template wants (T). Plan anew: gatehouse plan.'
  return lines.length === 0 ? '' : `${[legend, ...lines].map(visible).join('\n')}\n`
}
