import { parseArgs } from 'node:util'
import type { z } from 'zod'
import type { Services } from '#core/services.ts'
import { type Registration, stepRequests } from '#shared/model/model-registration.ts'
import { publisherSchema } from '#shared/model/publisher.ts'
import { registrationStateWords } from '#shared/model/registration-state.ts'
import { stateOf } from '#shared/model/registration-steps.ts'
import { typedText } from '#shared/model/waiver.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { withFleet } from './open-services.ts'
import { registrationText } from './registration-text.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const options = {
  fleet: { type: 'string' },
  demo: { type: 'boolean', default: false },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
  model: { type: 'string' },
  source: { type: 'string' },
  revision: { type: 'string' },
  purpose: { type: 'string' },
  licence: { type: 'string' },
  name: { type: 'string' },
  host: { type: 'string', multiple: true },
  tier: { type: 'string', multiple: true },
  where: { type: 'string' },
  result: { type: 'string' },
  failed: { type: 'boolean', default: false },
  note: { type: 'string' },
  reason: { type: 'string' },
  site: { type: 'string' },
  account: { type: 'string' },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values']
type Verb = (services: Services, values: Values, words: readonly string[]) => void | Promise<void>

const verbs: Readonly<Record<string, Verb>> = {
  board,
  publishers,
  request: (services, { model, name, source, revision, purpose, licence, host }) =>
    told(
      services.registry.request(
        services.fleet.require(),
        read('request', stepRequests.request, { model, name, source, revision, purpose, licence, hosts: host }),
      ),
    ),
  review: (services, { name, host, note }, [id]) =>
    told(services.registry.review(services.fleet.require(), read('review', stepRequests.review, { id, name, host: host?.[0], note }))),
  test: (services, { name, where, result, failed }, [id]) =>
    told(services.registry.test(services.fleet.require(), read('test', stepRequests.test, { id, name, where, result, passed: !failed }))),
  approve,
  reject: (services, { name, reason }, [id]) =>
    told(services.registry.reject(services.fleet.require(), read('reject', stepRequests.end, { id, name, reason }))),
  revoke: (services, { name, reason }, [id]) =>
    told(services.registry.revoke(services.fleet.require(), read('revoke', stepRequests.end, { id, name, reason }))),
}

export const registryVerbs: readonly string[] = Object.keys(verbs)

/** How models get into production: asked, reviewed, tested, approved. Connects to no host; shares its data folder with the app. */
export async function runModelRegistry(verb: string, args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  if (values.demo === (values.fleet !== undefined)) throw new UsageError('models: expected either --fleet FILE or --demo')
  return withFleet(values.fleet, values.data, async (services) => {
    await verbs[verb]?.(services, values, positionals)
    return ExitCode.clean
  })
}

/** After a code, as in the window. */
async function approve(services: Services, { name, tier, host }: Values, [id]: readonly string[]): Promise<void> {
  const request = read('approve', stepRequests.approve, { id, name, tiers: tier, hosts: host })
  await stepUpOnTerminal(services.stepUp)
  told(services.registry.approve(services.fleet.require(), request))
}

/** Words of the command line that are named otherwise than what they fill. */
const flags: Readonly<Record<string, string>> = { hosts: '--host', tiers: '--tier', id: 'ID' }

function read<T>(verb: string, schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'malformed' }
  const name = String(path[0])
  throw new UsageError(`models ${verb}: ${flags[name] ?? `--${name}`}: ${message}`)
}

function told(registration: Registration): void {
  process.stderr.write(visible(`${registration.id} ${registration.model}: ${registrationStateWords[stateOf(registration)]}\n`))
}

function board(services: Services, { json }: Values, [id]: readonly string[]): void {
  const fleet = services.fleet.require()
  const all = id === undefined ? services.registry.list(fleet) : [services.registry.get(fleet, id)]
  if (json)
    process.stdout.write(
      `${JSON.stringify(
        all.map((it) => ({ ...it, state: stateOf(it) })),
        null,
        2,
      )}\n`,
    )
  else process.stdout.write(all.length === 0 ? 'No model was ever requested in this fleet.\n' : all.map(registrationText).join(''))
}

/** `publishers [add|remove]`: who counts as the publisher of a model. */
function publishers(services: Services, { json, site, account, name, reason }: Values, [action]: readonly string[]): void {
  if (action !== undefined && action !== 'add' && action !== 'remove') throw new UsageError('models publishers: expected add or remove')
  if (action === undefined) {
    const list = services.registry.publishers()
    process.stdout.write(
      json ? `${JSON.stringify(list, null, 2)}\n` : list.map((it) => visible(`${it.site}/${it.account}  ${it.name}\n`)).join(''),
    )
    return
  }
  const change = action === 'add' ? 'added' : 'removed'
  const schema = publisherSchema.extend({ reason: typedText(1000) })
  services.registry.changePublisher({ ...read('publishers', schema, { site, account, name: name ?? account, reason }), change })
  process.stderr.write(visible(`${site}/${account} ${change}\n`))
}
