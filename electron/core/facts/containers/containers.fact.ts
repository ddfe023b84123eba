import { known, unknown, unusable } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { collectContainers } from './collect.ts'
import { parseContainers } from './parse.ts'

/** Containers of Docker and Podman. A host with neither has none: known and empty. */
export const containersFact: FactDefinition<'containers'> = {
  id: 'containers',
  sections: collectContainers,
  read({ section }) {
    const output = section('containers')
    const problem = unusable(output, 'Containers')
    if (problem) return problem
    const result = parseContainers(output.stdout)
    if (result.ok) return known(result.containers)
    const hint = result.denied && output.sudoers ? `Add to sudoers: ${output.sudoers}` : undefined
    return unknown(`Containers: ${result.reason}`, ['containers'], hint)
  },
}
