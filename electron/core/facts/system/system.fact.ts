import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectSystem } from './collect.ts'
import { parseSystem } from './parse.ts'

export const systemFact: FactDefinition<'system'> = {
  id: 'system',
  sections: collectSystem,
  read: ({ section }) => {
    const output = section('system')
    const system = unusable(output, 'System') ?? parseSystem(output.stdout)
    if (typeof system === 'string') return unknown(`System: ${system}`, [output.id])
    return 'known' in system ? system : known(system)
  },
}
