import { sudoSetting } from '../../../access/sudo-defaults.ts'
import type { Sudoers } from '../../../facts/privileged/privileged.ts'
import type { Verdict } from '../../control.ts'

/** Longer than this, in minutes, a password that was typed once stands in for those that were not; sudo itself is built with 5 or 15. */
const MAX_MINUTES = 60

type Defaults = Sudoers['defaults']

/**
 * sudo asks once and then keeps a ticket (sudoers(5)): for `timestamp_timeout` minutes, until the host restarts where that is negative; of the terminal it was typed
 * at, but with `timestamp_type=global`, of old `!tty_tickets`, of every session of that account, so that a stolen key is root as long as somebody works.
 * Undefined where that is short and of one terminal, or where nobody is asked.
 */
export function longTickets({ defaults, rules }: Pick<Sudoers, 'defaults' | 'rules'>): Verdict | undefined {
  if (!rules.some(({ user, asRoot, negated, noPassword }) => user !== 'root' && asRoot && !negated && !noPassword)) return undefined
  const forAll = (line: Defaults[number]) => line.scope === undefined || line.scope === '>'
  const profiles = [
    defaults.filter(forAll),
    ...defaults.filter(({ scope }) => scope === ':').map((own) => defaults.filter((line) => line === own || forAll(line))),
  ]
  const found = profiles.flatMap((lines) => longTicket(lines) ?? [])[0]
  return (
    found && {
      ...{ status: 'warning', severity: 'medium', subject: '', title: 'sudo remembers a password for too long' },
      reason: `By ${found.file} a password that sudo was told once counts ${found.said}. Expected one terminal, and an hour at most.`,
      hint: 'Take timestamp_timeout and timestamp_type out of sudoers, or set timestamp_timeout=5.',
      cite: [{ section: 'privileged', line: found.line }],
    }
  )
}

function longTicket(lines: Defaults): { readonly said: string; readonly file: string; readonly line: number } | undefined {
  let [minutes, length, shared]: [number, Defaults[number] | undefined, Defaults[number] | undefined] = [0, undefined, undefined]
  for (const line of lines)
    for (const { on, name, value } of line.settings.map(sudoSetting)) {
      if (name === 'timestamp_timeout') [minutes, length] = [on ? Number.parseFloat(value ?? '') : 0, line]
      else if (name === 'timestamp_type') shared = value === 'global' ? line : undefined
      else if (name === 'tty_tickets') shared = on ? undefined : line
    }
  if (length && minutes === 0) return undefined
  const said = [
    ...(length && minutes < 0 ? ['until the host restarts'] : length && minutes > MAX_MINUTES ? [`for ${minutes} minutes`] : []),
    ...(shared ? ['in every session of the account'] : []),
  ]
  const line = length && said.length > (shared ? 1 : 0) ? length : shared
  return line && { said: said.join(', '), file: line.file, line: line.line }
}
