import type { ItemId } from '#shared/model/checklist.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import { isDay, isOver } from '#shared/model/validity.ts'
import type { StepDraft, StepRecord, StepRequest } from '#shared/model/walkthrough.ts'
import { blanksIn } from '#shared/statement-blanks.ts'
import { openOutcomes } from '#shared/status.ts'
import type { HostView } from '../../stores/host-view.ts'
import { count } from '../../ui/words.ts'

export interface ItemFinding {
  readonly key: string
  readonly host: string
  readonly finding: FindingBrief
}

const keyOf = (host: string, { control, subject }: Pick<FindingBrief, 'control' | 'subject'>): string => [host, control, subject].join('\n')

/** Every finding of an item on every host, as the engine counts them. */
export const findingsOf = (hosts: readonly HostView[], item: ItemId): ItemFinding[] =>
  hosts.flatMap(({ name, audit }) =>
    (audit?.findings ?? [])
      .filter((finding) => finding.item === item)
      .map((finding) => ({ key: keyOf(name, finding), host: name, finding })),
  )

/** Those that stand against the item being met. `stated`: controls that the statement of this step answers. */
export const openOf = (findings: readonly ItemFinding[], stated: readonly string[]): ItemFinding[] =>
  findings.filter(
    ({ finding }) => openOutcomes.includes(finding.status) && !(finding.status === 'needs-attestation' && stated.includes(finding.control)),
  )

/** What a step begins with: what was typed, else what was recorded, else the name of whoever answered for the step recorded last. */
export function draftOf(draft: StepDraft | null, record: StepRecord | null, name = ''): StepDraft {
  if (draft !== null) return draft
  if (record === null) return { outcome: null, statement: '', endsOn: '', note: '', name, links: '', exceptions: {}, attachments: [] }
  return {
    ...{ outcome: record.outcome, statement: record.statement ?? '', endsOn: record.endsOn ?? '', note: record.note, name: record.name },
    links: record.links.join('\n'),
    exceptions: Object.fromEntries(
      record.exceptions.map(({ host, owner, resolveBy, reason, ...finding }) => [keyOf(host, finding), { owner, resolveBy, reason }]),
    ),
    attachments: record.attachments,
  }
}

const linesOf = (text: string): string[] => text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]))

const isLink = (text: string): boolean => {
  try {
    return /^https?:$/.test(new URL(text).protocol)
  } catch {
    return false
  }
}

/** The request, or what is missing for it in one sentence. The engine checks again. */
export function requestOf(
  item: ItemId,
  draft: StepDraft,
  open: readonly ItemFinding[],
  now: number,
): { readonly request: StepRequest } | { readonly missing: string } {
  const { outcome, statement, endsOn, note, name, exceptions, attachments } = draft
  if (outcome === null) return { missing: 'Choose an outcome.' }
  if (outcome === 'met' && open.length > 0)
    return {
      missing: `${count(open.length, 'finding is', 'findings are')} open: choose “Met with exceptions”, or mend ${open.length === 1 ? 'it' : 'them'} first.`,
    }
  if (statement.trim() !== '' && !isDay(endsOn)) return { missing: 'Write the last day on which the statement holds as YYYY-MM-DD.' }
  if (statement.trim() !== '' && isOver(endsOn, now)) return { missing: `The statement would hold until ${endsOn}, which is over.` }
  const blanks = blanksIn(statement)
  if (blanks.length > 0) return { missing: `Put into the statement what belongs at ${blanks.join(', ')}.` }
  if (outcome === 'not-applicable' && note.trim() === '') return { missing: 'Say in the comment why it is not applicable.' }
  const wanted = outcome === 'met-with-exceptions' ? open : []
  const filled = wanted.map(({ key, host, finding: { control, subject } }) => {
    const { owner = '', resolveBy = '', reason = '' } = exceptions[key] ?? {}
    return { host, control, subject, owner: owner.trim(), resolveBy, reason: reason.trim() }
  })
  const lacking = filled.filter(({ owner, resolveBy, reason }) => owner === '' || !isDay(resolveBy) || reason === '').length
  const [late] = filled.filter(({ resolveBy }) => isDay(resolveBy) && isOver(resolveBy, now))
  if (late !== undefined) return { missing: `${late.resolveBy} is over: choose a day until which it will be resolved.` }
  if (lacking > 0) return { missing: `${lacking} of ${filled.length} exceptions lack an owner, a date (YYYY-MM-DD) or a reason.` }
  const links = linesOf(draft.links)
  const wrong = links.find((link) => !isLink(link))
  if (wrong !== undefined) return { missing: `“${wrong.slice(0, 60)}” is no link: one address per line, with https://.` }
  if (name.trim() === '') return { missing: 'Name who answers for this step.' }
  const said = statement.trim()
  return {
    request: {
      ...{ item, outcome, note: note.trim(), name: name.trim(), exceptions: filled, links, attachments },
      ...{ statement: said === '' ? null : said, endsOn: said === '' ? null : endsOn },
    },
  }
}

/** What is in the first row, put into every row that is empty there. */
export function sameForAll(draft: StepDraft, open: readonly ItemFinding[]): StepDraft {
  const [first] = open
  const model = first && draft.exceptions[first.key]
  if (model === undefined) return draft
  const exceptions = Object.fromEntries(
    open.map(({ key }) => {
      const own = draft.exceptions[key]
      const pick = (field: keyof typeof model) => own?.[field] || model[field]
      return [key, { owner: pick('owner'), resolveBy: pick('resolveBy'), reason: pick('reason') }]
    }),
  )
  return { ...draft, exceptions }
}

/** A prepared statement beneath what was typed: nothing that somebody wrote is overwritten, and nothing stands there twice. */
export const withWording = (statement: string, wording: string): string =>
  statement.trim() === '' ? wording : statement.includes(wording) ? statement : `${statement.trimEnd()}\n${wording}`
