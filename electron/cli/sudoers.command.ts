import { parseArgs } from 'node:util'
import { fleetSudoers } from '#core/facts/fleet-sudoers.ts'
import { readFleetText } from '#core/fleet/fleet-text.ts'
import { parseFleet } from '#core/fleet/parse-fleet.ts'
import type { SudoProgram } from '#core/probe/section.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import { ExitCode, UsageError } from './exit-code.ts'
import { invalidFleet, withFleet } from './open-services.ts'

const options = {
  fleet: { type: 'string' },
  host: { type: 'string' },
  'sudo-rs': { type: 'boolean', default: false },
  data: { type: 'string' },
} as const

/** Prints the drop-in for the audit account, and what those who operate need where the fleet file names them; reaches no host. */
export async function runSudoers(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options, allowPositionals: false })
  if (values.fleet === undefined) throw new UsageError('sudoers: expected --fleet FILE')
  const parsed = parseFleet(await readFleetText(values.fleet))
  if (!parsed.ok) throw invalidFleet(values.fleet, parsed.problems)
  if (values.host !== undefined && !auditedHosts(parsed.fleet).some(({ name }) => name === values.host)) {
    throw new UsageError(
      `sudoers: no host named "${values.host}"; expected one of ${auditedHosts(parsed.fleet)
        .map(({ name }) => name)
        .join(', ')}`,
    )
  }
  const program = values['sudo-rs'] ? 'sudo-rs' : 'sudo'
  process.stdout.write(fleetSudoers(parsed.fleet, values.host, program))
  const operated = [parsed.fleet.identities.operate, ...parsed.fleet.hosts.map((host) => host.operateIdentity)].some(
    (it) => it !== undefined,
  )
  // Only for these is the store opened: their services are those of the last audit.
  if (operated) process.stdout.write(await operatingPart(values.fleet, values.data, values.host, program))
  return ExitCode.clean
}

const operatingPart = (file: string, data: string | undefined, hostName: string | undefined, program: SudoProgram): Promise<string> =>
  withFleet(file, data, async ({ fleet, operate }) => {
    const text = operate.sudoers(fleet.require(), hostName, program)
    return text === '' ? '' : `\n${text}`
  })
