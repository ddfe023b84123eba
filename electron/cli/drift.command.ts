import { parseArgs } from 'node:util'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'

const options = { fleet: { type: 'string' }, host: { type: 'string' }, data: { type: 'string' } } as const

/** Lists what an audit watches; takes one file as it is now. What changed is a finding of `gatehouse audit`. */
export async function runDrift(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [verb, path, ...more] = positionals
  const { fleet, host, data } = values
  if (fleet === undefined || more.length > 0 || (verb !== undefined && (verb !== 'adopt' || path === undefined || host === undefined)))
    throw new UsageError('drift: expected --fleet FILE [--host NAME], or adopt --fleet FILE --host NAME PATH')
  return withFleet(fleet, data, async ({ drift, fleet, transport }) => {
    const open = fleet.require()
    if (path !== undefined && host !== undefined) {
      const state = await drift.adopt(open, transport(), host, path, interrupted())
      process.stdout.write(`${visible(`${host} ${path}: ${state} is what should be from now on`)}\n`)
      return ExitCode.clean
    }
    for (const { name } of open.hosts.filter((it) => host === undefined || it.name === host))
      for (const file of drift.watched(open, name))
        process.stdout.write(`${visible(`${name} ${file.path}: ${file.plan.template.id}, push ${file.plan.id}`)}\n`)
    return ExitCode.clean
  })
}
