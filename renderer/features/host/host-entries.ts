import { type Area, areas, checklist, type ItemId } from '#shared/model/checklist.ts'
import type { Finding } from '#shared/model/finding.ts'
import { byNeed } from '#shared/model/score.ts'
import { type Outcome, outcomes, rankOf } from '#shared/status.ts'
import { findingId } from '../../stores/host-view.ts'
import { plainText } from '../../ui/plain-text.ts'
import { day } from '../../ui/time.ts'

/** One entry of the list: a finding, or an item that no control evaluates yet. */
export interface HostEntry {
  readonly id: string
  readonly item: ItemId
  readonly status: Outcome
  readonly title: string
  readonly sub: string
  readonly finding: Finding | undefined
}

export interface EntryGroup {
  readonly key: string
  readonly outcome: Outcome | null
  readonly area: Area | null
  readonly entries: readonly HostEntry[]
  /** Starts folded: nothing in it needs anybody. */
  readonly quiet: boolean
}

/** Every finding, and an entry for every item without one: not measured is shown, never left out. */
export function hostEntries(findings: readonly Finding[]): HostEntry[] {
  const entries = findings.map(
    (finding): HostEntry => ({
      id: findingId(finding),
      item: finding.item,
      status: finding.status,
      title: plainText(finding.title, 160),
      sub: subOf(finding),
      finding,
    }),
  )
  const told = tellApart(entries)
  const covered = new Set(findings.map((finding) => finding.item))
  const rest = checklist
    .filter((item) => !covered.has(item.id))
    .map(
      (item): HostEntry => ({
        id: item.id,
        item: item.id,
        status: 'not-evaluated',
        title: item.shortTitle,
        sub: 'No control yet',
        finding: undefined,
      }),
    )
  return [...told, ...rest].sort((a, b) => {
    if (a.finding !== undefined && b.finding !== undefined) return byNeed(a.finding, b.finding)
    // What no control evaluates comes after what one could not.
    return rankOf(a.status) - rankOf(b.status) || Number(a.finding === undefined) - Number(b.finding === undefined)
  })
}

/** Findings of one title differ in their subject only: what differs comes first there, where a narrow list does not cut it off. */
function tellApart(entries: readonly HostEntry[]): HostEntry[] {
  const named = entries.filter((it) => it.finding?.subject !== '' && it.status !== 'waived')
  return entries.map((entry) => {
    const alike = named.includes(entry) ? named.filter((it) => it.title === entry.title && it.item === entry.item) : []
    const shared = alike.length > 1 ? sharedWords(alike.map(({ sub }) => sub)) : ''
    return shared === '' ? entry : { ...entry, sub: `${entry.sub.slice(shared.length + 1)} on ${shared}` }
  })
}

/** The words that all texts begin with, as long as something follows in each. */
function sharedWords(texts: readonly string[]): string {
  const [first = [], ...others] = texts.map((text) => text.split(' '))
  const length = first.findIndex((word, index) => others.some((words) => words[index] !== word))
  return texts.some((text) => text.split(' ').length <= length) ? '' : first.slice(0, Math.max(length, 0)).join(' ')
}

function subOf({ subject, reason, waiver, status }: Finding): string {
  const about = plainText(subject === '' ? reason : subject, 200)
  return status === 'waived' && waiver !== undefined ? `until ${day(waiver.endsOn)}, ${about}` : about
}

const quietOutcomes: ReadonlySet<Outcome> = new Set(['pass', 'not-applicable'])

/** By state: loudest group first, then what no control evaluates, then what is well. */
export function groupByState(entries: readonly HostEntry[]): EntryGroup[] {
  const known = entries.filter((entry) => entry.finding !== undefined)
  const unknown = entries.filter((entry) => entry.finding === undefined)
  const groups = outcomes.map(
    (outcome): EntryGroup => ({
      key: outcome,
      outcome,
      area: null,
      entries: known.filter((entry) => entry.status === outcome),
      quiet: quietOutcomes.has(outcome),
    }),
  )
  const uncovered: EntryGroup = { key: 'uncovered', outcome: 'not-evaluated', area: null, entries: unknown, quiet: true }
  return [...groups, uncovered].filter((group) => group.entries.length > 0)
}

/** By section of the checklist. */
export const groupBySection = (entries: readonly HostEntry[]): EntryGroup[] =>
  areas
    .map((area): EntryGroup => {
      const inArea = new Set(checklist.filter((item) => item.area === area).map((item) => item.id))
      const own = entries.filter((entry) => inArea.has(entry.item))
      return { key: area, outcome: null, area, entries: own, quiet: own.every((entry) => entry.finding === undefined) }
    })
    .filter((group) => group.entries.length > 0)

/** Entries whose words all occur. */
export function filterEntries(entries: readonly HostEntry[], text: string): readonly HostEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return entries
  return entries.filter((entry) => {
    const haystack =
      `${entry.item} ${entry.title} ${entry.sub} ${entry.finding?.reason ?? ''} ${entry.finding?.control ?? ''}`.toLowerCase()
    return words.every((word) => haystack.includes(word))
  })
}

/** Where to arrive: the finding that was asked for, the loudest one of the item, or the loudest of all. */
export function arriveAt(
  entries: readonly HostEntry[],
  target: { readonly item?: ItemId | undefined; readonly key?: string | undefined },
): string | undefined {
  const exact = target.key === undefined ? undefined : entries.find((entry) => entry.id === target.key)
  const ofItem = target.item === undefined ? undefined : entries.find((entry) => entry.item === target.item)
  return (exact ?? ofItem ?? entries[0])?.id
}

/** How many findings need somebody. */
export const openCount = (entries: readonly HostEntry[]): number =>
  entries.filter((entry) => entry.finding !== undefined && !quietOutcomes.has(entry.status)).length
