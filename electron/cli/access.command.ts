import { parseArgs } from 'node:util'
import { runAccessReview } from './access-review.command.ts'
import { accessTable, sharedKeyLines } from './access-table.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { withFleet } from './open-services.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  host: { type: 'string', multiple: true },
  json: { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

/** `gatehouse access list`: who can do what, out of the last audit. Connects to no host. Exit code 1 when an account does not fit its tier, 2 when a host was never looked at. */
export async function runAccess([action, ...args]: string[]): Promise<number> {
  if (action === 'review') return runAccessReview(args)
  const { values } = parseArgs({ args, options, allowPositionals: false })
  if (action !== 'list') throw new UsageError('access: expected list or review')
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('access: expected either --fleet FILE or --demo')
  return withFleet(values.fleet, values.data, async (services) => {
    const wanted = values.host
    const hosts = services.access.list(services.fleet.require()).filter(({ host }) => wanted === undefined || wanted.includes(host))
    const keys = services.access.overview(services.fleet.require()).keys
    const stranger = wanted?.find((name) => !hosts.some(({ host }) => host === name))
    if (stranger !== undefined) throw new UsageError(`access: ${stranger} is no host of this fleet`)
    process.stdout.write(values.json ? `${JSON.stringify(hosts, null, 2)}\n` : accessTable(hosts) + sharedKeyLines(keys))
    if (hosts.some(({ access }) => access === null)) return ExitCode.couldNotRun
    const open = hosts.some(({ tiers }) => tiers.some(({ state }) => state === 'above' || state === 'still-active' || state === 'no-tier'))
    return open ? ExitCode.findings : ExitCode.clean
  })
}
