import { readBlocks } from '../blocks.ts'
import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import type { AccountUnit } from './account-units.ts'
import { collectUnits } from './collect.ts'

/** Inference servers that accounts start by a manager of their own, whether they run or not. */
export const accountUnitsFact: FactDefinition<'account-units'> = {
  id: 'account-units',
  sections: collectUnits,
  read({ section }) {
    const output = section('units')
    const problem = unusable(output, 'Units of accounts')
    if (problem) return problem
    const block = readBlocks(output.stdout).get('account-units')?.[0]
    if (!block) return unknown('Units of accounts: the host was not asked', ['units'])
    const rows = block.rows.flatMap(({ text, line }) => {
      const [, word, rest = ''] = /^(enabled|file|unread) (.+)$/.exec(text) ?? []
      return word === undefined ? [] : [{ word, rest, line }]
    })
    return known({
      files: rows.filter(({ word }) => word !== 'unread').flatMap(({ word, rest, line }) => unitAt(rest, word === 'enabled', line)),
      unread: rows.filter(({ word }) => word === 'unread').map(({ rest, line }) => ({ account: rest, line })),
    })
  },
}

/** The generator of Podman makes `x.service` of `x.container` and `x.kube`, `x-pod.service` of `x.pod`; other files beside them start nothing. */
function unitAt(path: string, enabled: boolean, line: number): readonly AccountUnit[] {
  const [, name = '', kind] = /([^/]+)\.(service|container|kube|pod)$/.exec(path) ?? []
  return kind === undefined ? [] : [{ path, unit: `${name}${kind === 'pod' ? '-pod' : ''}.service`, enabled, line }]
}
