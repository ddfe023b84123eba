import { known, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectLoopback } from './collect.ts'
import { parseLoopback } from './parse.ts'

/** Asked on the host, against itself: whether an engine's own key is really wanted, wherever its port can be reached from. */
export const loopbackFact: FactDefinition<'loopback'> = {
  id: 'loopback',
  sections: collectLoopback,
  read({ section }) {
    const output = section('loopback')
    return unusable(output, 'What engines answer on loopback') ?? known(parseLoopback(output.stdout))
  },
}
