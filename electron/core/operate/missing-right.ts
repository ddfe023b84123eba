import { failureOf } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { OperableUnit } from '#shared/model/operate.ts'
import { sudoAllows } from '../access/sudo-ways.ts'
import { worldOf } from '../access/world.ts'
import type { FactResults } from '../facts/registry.ts'
import type { PrivilegedCommand } from '../probe/section.ts'
import { sudoersLineFor } from '../probe/sudoers.ts'
import { type OperateAccount, operateAccountOf } from './operate-identity.ts'
import { operateCommands } from './operate-sudoers.ts'

/**
 * Containers with the reason why they cannot be operated, as far as the last look tells: nobody who operates, or no right of sudo, with the lines that
 * give it. Where sudo's rules were not read nothing is said; the host says it when it is tried.
 */
export function withMissingRight(
  units: readonly OperableUnit[],
  fleet: Fleet,
  host: Host,
  facts: FactResults,
  now: number,
): OperableUnit[] {
  if (!units.some(({ container }) => container)) return [...units]
  let account: OperateAccount
  try {
    account = operateAccountOf(fleet, host)
  } catch (error) {
    const { detail } = failureOf(error)
    return units.map((unit) => (unit.container ? { ...unit, unavailable: detail } : unit))
  }
  const { user } = account.identity
  const allows = account.by === 'command' ? allowing(user, facts, now) : undefined
  return units.map((unit) => {
    const missing = unit.container && allows ? operateCommands(unit).filter((command) => !allows(command)) : []
    if (missing.length === 0) return unit
    const program = facts.sudoers.known ? facts.sudoers.value.program : undefined
    const lines = missing.map((command) => sudoersLineFor(user, command, program) ?? command.argv.join(' '))
    return { ...unit, unavailable: `sudo does not allow ${user} this. It takes: ${lines.join('; ')}` }
  })
}

/** What sudo said at the last look; undefined where that is not known. */
function allowing(user: string, facts: FactResults, now: number): ((command: PrivilegedCommand) => boolean) | undefined {
  const { accounts } = facts
  if (!accounts.known || !facts.sudoers.known) return undefined
  const world = worldOf({ ...facts, accounts: accounts.value }, now)
  const member = world.members.find(({ name }) => name === user)
  if (member === undefined) return undefined
  return ({ argv: [path, ...args], alternatives = [] }) =>
    [path, ...alternatives].some((one) => {
      const says = sudoAllows(member, world, one, args)
      return says?.noPassword === true && says.condition === undefined
    })
}
