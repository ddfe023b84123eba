import { groupBy } from '#shared/group-by.ts'
import type { HostEntry } from './host-entries.ts'

/** A row of the list: one finding, or many of one title that stand as one, such as those of sixty sites. Never empty. */
export interface FindingRow {
  /** The same in the next audit, whatever the findings are about. */
  readonly key: string
  readonly first: HostEntry
  /** All of them, `first` among them. */
  readonly alike: readonly HostEntry[]
}

/** Up to here names are read sooner than a number. */
const FEW = 3

/** Outcome, control and title, so that what stands as one has one proof and one way out. */
const keyOf = ({ status, finding, item, title }: HostEntry): string => `${status} ${finding?.control ?? item} ${title}`

/** Findings of one key one after the other, where the first of them stands. */
export const broughtTogether = (entries: readonly HostEntry[]): HostEntry[] => [...groupBy(entries, keyOf).values()].flat()

/** The rows of entries that are brought together, in their order. */
export function rowsOf(entries: readonly HostEntry[]): FindingRow[] {
  return [...groupBy(entries, keyOf)].flatMap(([key, alike]): FindingRow[] => {
    const [first] = alike
    if (first !== undefined && alike.length > FEW) return [{ key, first, alike }]
    return alike.map((entry) => ({ key: entry.id, first: entry, alike: [entry] }))
  })
}

/** Is each of its findings shown? A row opens for the one that was asked for, unless that is the one it shows anyway. */
export const isUnfolded = (row: FindingRow, unfolded: ReadonlySet<string>, selected: string | undefined): boolean =>
  row.alike.length > 1 && (unfolded.has(row.key) || row.alike.some(({ id }) => id === selected && id !== row.first.id))

/** Where J and K stop: a folded row is one place. */
export const stopsOf = (rows: readonly FindingRow[], unfolded: ReadonlySet<string>, selected: string | undefined): readonly HostEntry[] =>
  rows.flatMap((row) => (isUnfolded(row, unfolded, selected) ? row.alike : [row.first]))
