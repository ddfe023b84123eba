import { type FactDefinition, type FactResult, known, unknown } from '../fact.ts'
import { assembleServices } from './assemble.ts'

const valueIn = <T>(result: FactResult<T>): T | undefined => (result.known ? result.value : undefined)

/**
 * Inference servers, put together from processes, listeners, units, containers and accounts. Only the process table is
 * indispensable: it shows every running server, however it was started.
 */
export const servicesFact: FactDefinition<'services'> = {
  id: 'services',
  sections: () => [],
  read({ fact }) {
    const processes = fact('processes')
    if (!processes.known) return unknown(`Inference services: ${processes.reason}`, processes.sections, processes.hint)
    return known(
      assembleServices({
        processes: processes.value,
        listeners: valueIn(fact('listeners')),
        units: valueIn(fact('units')),
        containers: valueIn(fact('containers'))?.containers,
        accounts: valueIn(fact('accounts')),
      }),
    )
  },
}
