import { ChevronRight, Play, X } from 'lucide-react'
import { useState } from 'react'
import type { HostAudit } from '#shared/model/audit.ts'
import { isWaivable } from '#shared/model/validity.ts'
import { useAdoptFile, useAuditActions } from '../../stores/actions.ts'
import { useAppNotices } from '../../stores/app-notices.ts'
import { connectionWords } from '../../stores/connection-words.ts'
import { fixFor, movedFile } from '../../stores/fix-for.ts'
import { couldNotLook, findingId, type HostView } from '../../stores/host-view.ts'
import { useChangedKeys, useControls, useHostAudit, usePushOrigin, usePushTemplates } from '../../stores/queries.ts'
import { type FindingTarget, goFleet, goPush, openDialog } from '../../stores/ui.store.ts'
import { useAuditing, useHosts } from '../../stores/use-hosts.tsx'
import { useKeys } from '../../stores/use-keys.ts'
import { useHostPath } from '../../stores/use-path.ts'
import { useSheet } from '../../stores/use-sheet.ts'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import { ConnectionStatus } from '../../ui/connection-status.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { CutName } from '../../ui/cut-name.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Screen } from '../../ui/screen.tsx'
import { SheetButton } from '../../ui/side-pane.tsx'
import { Dock } from './dock.tsx'
import { evidenceText } from './evidence-text.ts'
import { Exposure } from './exposure.tsx'
import { FindingDetail } from './finding-detail.tsx'
import { FindingList, type Grouping } from './finding-list.tsx'
import { broughtTogether, type FindingRow, rowsOf, stopsOf } from './finding-rows.ts'
import { GpusTab } from './gpus/gpus-tab.tsx'
import { HardeningTab } from './hardening/hardening-tab.tsx'
import { arriveAt, filterEntries, groupBySection, groupByState, hostEntries, openCount } from './host-entries.ts'
import { HostFacts } from './host-facts.tsx'
import { errorNotices, hostNotices } from './host-notices.ts'
import { HostTabHints } from './host-tab-hints.tsx'
import { type HostTab, HostTabs, hostPanelId } from './host-tabs.tsx'
import { PackagesTab } from './packages/packages-tab.tsx'
import { ServicesTab } from './services/services-tab.tsx'
import { StatementDialog } from './statement-dialog.tsx'
import type { OpenFinding } from './verdict-link.tsx'
import { WaiveDialog } from './waive-dialog.tsx'

interface HostScreenProps {
  readonly host: string
  readonly target: FindingTarget
}

/** Triage left, proof right. */
export function HostScreen({ host: name, target }: HostScreenProps) {
  const host = useHosts().find((it) => it.name === name)
  if (host === undefined) return <Gone name={name} />
  return <Known host={host} target={target} />
}

function Known({ host, target }: { readonly host: HostView; readonly target: FindingTarget }) {
  const query = useHostAudit(host.name)
  const audit = query.data ?? undefined
  const auditing = useAuditing()
  const actions = useAuditActions()
  const changedKeys = useChangedKeys().data ?? []
  const [grouping, setGrouping] = useState<Grouping>('state')
  const [filter, setFilter] = useState<string | null>(null)
  const [opened, setOpened] = useState<{ readonly target: FindingTarget; readonly tab: HostTab }>({ target, tab: 'findings' })
  // Who arrives for a finding sees the findings, whatever tab was open before.
  const tab = opened.target === target || (target.key === undefined && target.item === undefined) ? opened.tab : 'findings'
  const setTab = (to: HostTab) => setOpened({ target, tab: to })
  // A choice holds until somebody arrives here anew.
  const [choice, setChoice] = useState<{ readonly target: FindingTarget; readonly id: string } | null>(null)
  const chosen = choice?.target === target ? choice.id : undefined
  const setChosen = (id: string) => setChoice({ target, id })

  const stale = host.results === 'stale'
  const measured = audit === undefined ? undefined : couldNotLook(audit.state) ? audit.lastKnown : audit
  const measurable = audit !== undefined && !couldNotLook(audit.state) ? audit : undefined
  const entries = measured === undefined ? [] : broughtTogether(hostEntries(measured.findings))
  const found = filterEntries(entries, filter ?? '')
  const groups = grouping === 'state' ? groupByState(found) : groupBySection(found)
  const inOrder = groups.flatMap((group) => group.entries)
  const selected = found.some((entry) => entry.id === chosen) ? chosen : arriveAt(inOrder, chosen === undefined ? target : {})
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set())
  const fold = (row: FindingRow, away: boolean) => {
    setUnfolded(new Set([...unfolded].filter((key) => key !== row.key).concat(away ? [] : row.key)))
    setChosen(row.first.id)
  }
  const entry = found.find((it) => it.id === selected)
  const controls = useControls().data ?? []
  const usedTemplates = usePushTemplates()
  const finding = stale ? undefined : entry?.finding
  const request = finding && controls.find(({ id }) => id === finding.control)?.attestation
  const [deciding, setDeciding] = useState<'waive' | 'state' | null>(null)
  const waive = finding !== undefined && isWaivable(finding.status) ? () => setDeciding('waive') : undefined
  const state = finding?.status === 'needs-attestation' && request !== undefined ? () => setDeciding('state') : undefined

  const moved = movedFile(finding)
  const origin = usePushOrigin(host.name, moved).data ?? undefined
  const fixed = origin ?? (finding && measurable && fixFor(finding, measurable, usedTemplates.data?.templates ?? []))
  const adoption = useAdoptFile()
  const adopt = moved === undefined ? undefined : () => adoption.mutate({ host: host.name, path: moved })
  const fix = fixed && (() => goPush('change', { host: host.name, ...fixed }))

  const step = (by: number) => () => {
    const stops = stopsOf(
      groups.flatMap((group) => rowsOf(group.entries)),
      unfolded,
      selected,
    )
    const at = stops.findIndex((it) => it.id === selected)
    const next = stops[Math.min(Math.max(at + by, 0), stops.length - 1)]
    if (next !== undefined) setChosen(next.id)
  }
  const copy = () => {
    if (entry?.finding === undefined) return
    announce(copyText(evidenceText(host.name, entry.finding)) ? 'Copied the evidence' : 'Could not copy the evidence')
  }
  const stopOrClear = () => {
    if (auditing) actions.stop()
    else setFilter(null)
  }
  const onFindings = tab === 'findings'
  const sheet = useSheet(!onFindings && measurable !== undefined)
  useKeys({
    j: onFindings && inOrder.length > 1 ? step(1) : undefined,
    k: onFindings && inOrder.length > 1 ? step(-1) : undefined,
    e: onFindings && entry?.finding !== undefined ? copy : undefined,
    f: onFindings ? fix : undefined,
    w: onFindings ? waive : undefined,
    r: auditing ? undefined : () => actions.start([host.name]),
    escape: sheet.open ? sheet.toggle : stopOrClear,
    '/': onFindings && entries.length > 0 ? () => setFilter(filter ?? '') : undefined,
  })
  const openFinding: OpenFinding = (verdict) => {
    setFilter(null)
    setChosen(findingId(verdict))
    setTab('findings')
  }
  const keyChanged = changedKeys.some((key) => key.hop === host.name)
  return (
    <Screen
      title={
        <>
          <button type="button" onClick={goFleet}>
            Fleet
          </button>
          <ChevronRight className="icon" aria-hidden />
          <CutName name={host.name} />
        </>
      }
      sub={<ConnectionStatus words={connectionWords(host)} />}
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={[
        ...useAppNotices(),
        ...hostNotices(host, keyChanged, actions.start),
        ...errorNotices(query.error, actions.failure ?? adoption.error),
      ]}
      path={useHostPath(host)}
      foot={<HostTabHints tab={tab} />}
      actions={
        <>
          <SheetButton sheet={sheet} label="Details" />
          {auditing ? (
            <Button icon={<X className="icon" aria-hidden />} chord="esc" onClick={actions.stop}>
              Stop
            </Button>
          ) : (
            <Button look="primary" icon={<Play className="icon" aria-hidden />} chord="r" onClick={() => actions.start([host.name])}>
              Run audit
            </Button>
          )}
        </>
      }
    >
      <div className="host-screen">
        <HostFacts host={host} audit={audit} />
        <HostTabs value={tab} onChange={setTab} />
        <div id={hostPanelId} className="min-h-0" role="tabpanel" aria-labelledby={`host-tab-${tab}`}>
          {tab !== 'findings' && measurable !== undefined ? (
            <OtherTab tab={tab} audit={measurable} onFinding={openFinding} />
          ) : tab !== 'findings' || (entry === undefined && filter === null) ? (
            <NotMeasured host={host} pending={query.isPending} />
          ) : (
            <div className="host-body h-full">
              <FindingList
                groups={groups}
                openCount={openCount(entries)}
                grouping={grouping}
                onGrouping={setGrouping}
                selected={selected}
                onSelect={setChosen}
                unfolded={unfolded}
                onFold={fold}
                stale={stale}
                filter={filter}
                onFilter={setFilter}
              />
              {entry !== undefined && (
                <FindingDetail
                  key={entry.id}
                  entry={entry}
                  audit={audit}
                  stale={stale}
                  onCopy={copy}
                  onFix={fix}
                  onAdopt={adopt}
                  onWaive={waive}
                  onState={state}
                />
              )}
              {measurable !== undefined && <Dock audit={measurable} />}
            </div>
          )}
        </div>
      </div>
      {deciding === 'waive' && finding !== undefined && (
        <WaiveDialog host={host.name} finding={finding} onClose={() => setDeciding(null)} />
      )}
      {deciding === 'state' && finding !== undefined && request !== undefined && (
        <StatementDialog host={host.name} finding={finding} request={request} onClose={() => setDeciding(null)} />
      )}
    </Screen>
  )
}

interface OtherTabProps {
  readonly tab: Exclude<HostTab, 'findings'>
  readonly audit: HostAudit
  readonly onFinding: OpenFinding
}

function OtherTab({ tab, audit, onFinding }: OtherTabProps) {
  switch (tab) {
    case 'exposure':
      return <Exposure audit={audit} onFinding={onFinding} />
    case 'services':
      return <ServicesTab host={audit.name} onFinding={onFinding} />
    case 'hardening':
      return <HardeningTab host={audit.name} onFinding={onFinding} />
    case 'gpus':
      return <GpusTab host={audit.name} onFinding={onFinding} />
    case 'packages':
      return <PackagesTab host={audit.name} onFinding={onFinding} />
  }
}

function NotMeasured({ host, pending }: { readonly host: HostView; readonly pending: boolean }) {
  if (pending) return <div aria-busy="true" />
  const running = host.progress !== undefined
  return (
    <Empty
      title={running ? 'Audit under way' : `${host.name} was not measured yet`}
      about={
        running
          ? 'Findings appear when this host is finished.'
          : `Nothing is known about this host, and nothing of it counts as passed. ${host.audit?.failure === undefined ? 'Run an audit to read it.' : 'What stopped the audit stands above.'}`
      }
    />
  )
}

/** The fleet file no longer names this host. */
function Gone({ name }: { readonly name: string }) {
  const notices = useAppNotices()
  return (
    <Screen
      title={<CutName name={name} />}
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={notices}
      path={{ hops: [], words: { word: 'Not connected', tone: 'na', icon: 'state' } }}
      foot={null}
    >
      <Empty title={`${name} is not in the open fleet`} about="The fleet file may have changed since.">
        <Button look="primary" onClick={goFleet}>
          Show the fleet
        </Button>
      </Empty>
    </Screen>
  )
}
