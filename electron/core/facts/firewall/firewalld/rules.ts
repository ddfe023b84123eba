import { parseNft } from '../nft/parse.ts'
import { type Chain, dictionary, type Table } from '../ruleset.ts'
import type { Element, FirewalldFiles } from './files.ts'
import { refusal } from './refused.ts'

/** A rule in the words of nft(8), and the line of the section that asks for it. */
interface Line {
  readonly text: string
  readonly line: number
}

/** Stands before a rule of which nobody can say whom it meets; the parser does not know it, so a verdict that hangs on it is not given. */
const UNSURE = 'gatehouse unsure'

/**
 * What firewalld makes of its files when it starts, for what is sent to the host: the part of its rules that decides (firewalld.zones(5), firewalld.richlanguage(5),
 * firewalld.policies(5); src/firewall/core/nftables.py). A reason where they say something that is not followed.
 *
 * An interface that no file binds gets its zone from NetworkManager or from somebody who typed it: `running` tells which it has now, and whether it gets that again is not certain.
 * NetworkManager hands on a zone as soon as a connection is changed (connection_updated, nm-policy.c); of a keyfile that was edited and not loaded nothing is known.
 */
export function firewalldTables(files: FirewalldFiles, running: readonly Table[]): readonly Table[] | string {
  const { settings, zones, policies, strange, direct } = files
  const [broken] = strange
  if (broken !== undefined) return `${broken} is written in a way that is not followed.`
  const directly = (direct?.children ?? []).find(({ name }) => name !== 'chain')
  if (directly) return 'What /etc/firewalld/direct.xml says beside the zones is not followed.'
  const leading = [...zones, ...policies].find(([, each]) =>
    [each, ...of(each, 'rule')].some((part) => of(part, 'forward-port').length > 0),
  )
  if (leading) return `Ports that ${leading[0]} forwards are not followed.`
  const refused = refusal(files)
  if (refused !== undefined) return refused
  const wanted = settings.get('DefaultZone') || 'public'
  const fallback = zones.has(wanted) ? wanted : 'public'
  if (!zones.has(fallback)) return `The zone ${fallback} could not be read.`
  const sources = [...zones].some(([, zone]) => of(zone, 'source').length > 0)
  // Until 0.9.x what a zone of sources does not name went on to the zone of the interface.
  if (sources && /^(?:yes|true)$/i.test(settings.get('AllowZoneDrifting') ?? ''))
    return 'AllowZoneDrifting of firewalld.conf is not followed.'
  const ranked = [...zones].find(([, { attributes }]) => Object.keys(attributes).some((name) => /priority$/.test(name)))
  if (ranked) return `The priority of the zone ${ranked[0]} is not followed.`

  const names = [...zones.keys()].sort()
  const zoneOf = (name: string) => zones.get(name) as Element
  // By sources first, then by interfaces (firewalld.zones(5)); zones one after another by their names.
  const bySource = names.flatMap((name) =>
    of(zoneOf(name), 'source').flatMap((source) =>
      addressed(source, 'saddr', files).map((test) => ({ name, test, line: source.line, typed: false })),
    ),
  )
  const byFile = names.flatMap((name) =>
    of(zoneOf(name), 'interface').map(({ attributes, line }) => ({ name, device: attributes.name?.replace(/\+$/, '*') ?? '', line })),
  )
  const byDevice = byFile.map(({ name, device, line }) => ({ name, test: `iifname "${device}"`, line, typed: false }))
  const typed = zonesNow(running)
    .filter(([device, name]) => zones.has(name) && byFile.every((each) => each.device !== device))
    .map(([device, name]) => ({ name, test: `iifname "${device}" ${UNSURE}`, line: zoneOf(name).line, typed: true }))
  const ways = [...bySource, ...byDevice, ...typed]
  const dispatch: Line[] = [
    ...ways
      .filter((way) => !(way.typed && way.name === fallback))
      .map(({ name, test, line }) => ({ text: `${test} goto zone_${name}`, line })),
    { text: `goto zone_${fallback}`, line: files.line },
  ]

  const inward = [...policies]
    .filter(
      ([, policy]) => of(policy, 'disable').length === 0 && of(policy, 'egress-zone').some(({ attributes }) => attributes.name === 'HOST'),
    )
    .sort(([, a], [, b]) => priorityOf(a, -1) - priorityOf(b, -1))
  // A policy meets what a source or an interface brings into one of its zones, not what comes into the default zone because nothing else is said.
  const through = (early: boolean): Line[] =>
    inward
      .filter(([, policy]) => priorityOf(policy, -1) < 0 === early)
      .flatMap(([policy, element]) => {
        const zonesOf = of(element, 'ingress-zone').map(({ attributes }) => attributes.name ?? '')
        const tests = zonesOf.includes('ANY') ? [''] : ways.filter(({ name }) => zonesOf.includes(name)).map(({ test }) => test)
        return tests.map((test) => ({ text: `${test} jump policy_${policy}`.trim(), line: element.line }))
      })
  const chains: (readonly [string, readonly Line[]])[] = [
    ...inward.map(([name, policy]) => [`policy_${name}`, [...body(policy, files), ...targetOf(policy)]] as const),
    ['before', through(true)],
    ['behind', through(false)],
    ...names.map((name) => {
      const { line } = zoneOf(name)
      const [before, behind] = ['before', 'behind'].map((each): Line => ({ text: `jump ${each}`, line })) as [Line, Line]
      return [`zone_${name}`, [before, ...body(zoneOf(name), files), behind, ...targetOf(zoneOf(name))]] as const
    }),
  ]

  const guard =
    /^(?:no|false)$/i.test(settings.get('IPv6_rpfilter') ?? '') || /-forward$/.test(settings.get('IPv6_rpfilter') ?? '')
      ? []
      : [rpfilter(settings)]
  const input = [
    'ct state { established, related } accept',
    'ct status dnat accept',
    'iifname "lo" accept',
    'ct state invalid drop',
    `jump ${quoted('zones')}`,
    'reject',
  ]
  const rows: Line[] = []
  const put = (text: string, line = files.line) => rows.push({ text, line })
  put('table inet firewalld {')
  for (const [name, lines] of [...chains, ['zones', dispatch] as const]) {
    put(`chain ${quoted(name)} {`)
    for (const each of lines)
      put(
        each.text.replace(/\b(goto|jump) (\S+)/, (_, word: string, to: string) => `${word} ${quoted(to)}`),
        each.line,
      )
    put('}')
  }
  for (const [hook, lines] of [
    ['prerouting', guard],
    ['input', input],
  ] as const) {
    put(`chain filter_${hook.toUpperCase()} {`)
    put(`type filter hook ${hook} priority 10; policy accept;`)
    for (const text of lines) put(text)
    put('}')
  }
  put('}')
  return parseNft(rows.map(({ text }) => text).join('\n'), 'firewalld').map((table) => moved(table, rows))
}

/** Names of zones may hold a slash, or a word of nft. */
const quoted = (name: string): string => `c_${name.replace(/[^\w]/g, (mark) => `_${mark.charCodeAt(0)}_`)}`

const of = (element: Element, name: string): readonly Element[] => element.children.filter((each) => each.name === name)
const isTrue = (text: string | undefined): boolean => /^(?:yes|true)$/i.test(text ?? '')
const priorityOf = ({ attributes }: Element, usual: number): number => {
  const given = Number(attributes.priority ?? usual)
  return Number.isFinite(given) ? given : usual
}

const rpfilter = (settings: ReadonlyMap<string, string>): string =>
  `meta nfproto ipv6 fib saddr . mark${settings.get('IPv6_rpfilter') === 'loose' ? '' : ' . iif'} oif missing drop`

/** Zones that interfaces have in the rules of now. */
function zonesNow(running: readonly Table[]): readonly (readonly [string, string])[] {
  const rules = running.find(({ name, family }) => name === 'firewalld' && family === 'inet')?.chains.filter_INPUT_ZONES?.rules ?? []
  return rules.flatMap(({ text }) => {
    const [, device, zone] = /^iifname "?([^"\s]+)"? goto filter_IN_(\S+)$/.exec(text) ?? []
    return device !== undefined && zone !== undefined ? [[device, zone] as const] : []
  })
}

/** What is left of a zone or a policy. The default of a zone lets ICMP in and refuses the rest. */
function targetOf({ name, attributes, line }: Element): Line[] {
  const target = attributes.target ?? (name === 'policy' ? 'CONTINUE' : 'default')
  if (target === 'CONTINUE') return []
  if (target === 'ACCEPT') return [{ text: 'accept', line }]
  if (target === 'DROP') return [{ text: 'drop', line }]
  return [{ text: 'reject', line }]
}

/** Rich rules before 0, what denies, what lets in, rich rules after 0. */
function body(element: Element, files: FirewalldFiles): Line[] {
  const rich = of(element, 'rule').map((rule) => ({
    rank: priorityOf(rule, 0),
    lines: richRule(rule, files),
    denies: rule.children.some(({ name }) => name === 'drop' || name === 'reject'),
  }))
  const plain = element.children.flatMap((each) => tests(each, files).map((test): Line => ({ text: `${test} accept`, line: each.line })))
  const sorted = [...rich].sort((a, b) => a.rank - b.rank)
  const some = (wanted: (each: (typeof rich)[number]) => boolean) => sorted.filter(wanted).flatMap(({ lines }) => lines)
  return [
    ...some(({ rank }) => rank < 0),
    ...some(({ rank, denies }) => rank === 0 && denies),
    ...plain,
    ...some(({ rank, denies }) => rank === 0 && !denies),
    ...some(({ rank }) => rank > 0),
  ]
}

const PORT = /^\d+(?:-\d+)?$/

/** Whom a port, a service, a protocol or a source port of a zone means. */
function tests(element: Element, files: FirewalldFiles, seen: readonly string[] = []): string[] {
  const { name, attributes } = element
  const { port = '', protocol = '' } = attributes
  switch (name) {
    case 'port':
      // In a file of a service it may stand without a number.
      if (port === '') return /^[\w-]+$/.test(protocol) ? [`meta l4proto ${protocol}`] : []
      return [PORT.test(port) && /^(?:tcp|udp|sctp|dccp)$/.test(protocol) ? `${protocol} dport ${port}` : UNSURE]
    case 'source-port':
      return [PORT.test(port) && /^(?:tcp|udp|sctp|dccp)$/.test(protocol) ? `${protocol} sport ${port}` : UNSURE]
    case 'protocol':
      return /^[\w-]+$/.test(attributes.value ?? '') ? [`meta l4proto ${attributes.value}`] : [UNSURE]
    case 'service': {
      const own = attributes.name ?? ''
      const service = files.services.get(own)
      if (!service) return [UNSURE]
      if (seen.includes(own)) return []
      const [destination] = of(service, 'destination')
      const included = of(service, 'include').flatMap((each) =>
        tests({ ...each, name: 'service', attributes: { name: each.attributes.service ?? '' } }, files, [...seen, own]),
      )
      const direct = service.children
        .filter((each) => /^(?:port|protocol|source-port)$/.test(each.name))
        .flatMap((each) => tests(each, files))
      return [...included, ...(destination ? direct.flatMap((test) => destinedFor(destination, test)) : direct)]
    }
    default:
      return []
  }
}

/** A service may be for one address of each family; where it names that of one family alone, it is for that family. */
function destinedFor({ attributes: { ipv4, ipv6 } }: Element, test: string): string[] {
  return [...(ipv4 ? [`ip daddr ${ipv4} ${test}`] : []), ...(ipv6 ? [`ip6 daddr ${ipv6} ${test}`] : [])]
}

function richRule(rule: Element, files: FirewalldFiles): Line[] {
  const action = rule.children.find(({ name }) => /^(?:accept|drop|reject)$/.test(name))
  // What only logs, marks or is about ICMP lets no connection in.
  if (!action || rule.children.some(({ name }) => /^(?:icmp-block|icmp-type|masquerade|tcp-mss-clamp)$/.test(name))) return []
  const family = rule.attributes.family
  const ends = rule.children.filter(({ name }) => name === 'source' || name === 'destination')
  const addressTests = ends.map((end) => addressed(end, end.name === 'source' ? 'saddr' : 'daddr', files))
  const about = rule.children.find(({ name }) => /^(?:port|service|protocol|source-port)$/.test(name))
  const wanted = about ? tests(about, files) : ['']
  const limit = of(action, 'limit')[0]?.attributes.value
  const often = limit === undefined ? '' : `limit rate ${limit.replace(/\/.*/, '')}/minute`
  const first = family === 'ipv4' ? 'meta nfproto ipv4' : family === 'ipv6' ? 'meta nfproto ipv6' : ''
  const combined = addressTests.reduce<string[]>((all, next) => all.flatMap((before) => next.map((test) => `${before} ${test}`)), [first])
  return combined.flatMap((before) =>
    wanted.map((test) => ({
      text: [before, test, often, action.name]
        .filter((part) => part.trim() !== '')
        .join(' ')
        .trim(),
      line: rule.line,
    })),
  )
}

/** Tests of an address, of a set of them, or of a network card. None where nothing fits. */
function addressed({ attributes }: Element, end: 'saddr' | 'daddr', files: FirewalldFiles): string[] {
  const { address, ipset, mac } = attributes
  const negated = isTrue(attributes.invert) ? '!= ' : ''
  if (address !== undefined)
    return [/^[\da-fA-F:./]+$/.test(address) ? `${address.includes(':') ? 'ip6' : 'ip'} ${end} ${negated}${address}` : UNSURE]
  if (ipset === undefined) return [mac === undefined ? UNSURE : `ether saddr ${negated}${mac}`]
  const set = files.ipsets.get(ipset)
  if (!set || !/^hash:(?:ip|net)$/.test(set.attributes.type ?? '')) return [UNSURE]
  const six = of(set, 'option').some(({ attributes: option }) => option.name === 'family' && option.value === 'inet6')
  // With a timeout its entries are not loaded.
  const timed = of(set, 'option').some(({ attributes: option }) => option.name === 'timeout' && option.value !== '0')
  const entries = timed ? [] : of(set, 'entry').map(({ text }) => text.trim())
  if (entries.some((entry) => !/^[\da-fA-F:./-]+$/.test(entry))) return [UNSURE]
  const word = six ? 'ip6' : 'ip'
  if (entries.length === 0) return negated ? [`meta nfproto ipv${six ? 6 : 4}`] : []
  return [`${word} ${end} ${negated}{ ${entries.join(', ')} }`]
}

/** Lines of the text become lines of the section. */
function moved(table: Table, rows: readonly Line[]): Table {
  const at = <T extends { readonly line: number }>(each: T): T => ({ ...each, line: rows[each.line - 1]?.line ?? 0 })
  const chains = Object.entries(table.chains).map(([name, chain]): [string, Chain] => [name, { ...at(chain), rules: chain.rules.map(at) }])
  return { ...table, chains: dictionary(Object.fromEntries(chains)) }
}
