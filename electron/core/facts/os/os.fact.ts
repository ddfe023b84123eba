import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectOs } from './collect.ts'
import { parseOs } from './parse.ts'

export const osFact: FactDefinition<'os'> = {
  id: 'os',
  sections: collectOs,
  read: ({ section }) => {
    const output = section('os')
    const trouble = unusable(output, 'Operating system settings')
    if (trouble) return trouble
    const os = parseOs(output.stdout)
    return os ? known(os) : unknown('Operating system settings: the script printed nothing that it should', ['os'])
  },
}
