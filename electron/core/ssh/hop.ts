import type { Fleet, Host, Identity, JumpHost } from '#shared/model/fleet.ts'

/** One machine to log in to, jump host or target: the two are connected, checked and authenticated by the same code. */
export interface Hop {
  /** Name in the fleet file. */
  readonly name: string
  readonly address: string
  readonly port: number
  readonly identity: Identity
}

/** A jump host or host of a fleet file with the identity that holds for it. */
export const hopOf = (fleet: Fleet, { name, address, port, identity }: JumpHost | Host): Hop => ({
  name,
  address,
  port,
  identity: identity ?? fleet.identities.audit,
})
