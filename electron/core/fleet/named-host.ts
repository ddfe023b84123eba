import { GatehouseError } from '#shared/errors.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host, Identity } from '#shared/model/fleet.ts'

/** Throws `fleet.no-host`. */
export function hostOf(fleet: Fleet, name: string): Host {
  const hosts = auditedHosts(fleet)
  const host = hosts.find((it) => it.name === name)
  if (host) return host
  throw new GatehouseError({
    code: 'fleet.no-host',
    detail: `no host named ${name}; the fleet file names ${hosts.map((it) => it.name).join(', ')}`,
  })
}

/** The account that may change a host. Throws `push.not-possible` where the fleet file names none, or the one that only looks. */
export function changeIdentityOf(fleet: Fleet, host: Host): Identity {
  const identity = host.changeIdentity ?? fleet.identities.change
  const refuse = (detail: string) => new GatehouseError({ code: 'push.not-possible', detail, host: host.name })
  if (identity === undefined) throw refuse('the fleet file names no identities.change')
  if (identity.user === (host.identity ?? fleet.identities.audit).user)
    throw refuse('identities.change is the account that looks; an account that may change needs to be another')
  return identity
}
