import { known, unknown } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { parseFleetKeys } from './parse.ts'

/** Gathered by the audit from what it and those before it read on the other hosts, and kept with its evidence. */
export const fleetKeysFact: FactDefinition<'fleet-keys'> = {
  id: 'fleet-keys',
  sections: () => [],
  read({ answers }) {
    const [gathered] = answers('fleet-keys')
    const parsed = gathered && parseFleetKeys(gathered.stdout)
    return parsed ? known(parsed) : unknown('This audit did not compare keys with those of other hosts', [])
  },
}
