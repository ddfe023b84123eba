import { parseInterval } from '../address-set.ts'
import { parsePorts } from '../ruleset.ts'
import type { Element, FirewalldFiles } from './files.ts'

const of = (element: Element, name: string): readonly Element[] => element.children.filter((each) => each.name === name)

/**
 * Why firewalld would not take these files: one that it refuses, used or not, has it start with the configuration that it was shipped with (`start` of core/fw.py; each tried
 * with the engine of 1.3.3). Undefined where it would.
 */
export function refusal(files: FirewalldFiles): string | undefined {
  const { zones, policies, services, ipsets } = files
  const kinds = { zone: zones, policy: policies, service: services, ipset: ipsets }
  for (const kind of ['zone', 'policy', 'service', 'ipset'] as const)
    for (const [name, element] of kinds[kind]) {
      const member = kind === 'zone' || kind === 'policy' ? element.children.find((each) => oddChild(kind, each, files)) : undefined
      const odd = !NAME.test(name) || member || (kind === 'policy' ? oddPolicy(element, files) : false) || oddWhole(kind, element, files)
      const what = member ? ` (${[member.name, ...Object.values(member.attributes)].join(' ')})` : ''
      if (odd) return `firewalld does not take the ${kind} ${name}${what}, and loads what it was shipped with instead.`
      if (of(element, 'rule').some(isWrong))
        return `firewalld does not take a rich rule of the ${kind} ${name}, and by its version leaves it out or loads what it was shipped with instead.`
    }
  const bound = [...zones.values()].flatMap((zone) => [
    ...new Set(
      zone.children.flatMap(({ name, attributes }) =>
        name === 'source' || name === 'interface'
          ? [`${attributes.name ?? attributes.address ?? attributes.mac ?? `ipset:${attributes.ipset}`}`.toLowerCase()]
          : [],
      ),
    ),
  ])
  const twice = bound.find((one, at) => bound.indexOf(one) !== at)
  return twice === undefined ? undefined : `firewalld does not take ${twice} in two zones, and loads what it was shipped with instead.`
}

const NAME = /^[\w/-]+$/
const TARGET = /^(?:default|ACCEPT|DROP|%%REJECT%%|REJECT|CONTINUE)$/

/** Elements, and the attributes that each must have and those it may have. */
const MEMBERS: Readonly<Record<string, readonly [needed: readonly string[], allowed: readonly string[]]>> = {
  port: [['port', 'protocol'], []],
  'source-port': [['port', 'protocol'], []],
  protocol: [['value'], []],
  service: [['name'], []],
  interface: [['name'], []],
  source: [[], ['address', 'mac', 'ipset', 'invert', 'family']],
  destination: [[], ['address', 'ipset', 'invert', 'family']],
  'ingress-zone': [['name'], []],
  'egress-zone': [['name'], []],
  masquerade: [[], ['enabled']],
  'icmp-block': [['name'], []],
  'icmp-block-inversion': [[], []],
  forward: [[], []],
  rule: [[], ['family', 'priority']],
}
const WITHIN: Readonly<Record<'zone' | 'policy', RegExp>> = {
  zone: /^(?:short|description|interface|source|service|port|protocol|source-port|icmp-block(?:-inversion)?|masquerade|forward(?:-port)?|rule)$/,
  policy: /^(?:short|description|(?:in|e)gress-zone|service|port|protocol|source-port|icmp-block|masquerade|forward-port|rule|disable)$/,
}

function oddWhole(kind: 'zone' | 'policy' | 'service' | 'ipset', element: Element, files: FirewalldFiles): boolean {
  if (kind === 'ipset') return oddSet(element)
  if (kind !== 'service') return !TARGET.test(element.attributes.target ?? 'default')
  return (
    of(element, 'include').some(({ attributes }) => !files.services.has(attributes.service ?? '')) ||
    [...of(element, 'port'), ...of(element, 'source-port')].some(
      ({ attributes: { port = '', protocol = '' } }) => port !== '' && !(isPort(port) && isTransport(protocol)),
    )
  )
}

function oddChild(kind: 'zone' | 'policy', child: Element, files: FirewalldFiles): boolean {
  const names = Object.keys(child.attributes)
  const [needed, allowed] = MEMBERS[child.name] ?? [[], names]
  const strange =
    !WITHIN[kind].test(child.name) ||
    needed.some((one) => !names.includes(one)) ||
    names.some((one) => !needed.includes(one) && !allowed.includes(one))
  return strange || oddValue(child, files)
}

function oddValue({ name, attributes, children }: Element, files: FirewalldFiles): boolean {
  const { port = '', protocol = '', address, ipset, ...others } = attributes
  switch (name) {
    case 'port':
    case 'source-port':
      return !isPort(port) || !isTransport(protocol)
    case 'service':
      return !files.services.has(others.name ?? '')
    case 'interface':
      return !/^[^\s/!*]{1,15}$/.test(others.name ?? '')
    case 'source':
      return (address !== undefined && !isNetwork(address)) || (ipset !== undefined && !files.ipsets.has(ipset))
    case 'rule':
      // Of a rich rule it looks up what is named.
      return children.some(
        (each) =>
          (each.name === 'service' && !files.services.has(each.attributes.name ?? '')) ||
          (each.attributes.ipset !== undefined && !files.ipsets.has(each.attributes.ipset)) ||
          Object.keys(each.attributes).some((one) => MEMBERS[each.name] && !MEMBERS[each.name]?.some((list) => list.includes(one))),
      )
    default:
      return false
  }
}

const isTransport = (word: string): boolean => /^(?:tcp|udp|sctp|dccp)$/.test(word)
/** Names of services are taken, too. */
const isPort = (word: string): boolean => parsePorts(word) !== undefined || /^[a-z][\w-]*$/i.test(word) || /^\d{1,5}-\d{1,5}$/.test(word)
const isNetwork = (address: string): boolean => !/^[^/]*-/.test(address) && parseInterval(address) !== undefined

/** nftables takes neither networks that overlap nor ranges in a set that firewalld makes. */
function oddSet(set: Element): boolean {
  if (!/^(?:hash|bitmap|list):[\w,]+$/.test(set.attributes.type ?? '')) return true
  if (!/^hash:(?:ip|net)$/.test(set.attributes.type ?? '')) return false
  const entries = of(set, 'entry').map(({ text }) => text.trim())
  if (entries.some((entry) => /^[^/]*-/.test(entry))) return true
  const networks = [...new Set(entries)].flatMap((entry) => parseInterval(entry) ?? [])
  return networks.some((one, at) =>
    networks.some((two, other) => other !== at && two.family === one.family && two.from <= one.from && one.from <= two.to),
  )
}

/** A policy, by the zones that it stands between (core/fw_policy.py, _get_table_chains_for_policy_dispatch). */
function oddPolicy(policy: Element, { zones }: FirewalldFiles): boolean {
  const between = (name: string) => of(policy, name).map(({ attributes }) => attributes.name ?? '')
  const [ingress, egress] = [between('ingress-zone'), between('egress-zone')]
  const all = [ingress, egress]
  const isSymbol = (name: string) => name === 'ANY' || name === 'HOST'
  if (all.some((names) => names.length > 1 && names.some(isSymbol))) return true
  if (all.some((names) => names.some((name) => !isSymbol(name) && !zones.has(name)))) return true
  const [fromHost, toHost] = all.map((names) => names.includes('HOST'))
  if (fromHost && toHost) return true
  const asks = (name: string) => policy.children.some((each) => each.name === name || (each.name === 'rule' && of(each, name).length > 0))
  if (asks('masquerade') && (fromHost || toHost)) return true
  if (asks('tcp-mss-clamp') && toHost) return true
  // A mark is set before it is known where a packet goes: neither for the host, unless it comes from anywhere, nor for a zone that has an interface.
  const bound = egress.some((name) => (zones.get(name) ? of(zones.get(name) as Element, 'interface').length > 0 : false))
  return asks('mark') && (fromHost || (toHost && !ingress.includes('ANY')) || bound)
}

/** A rich rule that 1.3.3 leaves out, with a warning, and that has 2.3.1 refuse the whole file (check of core/rich.py, common_endElement of core/io/policy.py). */
function isWrong(rule: Element): boolean {
  const { family, priority } = rule.attributes
  const named = (names: RegExp) => rule.children.filter(({ name }) => names.test(name))
  const actions = named(/^(?:accept|drop|reject|mark)$/)
  const about = named(/^(?:port|service|protocol|source-port|icmp-block|icmp-type|masquerade|forward-port|tcp-mss-clamp)$/)
  const ends = named(/^(?:source|destination)$/)
  const rank = Number(priority ?? 0)
  if (actions.length > 1 || about.length > 1 || (family !== undefined && !/^ipv[46]$/.test(family))) return true
  if (!Number.isInteger(rank) || Math.abs(rank) > 32_767) return true
  if (about.length + ends.length === 0 && rank === 0) return true
  const wrongEnd = ends.some(({ attributes: { address, ipset, mac } }) => {
    if ([address, ipset, mac].filter((one) => one !== undefined).length !== 1) return true
    return address !== undefined && (family === undefined || parseInterval(address)?.family !== Number(family.slice(-1)))
  })
  if (wrongEnd) return true
  if (about.some(({ name, attributes: { port = '', protocol = '' } }) => /port$/.test(name) && (!isPort(port) || !isTransport(protocol))))
    return true
  return actions.some((action) => {
    const rate = of(action, 'limit')[0]?.attributes.value
    const type = action.name === 'reject' ? action.attributes.type : undefined
    return (
      (rate !== undefined && !/^\d+\/(?:s|m|h|d|second|minute|hour|day)$/.test(rate)) ||
      (type !== undefined && (family === undefined || /^icmp6-/.test(type) !== (family === 'ipv6')) && !/^tcp-/.test(type))
    )
  })
}
