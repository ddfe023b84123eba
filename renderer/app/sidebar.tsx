import {
  Boxes,
  ClipboardCheck,
  FileDiff,
  KeyRound,
  ListChecks,
  Network,
  Route as RouteIcon,
  Server,
  Settings,
  Table2,
  Users,
} from 'lucide-react'
import { memo } from 'react'
import { connectionWords } from '../stores/connection-words.ts'
import { couldNotLook, countKnown, type HostView, loudestOpen } from '../stores/host-view.ts'
import { useAppInfo, useFleetState, useJumpStates, usePushJob, useRole, useWalkthrough } from '../stores/queries.ts'
import { goAccess, goAudit, goControls, goFleet, goHost, goModels, goNetwork, goPush, goSettings, useUi } from '../stores/ui.store.ts'
import { useGradually } from '../stores/use-gradually.ts'
import { useHosts } from '../stores/use-hosts.tsx'
import { ConnectionStatus, type ConnectionWords } from '../ui/connection-status.tsx'
import { CutName } from '../ui/cut-name.tsx'
import { GatehouseMark } from '../ui/icons.tsx'
import { outcomeWords } from '../ui/outcome-words.ts'
import { Status } from '../ui/status.tsx'

/** A third of those in view. */
const entriesPerFrame = 8

/** The screens, and every host with its loudest finding. Of a hundred hosts a few are added each frame, so that the window is there first. */
export function Sidebar() {
  const route = useUi((state) => state.route)
  const fleet = useFleetState().data
  const hosts = useHosts()
  const entries = useGradually(hosts, entriesPerFrame)
  const failing = hosts.reduce((sum, host) => sum + (loudestOpen(host)?.outcome === 'fail' ? 1 : 0), 0)
  return (
    <nav className="sidebar" aria-label="Main" data-pane>
      <div className="brand">
        <GatehouseMark />
        <b>Gatehouse</b>
        <span className="muted one-line">{fleet?.demo ? 'demo' : fleet?.fleet?.name}</span>
      </div>
      <ul className="nav">
        <li>
          <button type="button" aria-current={route.screen === 'fleet' ? 'page' : undefined} onClick={goFleet}>
            <Table2 className="icon" aria-hidden />
            <span className="name">Fleet</span>
            {failing > 0 && (
              <span className="count">
                <span className="reader-only">hosts failing: </span>
                {failing}
              </span>
            )}
          </button>
        </li>
        <li>
          <button type="button" aria-current={route.screen === 'models' ? 'page' : undefined} onClick={goModels}>
            <Boxes className="icon" aria-hidden />
            <span className="name">Models</span>
          </button>
        </li>
        <li>
          <button type="button" aria-current={route.screen === 'access' ? 'page' : undefined} onClick={goAccess}>
            <Users className="icon" aria-hidden />
            <span className="name">Access</span>
          </button>
        </li>
        <PushEntry current={route.screen === 'push'} />
        <li>
          <button type="button" aria-current={route.screen === 'audit' ? 'page' : undefined} onClick={goAudit}>
            <ClipboardCheck className="icon" aria-hidden />
            <span className="name">Audit</span>
            <AuditProgress />
          </button>
        </li>
        <li>
          <button type="button" aria-current={route.screen === 'controls' ? 'page' : undefined} onClick={goControls}>
            <ListChecks className="icon" aria-hidden />
            <span className="name">Controls</span>
          </button>
        </li>
        <li>
          <button type="button" aria-current={route.screen === 'network' ? 'page' : undefined} onClick={goNetwork}>
            <Network className="icon" aria-hidden />
            <span className="name">Network</span>
          </button>
        </li>
      </ul>
      <div className="sidebar-head" id="sidebar-hosts">
        Hosts
      </div>
      <ul className="nav host-nav" aria-labelledby="sidebar-hosts">
        {fleet !== undefined && hosts.length === 0 && <li className="none">No hosts yet</li>}
        {entries.map((host) => (
          <HostEntry key={host.name} host={host} current={route.screen === 'host' && route.host === host.name} />
        ))}
      </ul>
      <div className="sidebar-foot">
        <JumpPlace />
        <SettingsPlace current={route.screen === 'settings'} />
      </div>
    </nav>
  )
}

function PushEntry({ current }: { readonly current: boolean }) {
  const running = usePushJob().data?.state
  return (
    <li>
      <button type="button" aria-current={current ? 'page' : undefined} onClick={() => goPush()}>
        <FileDiff className="icon" aria-hidden />
        <span className="name">Config push</span>
        {(running === 'running' || running === 'undoing') && (
          <Status tone={running === 'undoing' ? 'warn' : 'run'}>{running === 'undoing' ? 'Undoing' : 'Running'}</Status>
        )}
      </button>
    </li>
  )
}

/** How far the open walkthrough is. */
function AuditProgress() {
  const walkthrough = useWalkthrough().data
  if (walkthrough == null || walkthrough.closedAt !== null) return null
  const done = walkthrough.steps.filter(({ record }) => record !== null).length
  return (
    <span className="count">
      <span className="reader-only">steps recorded: </span>
      {done}/{walkthrough.steps.length}
    </span>
  )
}

const HostEntry = memo(({ host, current }: { readonly host: HostView; readonly current: boolean }) => (
  <li>
    <button type="button" aria-current={current ? 'page' : undefined} onClick={() => goHost(host.name)}>
      <Server className="icon" aria-hidden />
      <span className="name one-line">
        <CutName name={host.name} />
      </span>
      <HostState host={host} />
    </button>
  </li>
))

function HostState({ host }: { readonly host: HostView }) {
  if (host.progress !== undefined) {
    const waiting = host.progress.stage === 'waiting'
    return <Status tone={waiting ? 'wait' : 'run'}>{waiting ? 'Waiting' : 'Running'}</Status>
  }
  if (host.state !== 'idle' && couldNotLook(host.state)) return <ConnectionStatus words={connectionWords(host)} />
  const open = loudestOpen(host)
  if (open !== undefined) {
    const { tone, noun } = outcomeWords[open.outcome]
    return <Status tone={tone}>{`${open.count} ${noun}`}</Status>
  }
  return host.results === 'none' ? null : <Status tone="pass">{`${countKnown(host).pass} pass`}</Status>
}

const jumpWords: Readonly<Record<'idle' | 'connecting' | 'connected' | 'failed', ConnectionWords>> = {
  idle: { word: 'Not connected', tone: 'na', icon: 'state' },
  connecting: { word: 'Connecting', tone: 'run', icon: 'state' },
  connected: { word: 'Connected', tone: 'pass', icon: 'plug' },
  failed: { word: 'Failed', tone: 'warn', icon: 'unplug' },
}

function JumpPlace() {
  const fleet = useFleetState().data?.fleet
  const states = useJumpStates().data ?? []
  // The engine has not said yet whether one is open.
  if (fleet === undefined) return null
  if (fleet === null) return <NoJump name="Jump host" what="No fleet open" word="Not set" />
  if (fleet.jump.length === 0) return <NoJump name="Direct" what="No jump host" word="None" />
  return fleet.jump.map((jump) => {
    const { state = 'idle', roundTripMs } = states.find((it) => it.name === jump.name) ?? {}
    const status = <ConnectionStatus words={jumpWords[state]} />
    return (
      <div key={jump.name} className="place">
        <RouteIcon className="icon" aria-hidden />
        <div className="what">
          <b className="one-line">{jump.name}</b>
          <span className="kind">
            <span>Jump host</span>
            {/* What is not well is said in more words: beside the name they would leave it no room. */}
            {roundTripMs === undefined && status}
          </span>
        </div>
        {roundTripMs !== undefined && (
          <div className="state">
            {status}
            <span className="num">{`${Math.round(roundTripMs)} ms`}</span>
          </div>
        )}
      </div>
    )
  })
}

const NoJump = ({ name, what, word }: { readonly name: string; readonly what: string; readonly word: string }) => (
  <div className="place">
    <RouteIcon className="icon" aria-hidden />
    <div className="what">
      <b>{name}</b>
      <span>{what}</span>
    </div>
    <div className="state">
      <Status tone="na">{word}</Status>
    </div>
  </div>
)

function SettingsPlace({ current }: { readonly current: boolean }) {
  const info = useAppInfo().data
  const operator = useRole().data?.role === 'operator'
  return (
    <button type="button" className="place" aria-current={current ? 'page' : undefined} onClick={() => goSettings()}>
      <KeyRound className="icon" aria-hidden />
      <span className="what">
        <b className="one-line">{info?.user ?? 'Settings'}</b>
        <span>{operator ? 'Operator, Settings' : 'Settings'}</span>
      </span>
      <Settings className="icon" aria-hidden />
    </button>
  )
}
