import type { InferenceService } from '#shared/model/inference-service.ts'
import { type FactDefinition, type FactResult, known, unknown } from '../fact.ts'
import { portsLedTo } from '../firewall/led-to.ts'
import type { LoopbackPort } from '../loopback/loopback.ts'
import { versionIn } from '../loopback/parse.ts'
import { assembleServices } from './assemble.ts'
import { hostAddressesOf } from './own-address.ts'

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
    const containers = valueIn(fact('containers'))
    const [firewall, network] = [valueIn(fact('firewall')), valueIn(fact('network'))]
    const services = assembleServices({
      processes: processes.value,
      listeners: valueIn(fact('listeners')),
      units: valueIn(fact('units')),
      containers: containers?.containers,
      podContainers: containers?.podContainers,
      accounts: valueIn(fact('accounts')),
      hostAddresses: hostAddressesOf(network),
      ledTo: firewall?.translationKnown ? (address) => portsLedTo(firewall.tables, network, address) : undefined,
    })
    const ports = valueIn(fact('loopback'))?.ports ?? []
    return known(services.map((service) => withVersion(service, ports)))
  },
}

/** What the server says of itself on its own port beats what a tag of its image says. */
function withVersion(service: InferenceService, ports: readonly LoopbackPort[]): InferenceService {
  const own = ports.filter(({ port }) => service.running && service.binds.some((bind) => bind.port === port && bind.basis === 'observed'))
  const version = own.map(({ answers }) => versionIn(answers)).find((one) => one !== undefined)
  return version === undefined ? service : { ...service, version }
}
