import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { OwnNetwork, Process } from '../../../facts/processes/processes.ts'
import { hostAddressesOf, ownAddressOf } from '../../../facts/services/own-address.ts'
import { machineOf } from '../../../facts/services/placement.ts'
import type { Unit } from '../../../facts/units/units.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeUnit, judgeRunning, serviceName } from '../inference/service-words.ts'
import { strangersTo } from '../network/flows.ts'
import { insideNetworks } from './air-gap.ts'
import { wayOfContainer } from './container-way.ts'
import { environmentKnown } from './offline-settings.ts'
import { unitNetwork } from './unit-network.ts'
import { type Way, wayOfHost } from './way-out.ts'

export default defineControl({
  id: 'model-hubs-not-reachable',
  item: 'SUP-4',
  severity: 'medium',
  title: 'Inference servers reach model hubs at most through hosts of the fleet file',
  rationale:
    'A server that reaches a hub loads whatever it is told to, approved or not: one pull request, one changed unit, one job is enough. Where no packet gets out, no switch has to hold.',
  steps: 'Name the addresses of model storage and package sources in the outbound rules.',
  needs: ['services', 'network'],
  uses: ['firewall', 'units', 'containers', 'processes'],
  references: ['NIST-800-53:SC-7(5)', 'NIST-800-53:CM-7', 'CIS-8:13.4', 'ISO-27001:A.8.22', 'OWASP-LLM:LLM03'],
  evaluate: ({ services, network, firewall, units, containers, processes }, { fleet }) => {
    const { app, jump, management, modelStorage, modelAdmins } = fleet.networks
    const named = [...app, ...jump, ...management, ...modelStorage, ...modelAdmins]
    return judgeRunning(services, (service) => {
      const unit = units.known ? units.value.find(({ id }) => id === service.unit) : undefined
      const main = processes.known ? processes.value.find(({ pid }) => pid === service.pids[0]) : undefined
      const way =
        wayBeside(service, main, network) ?? wayUnseen(service, main, unit) ?? wayOf(service, unit, containers, network, firewall, named)
      const isHeld = way.isHeld ?? (firewall.known && reachesOnly(named, firewall.value, network, service))
      return judge(service, { ...way, isHeld }, environmentKnown(service), unit)
    })
  },
})

/** Where neither the routes nor the outbound rules of the host are its own: in a network namespace, in a machine, in a container on a network that leads past the host (macvlan). */
function wayBeside(service: InferenceService, main: Process | undefined, network: Network): Way | undefined {
  const lone = service.ownNetwork
  const unread = (why: string): Way => ({
    state: 'unknown',
    why,
    cite: main ? [{ section: 'processes', line: main.line }] : [],
    isHeld: false,
  })
  if (lone && lone.addresses.length > 0)
    return unread(
      `It has a network of its own with address ${lone.addresses.slice(0, 3).join(', ')}, whose routes and rules were not read.`,
    )
  // Whoever runs in there as well may hand on what he is asked by a socket in the file system, which no network stops.
  const isHeld = main?.ownNetwork === undefined || isAlone(main.ownNetwork, service)
  if (lone) return { state: 'closed', why: 'It has a network of its own, without any address but loopback.', cite: [], isHeld }
  if (service.how !== 'container' || !main) return undefined
  const machine = machineOf(main.cgroup)
  if (machine !== undefined) return unread(`It runs in the machine ${machine}, a system of its own, whose routes and rules were not read.`)
  const host = hostAddressesOf(network)
  // With the network of the host the gateway is the host's, too.
  if ((main.addresses ?? []).every((address) => host?.has(address))) return undefined
  const own = ownAddressOf(main, host)
  return own === undefined ? undefined : unread(`Its way out may be another than that of the host: ${own}.`)
}

const isAlone = ({ beside, moreBeside }: OwnNetwork, { pids }: InferenceService): boolean =>
  !moreBeside && beside.every((pid) => pids.includes(pid))

/** A network of its own that the unit gives may be that of another unit (JoinsNamespaceOf=), where something leads out, and a server that began before the unit said so has none. */
function wayUnseen(service: InferenceService, main: Process | undefined, unit: Unit | undefined): Way | undefined {
  if (service.how !== 'systemd' || main !== undefined || unit?.properties.PrivateNetwork !== 'yes') return undefined
  if ((unit.properties.NetworkNamespacePath ?? '') !== '') return undefined
  return {
    state: 'unknown',
    why: 'Its unit sets PrivateNetwork=yes, but its process was not seen in a network of its own, and what leads out of that one could not be read.',
    cite: citeUnit(unit, 'PrivateNetwork'),
    isHeld: false,
  }
}

/** What stands between one server and the way that its host has. */
function wayOf(
  service: InferenceService,
  unit: Unit | undefined,
  containers: FactResult<Containers>,
  network: Network,
  firewall: FactResult<Firewall>,
  named: readonly string[],
): Way {
  if (service.how === 'systemd' && unit) {
    const filter = unitNetwork(unit, [...insideNetworks, ...named])
    const isHeld = unitNetwork(unit, [...LOOPBACK, ...named]) !== undefined
    if (filter)
      return { state: 'closed', why: `Its unit sets ${filter.words}.`, cite: citeUnit(unit, filter.property), ...(isHeld && { isHeld }) }
  }
  const host = wayOfHost(network, firewall, named)
  if (service.how !== 'container') return host
  const container = containers.known ? containers.value.containers.find(({ name }) => name === service.container) : undefined
  return container?.hostNetwork ? host : wayOfContainer(container, network, firewall, named)
}

const LOOPBACK = ['127.0.0.0/8', '::1/128']
/** Where proxies listen: by the scheme, Squid, SOCKS, Tinyproxy, Privoxy. */
const PROXY_PORTS = [80, 443, 3128, 1080, 8080, 8888, 8118]

function reachesOnly(named: readonly string[], rules: Firewall, network: Network, service: InferenceService): boolean {
  const own = /:(\d{1,5})\/?$/.exec(service.environment?.[through(service) ?? ''] ?? '')?.[1]
  return [...PROXY_PORTS, ...(own === undefined ? [] : [Number(own)])].every((port) => {
    const { accepted, undetermined } = strangersTo(rules, network, { direction: 'out', protocol: 'tcp', port }, named)
    return accepted.length === 0 && undetermined.length === 0
  })
}

const proxies = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy', 'HTTP_PROXY', 'http_proxy']

/** The variable by which a server goes to a hub through somebody else. */
function through({ environment = {} }: InferenceService): string | undefined {
  const isSet = (name: string) => (environment[name] ?? '') !== ''
  const usesNone = [environment.NO_PROXY, environment.no_proxy].some((list) => list?.split(',').some((one) => one.trim() === '*'))
  // HF_ENDPOINT: huggingface_hub, constants.py; MODEL_ENDPOINT: llama.cpp, common/common.cpp.
  return (usesNone ? [] : proxies).concat('HF_ENDPOINT', 'MODEL_ENDPOINT').find(isSet)
}

function judge(service: InferenceService, way: Way, known: boolean, unit: Unit | undefined): Verdict {
  const name = serviceName(service)
  const base = { subject: service.id }
  if (way.state === 'open') {
    const reason = `${way.why} Hubs such as huggingface.co, ollama.com and github.com lie there. Expected: addresses of model storage and package sources only.`
    return { ...base, status: 'warning', title: 'Public model hubs can be reached', reason, cite: way.cite }
  }
  if (way.state === 'unknown')
    return {
      ...{ ...base, status: 'not-evaluated', title: 'Whether hubs can be reached is not certain' },
      ...{ reason: way.why, hint: way.hint, cite: way.cite },
    }
  const variable = through(service)
  const set = unit && variable ? citeUnit(unit, `Environment:${variable}`, { token: variable }) : []
  if (variable !== undefined && !way.isHeld) {
    const reason = `${way.why} But ${name} runs with ${variable}, and what lies behind that cannot be seen from this host.`
    const hint = 'Look there whether huggingface.co, ollama.com and github.com are let through.'
    return {
      ...base,
      status: 'not-evaluated',
      title: 'Hubs may be reached through another host',
      reason,
      hint,
      cite: [...set, ...way.cite],
    }
  }
  if (!known && !way.isHeld) {
    const reason = `${way.why} But the environment of ${name} could not be read, and a proxy may stand in it.`
    return { ...base, status: 'not-evaluated', title: "The server's environment could not be read", reason, cite: way.cite }
  }
  const proxy = `${name} runs with ${variable}: what that lets through is decided on a host that the fleet file names.`
  const unread = `The environment of ${name} was not read whole; a proxy in it would be a host that the fleet file names.`
  const others = variable !== undefined ? proxy : known ? `No proxy is set for ${name}.` : unread
  const reason = `${way.why} ${others}`
  return { ...base, status: 'pass', title: 'No way leads to public model hubs by itself', reason, cite: [...way.cite, ...set] }
}
