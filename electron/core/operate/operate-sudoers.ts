import type { Fleet } from '#shared/model/fleet.ts'
import { operateVerbs } from '#shared/model/operate.ts'
import { sudoersLineFor } from '../probe/sudoers.ts'
import { logsCommand } from './logs-command.ts'
import { operateCommand } from './operate-program.ts'

/**
 * The drop-in of accounts that operate: for each unit that the last look knows on the chosen hosts, its exact commands. Empty where the fleet file
 * names no such account.
 */
export function operateSudoers(fleet: Fleet, unitsOf: (host: string) => readonly string[], hostName?: string): string {
  const accounts = new Map<string, Set<string>>()
  for (const host of fleet.hosts) {
    const identity = host.operateIdentity ?? fleet.identities.operate
    if (identity === undefined || identity.user === 'root' || (hostName !== undefined && host.name !== hostName)) continue
    const units = accounts.get(identity.user) ?? new Set()
    for (const unit of unitsOf(host.name)) units.add(unit)
    accounts.set(identity.user, units)
  }
  return [...accounts].map(([account, units]) => dropIn(account, [...units].sort())).join('\n')
}

function dropIn(account: string, units: readonly string[]): string {
  const lines = units.flatMap((unit) =>
    [...operateVerbs.map((verb) => operateCommand(verb, unit)), logsCommand(unit)].map(
      (command) => sudoersLineFor(account, command) ?? `# cannot be allowed exactly: ${JSON.stringify(command.argv)}`,
    ),
  )
  return [
    '# Gatehouse: account that starts, stops and restarts these services and reads their logs. Exact commands, no wildcard.',
    '# Install: visudo -c -f gatehouse-operate && install -m 0440 -o root -g root gatehouse-operate /etc/sudoers.d/gatehouse-operate',
    ...(units.length === 0 ? ['# No service is known yet: audit first, then print this again.'] : lines),
    '',
  ].join('\n')
}
