import { parseArgs } from 'node:util'
import { hostOf } from '#core/fleet/named-host.ts'
import { visible } from '#shared/words.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { interrupted, withFleet } from './open-services.ts'
import { stepUpOnTerminal } from './step-up-terminal.ts'

const options = { fleet: { type: 'string' }, host: { type: 'string' }, data: { type: 'string' } } as const

/** Lists what an audit watches, as the newest one saw it; takes one file as it is now. */
export async function runDrift(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, options, allowPositionals: true })
  const [verb, path, ...more] = positionals
  const { fleet, host, data } = values
  if (fleet === undefined || more.length > 0 || (verb !== undefined && (verb !== 'adopt' || path === undefined || host === undefined)))
    throw new UsageError('drift: expected --fleet FILE [--host NAME], or adopt --fleet FILE --host NAME PATH')
  return withFleet(fleet, data, async ({ drift, fleet, transport, audits, stepUp }) => {
    const open = fleet.require()
    if (path !== undefined && host !== undefined) {
      await stepUpOnTerminal(stepUp)
      const state = await drift.adopt(open, transport(), host, path, interrupted())
      process.stdout.write(`${visible(`${host} ${path}: ${state} is what should be from now on`)}\n`)
      return ExitCode.clean
    }
    const watched = (host === undefined ? open.hosts : [hostOf(open, host)]).map(({ name }) => ({ name, files: drift.watched(open, name) }))
    if (watched.every(({ files }) => files.length === 0)) process.stdout.write('This console has pushed no file there.\n')
    for (const { name, files } of watched) {
      const audit = audits.host(open, name)
      for (const file of files) {
        const found = audit?.findings.find(({ control, subject }) => control === 'pushed-files-unchanged' && subject === file.path)
        const known = found === undefined || audit === null ? 'no audit has looked at it yet' : `${found.title}, seen ${audit.finishedAt}`
        process.stdout.write(`${visible(`${name} ${file.path}: ${known} (${file.plan.template.id}, push ${file.plan.id})`)}\n`)
      }
    }
    return ExitCode.clean
  })
}
