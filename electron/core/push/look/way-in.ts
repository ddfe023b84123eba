import { GatehouseError } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { ParameterSource, PushValue } from '#shared/model/push-parameter.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { FileKind, PushTemplate } from '#shared/model/push-template.ts'
import { networksToSet, parseInterval, subtract } from '../../facts/firewall/address-set.ts'
import type { HostSession } from '../../ports.ts'
import type { Rendered } from '../templates/render.ts'

/** How the host sees the connection of Gatehouse. */
export interface WayIn {
  /** Of the jump host, where there is one. */
  readonly address: string
  /** Of sshd. */
  readonly port: number
}

/** Kinds of files that say who may come in. */
export const filters: readonly FileKind[] = ['ufw', 'nftables']

/** Kinds that no login hangs on, neither of an account nor of the way to sshd. */
const apart: readonly FileKind[] = ['nginx', 'caddy', 'htpasswd', 'logrotate']

/** May what a plan changes keep anybody from logging in? */
export const concernsLogin = ({ danger, files }: Pick<PushPlan, 'danger' | 'files'>): boolean =>
  danger === 'lock-out' || files.some(({ kind }) => !apart.includes(kind))

const TIMEOUT_MS = 20_000
const MAX_BYTES = 4096

/** What the host is asked. */
export const ASKS_WAY_IN = 'printf \'%s\\n\' "$SSH_CONNECTION"'

/** From SSH_CONNECTION (ssh(1)): client address and port, server address and port. Undefined when the host does not say. */
export async function wayInOf(session: HostSession, signal: AbortSignal): Promise<WayIn | undefined> {
  let said = ''
  await session.exec(ASKS_WAY_IN, {
    timeoutMs: TIMEOUT_MS,
    signal,
    onStdout: (chunk) => {
      said += chunk.toString('latin1')
      return said.length <= MAX_BYTES
    },
  })
  const [, address = '', port = ''] = /^([0-9a-f.:]+) \d{1,5} [0-9a-f.:]+ (\d{1,5})$/im.exec(said) ?? []
  return parseInterval(address) === undefined ? undefined : { address, port: Number(port) }
}

interface PlannedChange {
  readonly fleet: Fleet
  readonly host: Host
  readonly manifest: PushTemplate
  readonly rendered: Rendered
  readonly wayIn: WayIn | undefined
}

/** Throws `push.not-possible` for what would lock Gatehouse out of the host, as far as the plan tells. What it does not tell the new connection does. */
export function keepsWayIn({ fleet, host, manifest, rendered, wayIn }: PlannedChange): void {
  const refused = (detail: string) => new GatehouseError({ code: 'push.not-possible', detail, host: host.name })
  const identities = [host.identity ?? fleet.identities.audit, host.changeIdentity ?? fleet.identities.change]
  const accounts = [...new Set(identities.flatMap((identity) => identity?.user ?? []))]
  const filledFrom = (source: ParameterSource): readonly (readonly [string, PushValue | undefined])[] =>
    Object.entries(manifest.parameters).flatMap(([name, { from }]) => (from === source ? [[name, rendered.parameters[name]] as const] : []))
  for (const [name, value] of filledFrom('fleet-accounts')) {
    const missing = accounts.find((account) => !Array.isArray(value) || !value.includes(account))
    if (missing !== undefined) throw refused(`${name} leaves out ${missing}, with which Gatehouse logs in`)
  }
  const own = [...accounts, ...[host.operateIdentity ?? fleet.identities.operate].flatMap((identity) => identity?.user ?? []), 'root']
  const cut = rendered.files.flatMap(({ edit }) => edit?.names ?? []).find((name) => own.includes(name))
  if (cut !== undefined) throw refused(`${cut} stays: Gatehouse, or whoever repairs the host, gets in as it`)
  const kinds = new Set(rendered.files.map(({ kind }) => kind))
  if (wayIn && filters.some((kind) => kinds.has(kind))) {
    for (const [name, value] of filledFrom('fleet-jump'))
      if (!Array.isArray(value) || !covers(value, wayIn.address))
        throw refused(`${name} leaves out ${wayIn.address}, from where Gatehouse comes`)
    for (const [name, value] of filledFrom('fleet-ssh-port'))
      if (value !== wayIn.port) throw refused(`${name} is ${String(value)}, and Gatehouse comes in by port ${wayIn.port}`)
  }
  for (const [name, value] of filledFrom('published-ports'))
    if (wayIn && Array.isArray(value) && value.includes(String(wayIn.port)))
      throw refused(`${name} names ${wayIn.port}, by which Gatehouse comes in`)
  const destinations = filledFrom('fleet-destinations')
  const isJump = fleet.jump.some(({ address }) => address === host.address)
  for (const [name, value] of destinations) {
    if (!isJump) throw refused('it is no jump host of this fleet')
    const missing = destinationsOf(fleet, host).find((one) => !Array.isArray(value) || !value.includes(one))
    if (missing !== undefined) throw refused(`${name} leaves out ${missing}, which Gatehouse reaches through this jump host`)
  }
  if (destinations.length > 0) return
  if (isJump && (kinds.has('sshd-drop-in') || kinds.has('ufw') || kinds.has('nftables')))
    throw refused('it is a jump host of this fleet, and what lies behind it would be cut off')
  if (kinds.has('sshd-drop-in') && accounts.includes('root'))
    throw refused('Gatehouse logs in as root here, and would not be let in any more')
}

/** As Gatehouse itself goes through a jump host: to the servers, and to the other jump hosts. */
export const destinationsOf = (fleet: Fleet, { address: own }: Host): readonly string[] =>
  [...fleet.hosts, ...fleet.jump]
    .filter(({ address }) => address !== own)
    .map(({ address, port }) => (address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`))

function covers(networks: readonly string[], address: string): boolean {
  const one = parseInterval(address)
  return one !== undefined && subtract([one], networksToSet(networks, one.family)).length === 0
}
