import type { InferenceService } from '#shared/model/inference-service.ts'
import { type FactResult, known, unknown } from '../fact.ts'
import type { FactDefinition } from '../fact-definition.ts'
import { ownPortsLed, portsLedTo } from '../firewall/led-to.ts'
import type { LoopbackPort } from '../loopback/loopback.ts'
import { versionIn } from '../loopback/parse.ts'
import type { Os } from '../os/os.ts'
import { routesLoopback } from '../os/route-localnet.ts'
import { readLlamaSettings } from '../processes/llama-settings.ts'
import { answeredKey } from './answered-key.ts'
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
  read({ fact, section }) {
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
      llamaSettings: readLlamaSettings(section('processes').stdout),
      hostAddresses: hostAddressesOf(network),
      routesLoopback: isLoopbackRouted(valueIn(fact('os'))),
      ledTo: firewall?.translationKnown ? (address) => portsLedTo(firewall.tables, network, address) : undefined,
      ownPorts: firewall && ownPortsLed(firewall.tables, network),
    })
    const ports = valueIn(fact('loopback'))?.ports ?? []
    return known(services.map((service) => asAnswered(service, ports)))
  },
}

function isLoopbackRouted(os: Os | undefined): boolean | undefined {
  const devices = os && routesLoopback(os)
  return devices && devices.length > 0
}

/** What the server says of itself on its own port beats what a tag of its image or its configuration say. */
function asAnswered(service: InferenceService, ports: readonly LoopbackPort[]): InferenceService {
  const own = ports.filter(({ port }) => service.running && service.binds.some((bind) => bind.port === port && bind.basis === 'observed'))
  const version = own.flatMap(({ answers }) => answers.map(versionIn)).find((one) => one !== undefined)
  const answered = answeredKey(service, ports)
  // That it asks does not say for which one.
  const apiKey = answered === undefined || (answered === 'set' && service.apiKey === 'placeholder') ? service.apiKey : answered
  if (version === undefined && apiKey === service.apiKey) return service
  // What asks though nothing that was read says so has settings that were not read (/etc/localai.env).
  const elsewhere = apiKey === 'set' && service.apiKey === 'none'
  return { ...service, apiKey, version: version ?? service.version, ...(elsewhere && { environmentComplete: false }) }
}
