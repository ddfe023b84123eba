import { parseArgs } from 'node:util'
import type { Services } from '#core/services.ts'
import { contracts, type Input } from '#shared/ipc/contracts.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { withFleet } from './open-services.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
  host: { type: 'string' },
  control: { type: 'string' },
  subject: { type: 'string', default: '' },
  reason: { type: 'string' },
  approver: { type: 'string' },
  until: { type: 'string' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']

/** Lists, grants and withdraws waivers in the same data folder that the app and `gatehouse audit` use. Connects to no host. */
export async function runWaiver(args: string[]): Promise<number> {
  const [action, ...rest] = args
  const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true })
  if (action !== 'list' && action !== 'grant' && action !== 'withdraw') throw new UsageError('waiver: expected list, grant or withdraw')
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('waiver: expected either --fleet FILE or --demo')
  return withFleet(values.fleet, values.data, async (services) => {
    if (action === 'list') process.stdout.write(listed(services, values.json))
    else if (action === 'grant') process.stderr.write(granted(services, values))
    else {
      const [id] = positionals
      if (id === undefined) throw new UsageError('waiver: expected the id of the waiver to withdraw')
      services.decisions.withdrawWaiver(services.fleet.require(), id)
      process.stderr.write(`${id} withdrawn\n`)
    }
    return ExitCode.clean
  })
}

function listed(services: Services, json: boolean): string {
  const all = services.waivers(services.fleet.require())
  if (json) return `${JSON.stringify(all, null, 2)}\n`
  const rows = all.map(({ id, state, host, control, subject, approver, reason, endsOn, withdrawn }) => {
    const what = [host, control, subject].filter((word) => word !== '').join(' ')
    const ended = withdrawn ? `, withdrawn by ${withdrawn.by} on ${withdrawn.at.slice(0, 10)}` : ''
    return visible(`${state.padEnd(9)} ${id}  ${what}\n          until ${endsOn}, ${approver}: ${reason.replaceAll('\n', ' ')}${ended}`)
  })
  return rows.length === 0 ? 'No waiver was ever granted in this fleet.\n' : `${rows.join('\n')}\n`
}

function granted(services: Services, { host, control, subject, reason, approver, until }: Values): string {
  const parsed = contracts['waiver:grant'].input.safeParse({ host, control, subject, reason, approver, endsOn: until })
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'malformed' }
    const name = String(path[0]) === 'endsOn' ? 'until' : String(path[0])
    throw new UsageError(`waiver: --${name}: ${message}`)
  }
  const waiver = services.decisions.grantWaiver(services.fleet.require(), parsed.data as Input<'waiver:grant'>)
  return `${waiver.id} granted: ${visible(waiver.title)} on ${waiver.host} is waived until ${waiver.endsOn}\n`
}
