import { GatehouseError } from '#shared/errors.ts'
import type { Fleet, Host, Identity } from '#shared/model/fleet.ts'

/** Who operates a host, and how that account comes to do it. */
export interface OperateAccount {
  readonly identity: Identity
  /** `command`: sudo allows it the very commands. `shell`: the account that pushes, which sudo allows all. `root`: it is root. */
  readonly by: 'command' | 'shell' | 'root'
}

/** Throws `operate.not-possible` where the fleet file names nobody, or the account that only looks. */
export function operateAccountOf(fleet: Fleet, host: Host): OperateAccount {
  const own = host.operateIdentity ?? fleet.identities.operate
  const identity = own ?? host.changeIdentity ?? fleet.identities.change
  const refuse = (detail: string) => new GatehouseError({ code: 'operate.not-possible', detail, host: host.name })
  if (identity === undefined) throw refuse('the fleet file names neither identities.operate nor identities.change')
  if (identity.user === (host.identity ?? fleet.identities.audit).user)
    throw refuse(`${identity.user} is the account that looks; the one that operates needs to be another`)
  return { identity, by: identity.user === 'root' ? 'root' : own === undefined ? 'shell' : 'command' }
}
