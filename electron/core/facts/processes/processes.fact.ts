import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectProcesses } from './collect.ts'
import { parseProcesses } from './parse.ts'

/** Running processes; for those that may be inference servers also exact words, cgroup and environment. */
export const processesFact: FactDefinition<'processes'> = {
  id: 'processes',
  sections: collectProcesses,
  read({ section }) {
    const output = section('processes')
    const problem = unusable(output, 'Processes')
    if (problem) return problem
    const found = parseProcesses(output.stdout)
    if (found !== undefined && 'hiddenBy' in found) {
      const { hiddenBy } = found
      const why =
        hiddenBy === undefined
          ? 'process 1 is not among them, so others are hidden too'
          : `/proc is mounted with ${hiddenBy.slice(0, 40)}, so only those of the audit account are seen`
      const hint =
        hiddenBy === undefined
          ? 'Let the audit account see the processes of others.'
          : 'Add the audit account to the group named by gid= of the /proc mount, or mount /proc without hidepid.'
      return unknown(`Processes: ${why}`, ['processes'], hint)
    }
    return found ? known(found) : unknown('Processes: ps is missing or printed an unknown form', ['processes'])
  },
}
