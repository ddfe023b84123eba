import { FolderOpen, Play, RefreshCw } from 'lucide-react'
import { useCloseFleet, useDemoFleet, useLoadFleet, useOpenFleet } from '../../stores/actions.ts'
import { useFleetState } from '../../stores/queries.ts'
import { Button } from '../../ui/button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { ProblemTable } from '../../ui/problem-table.tsx'
import { Status } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'

/** Which fleet is open, what is wrong with its file, and which were open before. */
export function FleetFile() {
  const state = useFleetState().data
  const open = useOpenFleet()
  const load = useLoadFleet()
  const demo = useDemoFleet()
  const close = useCloseFleet()
  const path = state?.path ?? null
  const recent = (state?.recent ?? []).filter((it) => it !== path)
  const policy = state?.fleet?.policy
  return (
    <>
      <p>
        One YAML file names the jump host, the servers, the accounts and the policy. Gatehouse reads it and keeps your comments when it
        writes it.
      </p>
      <dl className="facts">
        <dt>File</dt>
        <dd>
          {state?.demo ? 'Demo fleet, simulated on this computer' : path === null ? 'None is open' : <code>{plainText(path, 400)}</code>}
        </dd>
        {state?.fleet != null && (
          <>
            <dt>Fleet</dt>
            <dd>{`${state.fleet.name}, ${count(state.fleet.hosts.length, 'host')}`}</dd>
            <dt>Jump hosts</dt>
            <dd>
              {state.fleet.jump.length === 0
                ? 'None, direct connections'
                : state.fleet.jump.map((jump) => `${jump.name} (${jump.address}:${jump.port})`).join(', then ')}
            </dd>
          </>
        )}
        {policy !== undefined && (
          <>
            <dt>Policy</dt>
            <dd>{`TLS ${policy.minimumTlsVersion} or newer, certificates warn ${policy.certificateWarnDays} days before they end, ${count(policy.concurrentHandshakes, 'handshake')} at once`}</dd>
          </>
        )}
        {state !== undefined && state.problems.length > 0 && (
          <>
            <dt>State</dt>
            <dd>
              <Status tone="fail">{count(state.problems.length, 'mistake')}</Status>
            </dd>
          </>
        )}
      </dl>
      {state !== undefined && state.problems.length > 0 && <ProblemTable problems={state.problems} />}
      <div className="actions">
        <Button icon={<FolderOpen className="icon" aria-hidden />} onClick={() => open.mutate(null)}>
          Open fleet file…
        </Button>
        {path !== null && (
          <Button icon={<RefreshCw className="icon" aria-hidden />} onClick={() => load.mutate({ path })}>
            Reload
          </Button>
        )}
        {state?.demo !== true && (
          <Button icon={<Play className="icon" aria-hidden />} onClick={() => demo.mutate(null)}>
            Start the demo fleet
          </Button>
        )}
        {(path !== null || state?.demo === true) && (
          <Button look="quiet" onClick={() => close.mutate(null)}>
            Close the fleet
          </Button>
        )}
      </div>
      {recent.length > 0 && (
        <>
          <h3>Recent</h3>
          <ul>
            {recent.map((it) => (
              <li key={it} className="flex items-center gap-3 border-t border-line py-1">
                <code className="one-line flex-1">{plainText(it, 400)}</code>
                <Button small look="quiet" aria-label={`Open ${plainText(it, 200)}`} onClick={() => load.mutate({ path: it })}>
                  Open
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
