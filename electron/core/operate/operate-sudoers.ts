import type { Fleet } from '#shared/model/fleet.ts'
import { type OperableUnit, operateVerbs } from '#shared/model/operate.ts'
import type { PrivilegedCommand, SudoProgram } from '../probe/section.ts'
import { sudoersLineFor } from '../probe/sudoers.ts'
import { containerCommand } from './container-command.ts'
import { logsCommand } from './logs-command.ts'
import { operateCommand } from './operate-program.ts'

/** What an operator needs sudo for, to do all with this unit or container that can be done. */
export const operateCommands = ({ unit, container }: OperableUnit): readonly PrivilegedCommand[] =>
  container === undefined
    ? [...operateVerbs.map((verb) => operateCommand(verb, unit)), logsCommand(unit)]
    : [...operateVerbs, 'look' as const, 'logs' as const].map((verb) => containerCommand(container, verb))

/**
 * The drop-in of accounts that operate: for each unit and container that the last look knows on the chosen hosts, its exact commands. Empty where the
 * fleet file names no such account. A container is named by its id, so the lines of one that was made anew are printed anew.
 */
export function operateSudoers(
  fleet: Fleet,
  unitsOf: (host: string) => readonly OperableUnit[],
  hostName?: string,
  program: SudoProgram = 'sudo',
): string {
  const accounts = new Map<string, Map<string, OperableUnit>>()
  for (const host of fleet.hosts) {
    const identity = host.operateIdentity ?? fleet.identities.operate
    if (identity === undefined || identity.user === 'root' || (hostName !== undefined && host.name !== hostName)) continue
    const units = accounts.get(identity.user) ?? new Map()
    for (const unit of unitsOf(host.name)) units.set(`${unit.unit} ${unit.container?.id ?? ''}`, unit)
    accounts.set(identity.user, units)
  }
  return [...accounts]
    .map(([account, units]) =>
      dropIn(
        account,
        program,
        [...units].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, unit]) => unit),
      ),
    )
    .join('\n')
}

function dropIn(account: string, program: SudoProgram, units: readonly OperableUnit[]): string {
  const lines = units.flatMap((unit) => [
    ...(unit.container ? [`# ${unit.unit}: its id changes when it is made anew; audit and print this again then`] : []),
    ...operateCommands(unit).map(
      (command) => sudoersLineFor(account, command, program) ?? `# cannot be allowed exactly: ${JSON.stringify(command.argv)}`,
    ),
  ])
  return [
    '# Gatehouse: account that starts, stops and restarts these services and reads their logs. Exact commands, no wildcard.',
    '# Install: visudo -c -f gatehouse-operate && install -m 0440 -o root -g root gatehouse-operate /etc/sudoers.d/gatehouse-operate',
    ...(units.length === 0 ? ['# No service is known yet: audit first, then print this again.'] : lines),
    '',
  ].join('\n')
}
