import { readBlocks } from '../blocks.ts'
import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectOs } from '../os/collect.ts'
import { parseAuthorizedKeys } from './parse.ts'

/** Keys of the account that looks: its own file is all that it may read without root. */
export const auditKeysFact: FactDefinition<'audit-keys'> = {
  id: 'audit-keys',
  sections: collectOs,
  read: ({ section }) => {
    const output = section('os')
    const trouble = unusable(output, 'Keys of the audit account')
    if (trouble) return trouble
    const block = readBlocks(output.stdout).get('authorized-keys')?.[0]
    return block ? known({ keys: parseAuthorizedKeys(block.rows) }) : unknown('Keys of the audit account: the host was not asked', ['os'])
  },
}
