import type { Fleet } from '#shared/model/fleet.ts'
import type { Flow, NetworkDoor } from '#shared/model/network-flow.ts'
import type { Destination } from '#shared/model/segment.ts'
import type { FactResult } from '../../facts/fact.ts'
import type { Firewall } from '../../facts/firewall/firewall.ts'
import { reach, testsOf } from '../../facts/firewall/reach.ts'
import type { Piece } from '../../facts/firewall/verdicts.ts'
import type { Network } from '../../facts/network/network.ts'
import type { Process } from '../../facts/processes/processes.ts'
import type { Sources } from '../../facts/sources/sources.ts'
import { hostOf } from '../controls/isolation/air-gap.ts'
import { asideOf, bridgesOf, sentBehind } from '../controls/network/behind-bridges.ts'
import { exits, routedAnywhere } from '../controls/network/exits.ts'
import { doubtOf, isNearlyAll, knownValue } from '../controls/network/flows.ts'
import { addressesOf, allBut, printPieces, ruleOf, trafficWith } from './traffic.ts'

interface Surroundings {
  readonly fleet: Fleet
  readonly firewall: FactResult<Firewall>
  readonly network: Network | undefined
  readonly sources: FactResult<Sources>
  readonly processes: FactResult<readonly Process[]>
}

type Judged = Omit<Flow, 'segment'>

/** What a host itself connects to, by its rules: model storage, package sources, and all the rest. */
export function outboundDoor(surroundings: Surroundings): NetworkDoor {
  const { firewall } = surroundings
  const judge: Readonly<Record<Destination, (firewall: Firewall, surroundings: Surroundings) => Judged>> = {
    modelStorage: toStorage,
    packages: toPackages,
    anywhere: toAnywhere,
  }
  const flow = (segment: Destination): Flow =>
    firewall.known ? { segment, ...judge[segment](firewall.value, surroundings) } : { segment, state: 'unknown', reason: firewall.reason }
  return {
    id: 'out',
    kind: 'out',
    name: 'Outbound',
    bind: '',
    bound: true,
    judgedBy: ['firewall-default-deny-outbound', 'outbound-only-to-storage', 'airgap-no-way-out'].map((control) => ({ control })),
    flows: [flow('modelStorage'), flow('packages'), flow('anywhere')],
  }
}

const leaving = (firewall: Firewall, network: Network | undefined, protocol: 'tcp' | 'udp', port: number): readonly Piece[] =>
  reach(firewall, network, { direction: 'out', protocol, port })

/** HTTPS, HTTP, SSH, NFS and SMB, and ports that rules name, as object stores have their own. */
function storagePorts({ tables }: Firewall): readonly number[] {
  const named = testsOf(tables).flatMap((test) =>
    test.is === 'port' && test.side === 'destination' ? test.ports.map(([low]) => low).filter((port) => port > 0) : [],
  )
  return [...new Set([443, 80, 22, 2049, 445, ...named])].slice(0, 16)
}

function toStorage(firewall: Firewall, { fleet, network }: Surroundings): Judged {
  const { modelStorage } = fleet.networks
  if (modelStorage.length === 0) return { state: 'unnamed', reason: 'The fleet file names no networks of model storage.' }
  const addresses = addressesOf(modelStorage)
  const tried = storagePorts(firewall).map((port) => ({ port, ...trafficWith(leaving(firewall, network, 'tcp', port), addresses) }))
  const open = tried.filter(({ accepted }) => accepted.length > 0)
  const [first] = open
  if (first)
    return {
      state: 'allowed',
      reason: `New connections to ${printPieces(first.accepted)} are let out on TCP ${printPorts(open)}.`,
      ...ruleOf(first.accepted[0]?.by),
    }
  const doubt = tried.flatMap(({ undetermined }) => undetermined)[0]
  if (doubt) return { state: 'unknown', reason: doubtOf(doubt), ...ruleOf(doubt.doubtBy ?? doubt.by) }
  const stop = tried.flatMap(({ stopped }) => stopped)[0]
  return {
    state: 'missing',
    reason: `Model storage is named, and no new connection gets out to it on TCP ${printPorts(tried)}.`,
    ...ruleOf(stop?.by),
  }
}

const printPorts = (tried: readonly { readonly port: number }[]): string => {
  const shown = tried.slice(0, 6).map(({ port }) => port)
  return shown.join(', ') + (tried.length > shown.length ? ' and more' : '')
}

/** Names of package sources are not resolved here, so rules that let some addresses out leave open whether a source is among them. */
function toPackages(firewall: Firewall, { network, sources }: Surroundings): Judged {
  if (!sources.known) return { state: 'unknown', reason: sources.reason }
  const { packageSources, proxies } = sources.value
  const proxy = proxies.find(({ of }) => of === 'packages')
  if (proxy) return { state: 'unknown', reason: `Packages come through a proxy (${proxy.name}), which decides where from.` }
  const urls = packageSources.map(({ url }) => url)
  if (urls.includes('')) return { state: 'unknown', reason: 'A package source names no address that could be read.' }
  const remote = urls.flatMap((url) => {
    const [, scheme = '', rest = ''] = /^(https?|ftp):\/\/(.+)$/i.exec(url) ?? []
    return scheme === '' ? [] : [{ port: portOf(scheme, rest), host: hostOf(rest) }]
  })
  if (remote.length === 0) return { state: 'closed', reason: 'No package source beyond this machine is set up.' }
  const judged = remote.map(({ host, port }) => ({ host, ...toSource(firewall, network, host, port) }))
  const worst = (['unknown', 'missing', 'allowed'] as const).map((state) => judged.find((each) => each.state === state)).find(Boolean)
  if (worst === undefined) return { state: 'unknown', reason: 'Package sources could not be judged.' }
  const { host: _, ...flow } = worst
  return flow
}

function portOf(scheme: string, rest: string): number {
  const given = /^[^/?#]*:(\d{1,5})(?:[/?#]|$)/.exec(rest)?.[1]
  if (given !== undefined && !rest.startsWith('[')) return Number(given)
  return scheme.toLowerCase() === 'https' ? 443 : scheme.toLowerCase() === 'ftp' ? 21 : 80
}

function toSource(firewall: Firewall, network: Network | undefined, host: string, port: number): Judged {
  const source = `${host.slice(0, 80)} (TCP ${port})`
  const address = addressesOf([host.replace(/^\[|\]$/g, '')])
  const byAddress = address[4].length + address[6].length > 0
  const { accepted, undetermined, stopped } = trafficWith(leaving(firewall, network, 'tcp', port), byAddress ? address : allBut([]))
  const wide = byAddress ? accepted[0] : accepted.find(isNearlyAll)
  if (wide) return { state: 'allowed', reason: `New connections to ${source}, a package source, are let out.`, ...ruleOf(wide.by) }
  if (accepted.length > 0)
    return {
      state: 'unknown',
      reason: `Connections are let out to ${printPieces(accepted)}; whether ${source}, a package source, lies there is not known.`,
      ...ruleOf(accepted[0]?.by),
    }
  const [doubt] = undetermined
  if (doubt) return { state: 'unknown', reason: doubtOf(doubt), ...ruleOf(doubt.doubtBy ?? doubt.by) }
  return { state: 'missing', reason: `No new connection gets out to ${source}, a package source.`, ...ruleOf(stopped[0]?.by) }
}

/** As the check of the outbound rules has it: rules are judged, not routes, and a few addresses that a rule names are not "anywhere". */
function toAnywhere(firewall: Firewall, { fleet, network, processes }: Surroundings): Judged {
  const addresses = allBut(Object.values(fleet.networks).flat())
  const routed = routedAnywhere(network)
  const bridges = network ? bridgesOf(network, knownValue(processes)) : []
  const tried = exits.map((exit) => {
    const forwarded = routed ? bridges.flatMap((bridge) => sentBehind(bridge, firewall, routed, exit)) : []
    return { exit, ...trafficWith([...leaving(firewall, routed, exit.protocol, exit.port), ...forwarded], addresses) }
  })
  const open = tried.filter(({ accepted }) => accepted.some(isNearlyAll))
  const [first] = open
  if (first) {
    const wide = first.accepted.find(isNearlyAll)
    return { state: 'excess', reason: `${open.map(({ exit }) => exit.words).join(', ')} may leave to anywhere.`, ...ruleOf(wide?.by) }
  }
  const doubt = tried.flatMap(({ undetermined }) => undetermined)[0]
  if (doubt) return { state: 'unknown', reason: doubtOf(doubt), ...ruleOf(doubt.doubtBy ?? doubt.by) }
  const named = tried.flatMap(({ accepted }) => accepted)
  const [aside] = network ? asideOf(knownValue(processes) ?? [], network) : []
  if (aside) return { state: 'unknown', reason: `Of process ${aside.process.pid} ${aside.why}: other rules hold what it sends.` }
  if (named.length > 0)
    return {
      state: 'allowed',
      reason: `Beyond the named networks only ${printPieces(named)} can be reached, which rules name.`,
      ...ruleOf(named[0]?.by),
    }
  return {
    state: 'closed',
    reason: `${exits.map(({ words }) => words).join(', ')} beyond the named networks are stopped.`,
    ...ruleOf(tried.flatMap(({ stopped }) => stopped)[0]?.by),
  }
}
