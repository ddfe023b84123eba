import { Download, Play, X } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { ActingHint } from '../../stores/acting-hint.tsx'
import { useAuditActions } from '../../stores/actions.ts'
import { useAppNotices } from '../../stores/app-notices.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import type { HostView } from '../../stores/host-view.ts'
import { useChangedKeys, useJumpStates } from '../../stores/queries.ts'
import { goSettings, openDialog, useUi } from '../../stores/ui.store.ts'
import { useAuditing, useHosts, useJob, useLastOutcome } from '../../stores/use-hosts.tsx'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { useSheet } from '../../stores/use-sheet.ts'
import { Button } from '../../ui/button.tsx'
import { KeyHint } from '../../ui/keys.tsx'
import { type NoticeView, Screen } from '../../ui/screen.tsx'
import { SheetButton, SidePane } from '../../ui/side-pane.tsx'
import { count } from '../../ui/words.ts'
import { AttentionList } from './attention-list.tsx'
import { cellNews } from './cell-news.ts'
import { fleetNotices } from './fleet-notices.ts'
import { columnsThatFit, orderHosts } from './host-order.ts'
import { Matrix } from './matrix.tsx'
import { filterMatrix } from './matrix-filter.ts'
import { RunningStrip, Strip } from './strip.tsx'

const noKeys: readonly never[] = []

/** Hosts by items of the checklist: the main table of the first screen. */
export function FleetMatrix() {
  const hosts = useHosts()
  const auditing = useAuditing()
  const audit = useAuditActions()
  const audited = useLastOutcome() !== null
  const keys = useChangedKeys().data ?? noKeys
  const jumps = useJumpStates().data ?? []
  const failure = useJob()?.failure
  const outcomeFilter = useUi((state) => state.outcomeFilter)
  const hostFilter = useUi((state) => state.hostFilter)
  const sheet = useSheet()
  const [searching, setSearching] = useState(false)
  const ordered = useSteadyOrder(hosts, auditing)
  const shown = useMemo(() => filterMatrix(ordered, { outcome: outcomeFilter, text: hostFilter }), [ordered, outcomeFilter, hostFilter])
  const notices = [
    ...useAppNotices(),
    ...refusal(audit.failure),
    ...(auditing
      ? []
      : fleetNotices(hosts, jumps, keys, failure, {
          compare: (hop) => openDialog({ kind: 'changed-key', hop }),
          retry: audit.start,
          showCommands: () => goSettings('sudoers'),
        })),
  ]
  const stopOrClear = () => {
    if (auditing) audit.stop()
    else if (outcomeFilter !== null || hostFilter !== '' || searching) {
      useUi.setState({ outcomeFilter: null, hostFilter: '' })
      setSearching(false)
    }
  }
  useKeys({
    r: auditing ? undefined : () => audit.start(),
    escape: sheet.open ? sheet.toggle : stopOrClear,
    '/': () => setSearching(true),
  })
  const filtered = shown.hosts.length < hosts.length || outcomeFilter !== null
  return (
    <Screen
      title="Fleet"
      sub={<span>{filtered ? `${shown.hosts.length} of ${count(hosts.length, 'host')}` : count(hosts.length, 'host')}</span>}
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={notices}
      path={useFleetPath()}
      foot={<FleetFoot hosts={hosts} auditing={auditing} />}
      actions={
        <>
          <SheetButton sheet={sheet} label="Attention" />
          {!auditing && audited && (
            <Button icon={<Download className="icon" aria-hidden />} onClick={() => openDialog({ kind: 'export' })}>
              Export
            </Button>
          )}
          {auditing ? (
            <Button icon={<X className="icon" aria-hidden />} chord="esc" onClick={audit.stop}>
              Stop
            </Button>
          ) : (
            <Button look="primary" icon={<Play className="icon" aria-hidden />} chord="r" onClick={() => audit.start()}>
              Run audit
            </Button>
          )}
        </>
      }
    >
      <div className="fleet-screen">
        {/* In a place of its own: were the matrix the first child for a moment, the styles of all its cells would be found anew. */}
        <div className="strip-place">{auditing ? <RunningStrip hosts={hosts} /> : <Strip hosts={hosts} />}</div>
        <Matrix
          hosts={shown.hosts}
          items={shown.items}
          outcomeFilter={outcomeFilter}
          corner={<Corner open={searching || hostFilter !== '' || hosts.length > columnsThatFit} focus={searching} />}
        />
        <SidePane sheet={sheet}>
          <AttentionList hosts={shown.hosts} changedKeys={keys} running={auditing} retry={audit.start} />
        </SidePane>
      </div>
    </Screen>
  )
}

/** While an audit runs columns keep their places, however the results fall. */
function useSteadyOrder(hosts: readonly HostView[], auditing: boolean): readonly HostView[] {
  const places = useRef<ReadonlyMap<string, number>>(new Map())
  const ordered = useMemo(() => {
    const place = (host: HostView) => places.current.get(host.name) ?? Number.MAX_SAFE_INTEGER
    return auditing && places.current.size > 0 ? [...hosts].sort((a, b) => place(a) - place(b)) : orderHosts(hosts)
  }, [hosts, auditing])
  useEffect(() => {
    places.current = new Map(ordered.map((host, index) => [host.name, index]))
  }, [ordered])
  return ordered
}

function refusal(error: unknown): NoticeView[] {
  if (error === null) return []
  const { title, detail, hint } = wordsOfError(error)
  return [{ key: 'refused', words: { word: 'Not started', tone: 'warn', icon: 'state' }, text: `${title}: ${detail} ${hint}`, actions: [] }]
}

/** Heading of the item column, and the filter of hosts where there are many. */
function Corner({ open, focus }: { readonly open: boolean; readonly focus: boolean }) {
  const text = useUi((state) => state.hostFilter)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (focus) input.current?.focus()
  }, [focus])
  return (
    <div className="host-head">
      {open && (
        <input
          ref={input}
          className="input small mb-2"
          type="search"
          aria-label="Filter hosts"
          placeholder="Filter hosts"
          value={text}
          onChange={(event) => useUi.setState({ hostFilter: event.target.value })}
        />
      )}
      Check
    </div>
  )
}

/** Arrowing through the cells reads the fleet. */
function FleetFoot({ hosts, auditing }: { readonly hosts: readonly HostView[]; readonly auditing: boolean }): ReactNode {
  const cell = useUi((state) => state.cell)
  const host = hosts.find((it) => it.name === cell?.host)
  if (cell !== null && host !== undefined) {
    return (
      <>
        <span className="one-line">
          <b>{`${cell.item} on ${cell.host}`}</b> {cellNews(host, cell.item)}
        </span>
        <KeyHint chords={['enter']}>Open</KeyHint>
        <KeyHint chords={['up', 'down']}>Move</KeyHint>
      </>
    )
  }
  if (auditing) return <span>Results appear as each host finishes. You can leave this screen.</span>
  if (hosts.some((it) => it.results === 'stale')) return <span>Grey results are last known. They do not count as current evidence.</span>
  return (
    <>
      <ActingHint chords={['mod+k']}>All commands</ActingHint>
      <ActingHint chords={['r']}>Run audit</ActingHint>
      <KeyHint chords={['up', 'down']}>Move</KeyHint>
      <ActingHint chords={['/']}>Filter hosts</ActingHint>
      <ActingHint chords={['?']}>All keys</ActingHint>
    </>
  )
}
