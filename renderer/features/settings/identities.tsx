import type { Identity } from '#shared/model/fleet.ts'
import { useFleetState } from '../../stores/queries.ts'
import { plainText } from '../../ui/plain-text.ts'

/** Who Gatehouse logs in as. Secrets are in the agent and in key files, never here. */
export function Identities() {
  const fleet = useFleetState().data?.fleet
  if (fleet === undefined || fleet === null) return <p>No fleet is open. Identities are named in the fleet file.</p>
  const own = fleet.hosts.filter((host) => [host.identity, host.changeIdentity, host.operateIdentity].some((it) => it !== undefined))
  const rows: (readonly [string, Identity])[] = [
    ['Audit, read-only', fleet.identities.audit],
    ...(fleet.identities.change === undefined ? [] : ([['Change, during a push', fleet.identities.change]] as const)),
    ...(fleet.identities.operate === undefined ? [] : ([['Operate services', fleet.identities.operate]] as const)),
    ...fleet.jump.flatMap((jump) => (jump.identity === undefined ? [] : ([[`Jump host ${jump.name}`, jump.identity]] as const))),
    ...own.flatMap((host) => (host.identity === undefined ? [] : ([[`Audit on ${host.name}`, host.identity]] as const))),
    ...own.flatMap((host) => (host.changeIdentity === undefined ? [] : ([[`Change on ${host.name}`, host.changeIdentity]] as const))),
    ...own.flatMap((host) => (host.operateIdentity === undefined ? [] : ([[`Operate on ${host.name}`, host.operateIdentity]] as const))),
  ]
  return (
    <>
      <p>
        Accounts come from the fleet file. Keys stay in your agent or in their files; passphrases and passwords are asked for when a server
        wants them.
      </p>
      <div className="box mt-3">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Used for</th>
              <th scope="col">Account</th>
              <th scope="col">Agent</th>
              <th scope="col">Key files</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([use, identity]) => (
              <tr key={use}>
                <th scope="row">{use}</th>
                <td>
                  <code>{plainText(identity.user, 80)}</code>
                </td>
                <td className="soft">{identity.agent ? 'Asked first' : 'Not used'}</td>
                <td className="soft">
                  {identity.identityFiles.length === 0 ? 'None named' : <code>{plainText(identity.identityFiles.join(', '), 200)}</code>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
