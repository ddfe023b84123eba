import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectUpdates } from './collect.ts'
import { parseUpdates } from './parse.ts'

/** Packages of the distribution and its pending security updates. */
export const updatesFact: FactDefinition<'updates'> = {
  id: 'updates',
  sections: collectUpdates,
  read({ section }) {
    const output = section('updates')
    const trouble = unusable(output, 'Packages of the distribution')
    if (trouble) return trouble
    const updates = parseUpdates(output.stdout)
    return typeof updates === 'string' ? unknown(`Packages of the distribution: ${updates}`, ['updates']) : known(updates)
  },
}
