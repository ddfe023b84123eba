import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { blocksOf } from '../packages/blocks.ts'
import { collectSoftware } from '../packages/collect.ts'
import { parseSources } from './parse.ts'

export const sourcesFact: FactDefinition<'sources'> = {
  id: 'sources',
  sections: collectSoftware,
  read({ section }) {
    const output = section('software')
    const trouble = unusable(output, 'Sources of software')
    if (trouble) return trouble
    if (!blocksOf(output.stdout).some(({ tag }) => tag === 'end')) {
      return unknown('Sources of software: the answer of the host is not complete', ['software'])
    }
    return known(parseSources(output.stdout))
  },
}
