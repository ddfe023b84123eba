import { memo, useMemo, useState } from 'react'
import type { ChangedKey } from '#shared/model/prompt.ts'
import type { HostView } from '../../stores/host-view.ts'
import { usePushTemplates } from '../../stores/queries.ts'
import { goHost, goPush, goSettings, openDialog, useUi } from '../../stores/ui.store.ts'
import { ConnectionStatus } from '../../ui/connection-status.tsx'
import { Said } from '../../ui/said.tsx'
import { age } from '../../ui/time.ts'
import { type AttentionAction, type AttentionEntry, attentionOf, type EntryAction } from './attention.ts'
import { fixOf } from './fixes.ts'

/** Entries before "Show more": what fits beside the matrix. */
const shortLength = 8

interface AttentionListProps {
  readonly hosts: readonly HostView[]
  readonly changedKeys: readonly ChangedKey[]
  readonly running: boolean
  readonly retry: (hosts: readonly string[]) => void
}

/** What to do next, grouped by cause. */
export const AttentionList = memo(({ hosts, changedKeys, running, retry }: AttentionListProps) => {
  const [all, setAll] = useState(false)
  const order = useUi((state) => state.attentionOrder)
  const filter = useUi((state) => state.outcomeFilter)
  const found = useMemo(() => attentionOf(hosts, changedKeys, order), [hosts, changedKeys, order])
  const entries = filter === null ? found : found.filter((entry) => entry.outcome === filter)
  const shown = all ? entries : entries.slice(0, shortLength)
  const act = (action: AttentionAction) => {
    if (action.kind === 'finding') goHost(action.host, { key: action.id })
    else if (action.kind === 'fix') startFix(action)
    else if (action.kind === 'sudoers') goSettings('sudoers')
    else if (action.kind === 'compare') openDialog({ kind: 'changed-key', hop: action.hop })
    else retry(action.hosts)
  }
  const templates = usePushTemplates().data?.templates ?? []
  const audited = hosts.some((host) => host.results !== 'none')
  return (
    <aside className="attention" aria-label="Attention" data-pane>
      <div className="pane-head">
        <h2>{running ? 'Found so far' : 'Attention'}</h2>
        <span className="muted num">{entries.length > shown.length ? `${shown.length} of ${entries.length}` : entries.length}</span>
        <span className="spring" />
        <button
          type="button"
          className="link plain"
          title="Change the order"
          onClick={() => useUi.setState({ attentionOrder: order === 'severity' ? 'newest' : 'severity' })}
        >
          {order === 'severity' ? 'By severity' : 'Newest first'}
        </button>
      </div>
      {shown.length === 0 && (
        <p className="nothing">
          {filter !== null
            ? 'Nothing with this state.'
            : audited
              ? 'Nothing needs attention in the checks that ran.'
              : running
                ? 'Results appear as each host finishes.'
                : 'Run an audit to see what needs attention.'}
        </p>
      )}
      <ul>
        {shown.map((entry) => (
          <Entry key={entry.key} entry={entry} fix={running ? undefined : fixOf(entry, templates)} act={act} />
        ))}
        {entries.length > shortLength && (
          <li className="!p-0">
            <button type="button" className="more !border-0" onClick={() => setAll(!all)} aria-expanded={all}>
              {all ? 'Show fewer' : `Show ${entries.length - shortLength} more`}
            </button>
          </li>
        )}
      </ul>
    </aside>
  )
})

function startFix({ hosts, fix }: Extract<AttentionAction, { kind: 'fix' }>): void {
  const [host = '', ...more] = hosts
  goPush('change', { host, ...fix, more })
}

/** Links of an entry: what fits on a line. */
const LINKS = 3

interface EntryProps {
  readonly entry: AttentionEntry
  readonly fix: EntryAction | undefined
  readonly act: (action: AttentionAction) => void
}

const Entry = ({ entry, fix, act }: EntryProps) => (
  <li>
    <div className="where">
      <ConnectionStatus words={entry.words} />
      <span className="one-line">{entry.where}</span>
      {entry.item !== undefined && <span className="item">{`, ${entry.item}`}</span>}
      <span className="age num">{entry.since === undefined ? '' : age(new Date(entry.since), new Date())}</span>
    </div>
    <div className="what selectable">
      <Said text={entry.text} />
    </div>
    <div className="flex h-5 items-center gap-3">
      {[...(fix === undefined ? [] : [fix]), ...entry.actions].slice(0, LINKS).map(({ label, action }) => (
        <button key={label} type="button" className="link one-line min-w-0" onClick={() => act(action)}>
          {label}
        </button>
      ))}
    </div>
  </li>
)
