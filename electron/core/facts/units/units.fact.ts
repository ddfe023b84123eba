import type { Accounts } from '../accounts/accounts.ts'
import { type FactResult, known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectUnits } from './collect.ts'
import { parseUnits } from './parse.ts'
import { runningAs } from './running-as.ts'

/** systemd services of inference engines and of the proxies before them. */
export const unitsFact: FactDefinition<'units'> = {
  id: 'units',
  sections: collectUnits,
  read({ section, fact }) {
    const output = section('units')
    const problem = unusable(output, 'Units')
    if (problem) return problem
    if (/^@none$/m.test(output.stdout)) return unknown('Units: this host does not run systemd', ['units'])
    if (output.exitCode !== 0) return unknown(`Units: systemctl failed: ${firstLine(output.stdout) || firstLine(output.stderr)}`, ['units'])
    const [processes, accounts] = [fact('processes'), fact('accounts')]
    const units = parseUnits(output.stdout).map((unit) => ({ ...unit, user: nameOf(unit.user, accounts) }))
    return known(processes.known ? units.map((unit) => ({ ...unit, runningAs: runningAs(unit, processes.value) })) : units)
  },
}

/** systemd takes a number as well, and files show the name. */
const nameOf = (user: string, accounts: FactResult<Accounts>): string =>
  (/^\d+$/.test(user) && accounts.known && accounts.value.accounts.find(({ uid }) => uid === Number(user))?.name) || user

const firstLine = (text: string): string => text.trim().split('\n')[0]?.slice(0, 200) ?? ''
