import { parseArgs } from 'node:util'
import { type AccessList, type AccessOfHost, type AccountAccess, tierStates } from '#shared/model/access.ts'
import { runAccessReview } from './access-review.command.ts'
import { accessTable, sharedKeyLines } from './access-table.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { withFleet } from './open-services.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  host: { type: 'string', multiple: true },
  state: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

const stateNames: readonly string[] = [...tierStates, 'stale']

/** The accounts of a host that are in one of these states. What was not read stands beside them all the same. */
function inStates(host: AccessOfHost, states: readonly string[]): AccessOfHost {
  const isStale = (name: string, kind: AccountAccess['kind']) => states.includes('stale') && kind === 'account' && host.stale.includes(name)
  const tiers = host.tiers.filter(({ account, kind, state }) => states.includes(state) || isStale(account, kind))
  const isMeant = ({ name, kind }: AccountAccess) => isStale(name, kind) || tiers.some((row) => row.account === name && row.kind === kind)
  return { ...host, tiers, access: host.access && { ...host.access, accounts: host.access.accounts.filter(isMeant) } }
}

/** `gatehouse access list`: who can do what, out of the last audit. Connects to no host. Exit code 1 when an account does not fit its tier, 2 when a host was never looked at. */
export async function runAccess([action, ...args]: string[]): Promise<number> {
  if (action === 'review') return runAccessReview(args)
  const { values } = parseArgs({ args, options, allowPositionals: false })
  if (action !== 'list') throw new UsageError('access: expected list or review')
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('access: expected either --fleet FILE or --demo')
  const states = values.state ?? []
  const unheard = states.find((one) => !stateNames.includes(one))
  if (unheard !== undefined) throw new UsageError(`access list: --state is "${unheard}"; expected ${stateNames.join(', ')}`)
  return withFleet(values.fleet, values.data, async (services) => {
    const wanted = values.host
    const hosts = services.access.list(services.fleet.require()).filter(({ host }) => wanted === undefined || wanted.includes(host))
    const listed = new Set(hosts.map(({ host }) => host))
    const keys = services.access.overview(services.fleet.require()).keys.filter(({ places }) => places.some(({ host }) => listed.has(host)))
    const stranger = wanted?.find((name) => !hosts.some(({ host }) => host === name))
    if (stranger !== undefined) throw new UsageError(`access: ${stranger} is no host of this fleet`)
    if (states.some((one) => one !== 'stale') && services.fleet.require().access === undefined)
      throw new UsageError('access list: the fleet file names no tiers, so that no account has a state')
    const shown = states.length === 0 ? hosts : hosts.map((host) => inStates(host, states))
    process.stdout.write(
      values.json ? `${JSON.stringify({ hosts: shown, keys } satisfies AccessList, null, 2)}\n` : accessTable(shown) + sharedKeyLines(keys),
    )
    if (hosts.some(({ access }) => access === null)) return ExitCode.couldNotRun
    const open = hosts.some(({ tiers }) => tiers.some(({ state }) => state === 'above' || state === 'still-active' || state === 'no-tier'))
    return open ? ExitCode.findings : ExitCode.clean
  })
}
