import { ChevronDown, ChevronRight } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Segment } from '../../ui/segment.tsx'
import { OutcomeStatus } from '../../ui/status.tsx'
import { type Choice, FindingEntry, FoldedFindings } from './finding-entry.tsx'
import { rowsOf } from './finding-rows.ts'
import type { EntryGroup } from './host-entries.ts'

export type Grouping = 'state' | 'section'

interface FindingListProps extends Choice {
  readonly groups: readonly EntryGroup[]
  readonly openCount: number
  readonly grouping: Grouping
  readonly onGrouping: (grouping: Grouping) => void
  /** Text of the filter; null while it is closed. */
  readonly filter: string | null
  readonly onFilter: (text: string) => void
}

/** Triage: loudest first, what is well folded away. */
export function FindingList({ groups, openCount, grouping, onGrouping, filter, onFilter, ...choice }: FindingListProps) {
  const { selected } = choice
  const scroll = useRef<HTMLDivElement>(null)
  const search = useRef<HTMLInputElement>(null)
  useEffect(() => {
    const entry = selected === undefined ? null : scroll.current?.querySelector<HTMLElement>('[aria-current]')
    entry?.scrollIntoView({ block: 'nearest' })
    // The focus follows J and K, and whoever arrives here; it is not taken from a field or another pane.
    const held = document.activeElement
    if (held === null || held === document.body || held.matches('.finding')) entry?.focus({ preventScroll: true })
  }, [selected])
  const open = filter !== null
  useEffect(() => {
    if (open) search.current?.focus()
  }, [open])
  return (
    <div className="findings" data-pane>
      <div className="pane-head">
        <h2>Findings</h2>
        <span className="muted num">{`${openCount} open`}</span>
        <span className="spring" />
        <Segment
          small
          label="Group findings"
          value={grouping}
          onChange={onGrouping}
          options={[
            { value: 'state', label: 'By state' },
            { value: 'section', label: 'By section' },
          ]}
        />
      </div>
      {open && (
        <div className="px-5 pb-2">
          <input
            ref={search}
            type="search"
            className="input small"
            aria-label="Filter findings"
            placeholder="Filter findings"
            value={filter}
            onChange={(event) => onFilter(event.target.value)}
          />
        </div>
      )}
      <div className="findings-scroll" ref={scroll}>
        {groups.map((group) => (
          <Group key={group.key} group={group} {...choice} forceOpen={open && filter !== ''} />
        ))}
        {groups.length === 0 && <p className="px-5 py-3 text-ink-2">No finding matches.</p>}
      </div>
    </div>
  )
}

interface GroupProps extends Choice {
  readonly group: EntryGroup
  readonly forceOpen: boolean
}

function Group({ group, forceOpen, ...choice }: GroupProps) {
  const { selected, stale } = choice
  const holdsSelected = group.entries.some((entry) => entry.id === selected)
  const [unfolded, setUnfolded] = useState(false)
  const open = !group.quiet || unfolded || holdsSelected || forceOpen
  const name =
    group.outcome === null ? (
      <span className="font-medium text-ink-2">{group.area}</span>
    ) : (
      <OutcomeStatus outcome={group.outcome} className={stale ? 'stale' : ''} />
    )
  const tail = group.key === 'uncovered' ? 'no control yet' : ''
  return (
    <>
      {group.quiet ? (
        <button type="button" className="group" aria-expanded={open} onClick={() => setUnfolded(!open)}>
          {open ? <ChevronDown className="icon" aria-hidden /> : <ChevronRight className="icon" aria-hidden />}
          {name}
          <span className="num">{group.entries.length}</span>
          <span className="muted ml-auto">{tail}</span>
        </button>
      ) : (
        <div className="group">
          {name}
          <span className="num">{group.entries.length}</span>
        </div>
      )}
      {open && (
        <ul>
          {rowsOf(group.entries).map((row) => (
            <li key={row.key}>
              {row.alike.length > 1 ? (
                <FoldedFindings row={row} {...choice} tight={group.quiet} />
              ) : (
                <FindingEntry entry={row.first} {...choice} look={group.quiet ? 'tight' : ''} />
              )}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
