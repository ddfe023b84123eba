import { known, unknown } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { parseVerifiedModels } from './parse.ts'

/** Recorded by `gatehouse models verify` (or the Models screen) before the audit; the audit itself hashes nothing. */
export const verifiedModelsFact: FactDefinition<'verified-models'> = {
  id: 'verified-models',
  sections: () => [],
  read({ answers }) {
    const [recorded] = answers('verified-models')
    const parsed = recorded && parseVerifiedModels(recorded.stdout)
    return parsed ? known(parsed) : unknown('The models of this host were not verified yet', [])
  },
}
