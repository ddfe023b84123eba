import { ChevronDown, ChevronRight } from 'lucide-react'
import { outcomeWords } from '../../ui/outcome-words.ts'
import { Said } from '../../ui/said.tsx'
import { ToneIcon } from '../../ui/tone-icon.tsx'
import { type FindingRow, isUnfolded } from './finding-rows.ts'
import type { HostEntry } from './host-entries.ts'

/** What is chosen in a list of findings, and what chooses. */
export interface Choice {
  readonly selected: string | undefined
  readonly onSelect: (id: string) => void
  /** Keys of rows that somebody unfolded. */
  readonly unfolded: ReadonlySet<string>
  readonly onFold: (row: FindingRow, away: boolean) => void
  readonly stale: boolean
}

interface FoldedProps extends Choice {
  readonly row: FindingRow
  readonly tight: boolean
}

/** Findings of one title: folded, the row stands for the first of them; unfolded, each has a line of its own below it. */
export function FoldedFindings({ row, tight, ...choice }: FoldedProps) {
  const { selected, unfolded, onFold, stale } = choice
  const open = isUnfolded(row, unfolded, selected)
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <>
      <button
        type="button"
        className={`finding fold ${tight ? 'tight' : ''}`}
        aria-current={(!open && row.first.id === selected) || undefined}
        aria-expanded={open}
        onClick={() => onFold(row, open)}
      >
        <Heading entry={row.first} stale={stale} />
        <span className="count num">
          {row.alike.length}
          <span className="reader-only"> findings</span>
          <Chevron className="icon" aria-hidden />
        </span>
        {!open && (
          <span className="sub one-line">
            <span className="mono">{row.first.item}</span> <Said text={named(row)} />
          </span>
        )}
      </button>
      {open && (
        <ul>
          {row.alike.map((entry) => (
            <li key={entry.id}>
              <FindingEntry entry={entry} {...choice} look="member" />
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** More names than a line holds. */
const named = ({ alike }: FindingRow): string =>
  alike
    .slice(0, 8)
    .map(({ sub }) => sub)
    .join(', ')

interface EntryProps extends Pick<Choice, 'selected' | 'onSelect' | 'stale'> {
  readonly entry: HostEntry
  /** A member stands below its title. */
  readonly look: '' | 'tight' | 'member'
}

/** A finding: its title, and what it is about. */
export const FindingEntry = ({ entry, selected, stale, look, onSelect }: EntryProps) => (
  <button type="button" className={`finding ${look}`} aria-current={entry.id === selected || undefined} onClick={() => onSelect(entry.id)}>
    {look === 'member' ? (
      <span className="reader-only">{`${outcomeWords[entry.status].word}: ${entry.title}`}</span>
    ) : (
      <Heading entry={entry} stale={stale} />
    )}
    <span className="sub one-line">
      {look !== 'member' && <span className="mono">{entry.item}</span>} <Said text={entry.sub} />
    </span>
  </button>
)

const Heading = ({ entry, stale }: Pick<EntryProps, 'entry' | 'stale'>) => (
  <>
    <span className={stale ? 'text-ink-3' : ''}>
      <ToneIcon tone={outcomeWords[entry.status].tone} toned={!stale} />
      <span className="reader-only">{`${outcomeWords[entry.status].word}: `}</span>
    </span>
    <b className="two-lines">
      <Said text={entry.title} />
    </b>
  </>
)
