import fc from 'fast-check'
import type { RuleSet } from '../rule-sets.testing.ts'

/** Random configurations of firewalld, as files of /etc/firewalld. */
const addresses4 = ['10.0.1.0/24', '10.0.1.5', '10.0.0.0/8', '192.168.7.9', '0.0.0.0/0']
const addresses6 = ['fd00:1::/64', 'fd00:2::5', 'fd00::/8']
const ports = ['22', '80', '443', '8000', '8000-8999', '1-65535']
const services = ['ssh', 'http', 'https', 'samba', 'freeipa-4', 'own', 'dhcpv6-client']
const zoneNames = ['public', 'drop', 'app', 'trusted', 'work']
const protocols = ['tcp', 'tcp', 'udp']

const maybe = (chance: fc.Arbitrary<string>, freq = 2) => fc.option(chance, { nil: '', freq })
const lines = (one: fc.Arbitrary<string>, maxLength: number) => fc.array(one, { maxLength }).map((all) => [...new Set(all)].join('\n'))

const port = fc
  .tuple(fc.constantFrom(...ports), fc.constantFrom(...protocols))
  .map(([one, protocol]) => `<port port="${one}" protocol="${protocol}"/>`)
const service = fc.constantFrom(...services).map((name) => `<service name="${name}"/>`)
const protocol = fc.constantFrom('tcp', 'udp', 'esp').map((value) => `<protocol value="${value}"/>`)
const sourcePort = fc.constantFrom('1024-65535', '53').map((one) => `<source-port port="${one}" protocol="tcp"/>`)

const action = fc.constantFrom(
  '<accept/>',
  '<accept/>',
  '<drop/>',
  '<reject/>',
  '<reject type="icmp-host-prohibited"/>',
  '<accept><limit value="3/m"/></accept>',
  '<mark set="0x1"/>',
)
const rich = fc
  .constantFrom(4, 6)
  .chain((version) =>
    fc.tuple(
      fc.constant(version),
      maybe(
        fc.constantFrom(-10, -1, 1, 5, 0).map((value) => ` priority="${value}"`),
        3,
      ),
      maybe(
        fc
          .tuple(fc.constantFrom(...(version === 4 ? addresses4 : addresses6)), maybe(fc.constant(' invert="True"'), 3))
          .map(([address, invert]) => `<source address="${address}"${invert}/>`),
        4,
      ),
      maybe(fc.constantFrom(version === 4 ? '<source ipset="lan"/>' : '<source ipset="lan6"/>'), 2),
      maybe(fc.constant(`<destination address="${version === 4 ? '10.9.0.1' : 'fd09::1'}"/>`), 1),
      fc.oneof(port, service, protocol, sourcePort, fc.constant('')),
      maybe(fc.constant('<log prefix="x"/>'), 1),
      action,
    ),
  )
  .map(([version, priority, source, set, destination, about, log, word]) => {
    const own = /type="icmp-/.test(word) && version === 6 ? '<reject/>' : word
    // The element may stand alone only with something to do; a mark needs no more.
    return `<rule family="ipv${version}"${priority}>\n${source || set}${destination}${about}${log}${own}\n</rule>`
  })

/** What leads ports elsewhere, what changes where packets come from, and what speaks of others than the host. */
const leading = fc.constantFrom(
  '<forward-port port="9090" protocol="tcp" to-port="8000"/>',
  '<forward-port port="443" protocol="tcp" to-port="9000"/>',
  '<forward-port port="8000" protocol="tcp" to-port="8080" to-addr="172.17.0.2"/>',
  '<masquerade/>',
  '<forward/>',
  '<icmp-block name="echo-request"/>',
  '<icmp-block-inversion/>',
  '<rule family="ipv4"><source address="10.0.1.0/24"/><forward-port port="9000" protocol="tcp" to-port="80"/></rule>',
  '<rule family="ipv4" priority="-5"><source address="10.0.0.0/8" invert="True"/><forward-port port="22" protocol="tcp" to-port="8000"/></rule>',
  '<rule family="ipv6"><forward-port port="9090" protocol="tcp" to-port="443"/></rule>',
  '<rule family="ipv4"><source address="10.0.0.0/8"/><masquerade/></rule>',
  '<rule priority="-20"><nflog group="3"/></rule>',
  '<rule><service name="http"/><log prefix="x"><limit value="2/s"/></log><audit/><reject/></rule>',
  '<rule><protocol value="tcp"/><drop/></rule>',
  '<rule priority="7"><accept/></rule>',
  '<rule priority="-7"><icmp-type name="echo-request"/><drop/></rule>',
  '<rule family="ipv4"><source mac="00:11:22:33:44:55"/><accept/></rule>',
)
const wideMember = (plain: fc.Arbitrary<string>) => fc.oneof({ weight: 3, arbitrary: plain }, { weight: 1, arbitrary: leading })

const member = fc.oneof({ weight: 3, arbitrary: port }, { weight: 3, arbitrary: service }, protocol, sourcePort, {
  weight: 4,
  arbitrary: rich,
})

const zone = (name: string, within: fc.Arbitrary<string>) =>
  fc.record({
    target: maybe(
      fc.constantFrom('ACCEPT', 'DROP', '%%REJECT%%').map((each) => ` target="${each}"`),
      name === 'trusted' ? 9 : 2,
    ),
    members: lines(within, 5),
  })

/** Path below /etc/firewalld, and its text. */
export type Drawn = Readonly<Record<string, string>>

const configurations = (within: fc.Arbitrary<string>): fc.Arbitrary<Drawn> =>
  fc
    .record({
      fallback: fc.constantFrom('public', 'public', 'drop', 'work', 'nowhere'),
      rpfilter: fc.constantFrom('yes', 'no'),
      zones: fc.tuple(...zoneNames.map((name) => fc.option(zone(name, within), { freq: 2 }))),
      sources: fc.subarray([...addresses4.slice(0, 4), ...addresses6, 'ipset:lan', 'ipset:lan6'], { maxLength: 3 }),
      sourceOf: fc.array(fc.nat(4), { minLength: 3, maxLength: 3 }),
      device: fc.option(fc.nat(4), { freq: 2 }),
      policies: fc.array(
        fc.record({
          target: fc.constantFrom('CONTINUE', 'ACCEPT', 'DROP', 'REJECT'),
          priority: fc.constantFrom(-100, -1, 1, 10),
          ingress: fc.constantFrom('ANY', 'public', 'app', 'HOST'),
          egress: fc.constantFrom('HOST', 'HOST', 'ANY'),
          members: lines(within, 2),
        }),
        { maxLength: 2 },
      ),
    })
    .map(({ fallback, rpfilter, zones, sources, sourceOf, device, policies }) => {
      const files: Record<string, string> = {
        'firewalld.conf': `DefaultZone=${fallback}\nIPv6_rpfilter=${rpfilter}\nFirewallBackend=nftables\n`,
        'ipsets/lan.xml': '<ipset type="hash:net">\n<entry>10.0.2.0/24</entry>\n<entry>10.0.1.128/25</entry>\n</ipset>',
        'ipsets/lan6.xml': '<ipset type="hash:ip">\n<option name="family" value="inet6"/>\n<entry>fd00:1::7</entry>\n</ipset>',
        'services/own.xml': '<service>\n<port port="9000" protocol="tcp"/>\n<include service="http"/>\n</service>',
      }
      const present = zoneNames.filter((name, at) => zones[at] || name !== 'app')
      for (const [at, name] of zoneNames.entries()) {
        const drawn = zones[at]
        if (!drawn) continue
        const own = sources.flatMap((source, index) =>
          present[(sourceOf[index] ?? 0) % present.length] === name
            ? [source.startsWith('ipset:') ? `<source ipset="${source.slice(6)}"/>` : `<source address="${source}"/>`]
            : [],
        )
        const bound = device !== null && device !== undefined && zoneNames[device] === name ? '<interface name="eth0"/>' : ''
        files[`zones/${name}.xml`] =
          `<?xml version="1.0" encoding="utf-8"?>\n<zone${drawn.target}>\n<!-- <port port="1-65535" protocol="tcp"/> -->\n${own.join('\n')}\n${bound}\n${drawn.members}\n</zone>`
      }
      for (const [at, { target, priority, ingress, egress, members }] of policies.entries()) {
        if (ingress !== 'ANY' && ingress !== 'HOST' && !present.includes(ingress)) continue
        if (ingress === 'HOST' && egress === 'HOST') continue
        // It cannot mark what the host sends, nor what a single zone sends to it, and does not start with what asks for that.
        if ((ingress === 'HOST' || (egress === 'HOST' && ingress !== 'ANY')) && members.includes('<mark ')) continue
        files[`policies/p${at}.xml`] =
          `<policy target="${target}" priority="${priority + at || 2}">\n<ingress-zone name="${ingress}"/>\n<egress-zone name="${egress}"/>\n${members}\n</policy>`
      }
      return files
    })

export const firewalldConfigurations = configurations(member)

/** What is said beside the zones (firewalld.direct(5)): rules of iptables that come before them. */
const direct = fc
  .subarray(
    [
      '<rule ipv="ipv4" table="filter" chain="INPUT" priority="0">-p tcp --dport 443 -j ACCEPT</rule>',
      '<rule ipv="ipv4" table="filter" chain="INPUT" priority="1">-p tcp --dport 8000 -s 10.0.1.0/24 -j DROP</rule>',
      '<rule ipv="ipv6" table="filter" chain="INPUT" priority="0">-p tcp --dport 22 -j REJECT</rule>',
      '<rule ipv="ipv4" table="filter" chain="OUTPUT" priority="0">-p tcp --dport 443 -d 10.0.0.0/8 -j DROP</rule>',
      '<rule ipv="ipv4" table="filter" chain="INPUT_direct" priority="0">-p tcp --dport 9000 -j ACCEPT</rule>',
      '<chain ipv="ipv4" table="filter" chain="own"/>\n<rule ipv="ipv4" table="filter" chain="own" priority="0">-p tcp -s 192.168.7.9 -j ACCEPT</rule>\n<rule ipv="ipv4" table="filter" chain="INPUT" priority="5">-p tcp -m multiport --dports 22,9000 -j own</rule>',
      '<passthrough ipv="ipv4">-I INPUT -p tcp --dport 80 -j DROP</passthrough>',
      '<rule ipv="ipv4" table="nat" chain="PREROUTING" priority="0">-p tcp --dport 9090 -j REDIRECT --to-ports 9000</rule>',
    ],
    { maxLength: 3 },
  )
  .filter((all) => new Set(all).size === all.length)
  .map((all) => (all.length === 0 ? undefined : `<direct>\n${all.join('\n')}\n</direct>`))

/** Beside that: both backends, ports that are led elsewhere, rules beside the zones, what the host sends out, a bridge, panic. */
export const firewalldSets: fc.Arbitrary<RuleSet> = fc
  .record({
    files: configurations(wideMember(member)),
    backend: fc.constantFrom('nftables', 'nftables', 'iptables'),
    settings: fc.subarray(['LogDenied=all', 'IndividualCalls=yes', 'Lockdown=yes', 'RFC3964_IPv4=no', 'AllowZoneDrifting=yes']),
    direct: fc.option(direct, { freq: 1, nil: undefined }),
    bridge: fc.option(
      fc.constantFrom('<zone target="ACCEPT"><interface name="docker0"/></zone>', '<zone><interface name="docker0"/></zone>'),
      { nil: undefined },
    ),
    panic: fc.integer({ min: 0, max: 24 }).map((drawn) => drawn === 0),
  })
  .map(({ files: drawn, backend, settings, direct: beside, bridge, panic }): RuleSet => {
    // What is tried comes from a port that the kernel chose, and all of it in the same second.
    const files = Object.fromEntries(
      Object.entries(drawn).map(([path, text]) => [
        path,
        text.replaceAll(/(?<=<source-port port=")[^"]*/g, '1-65535').replaceAll('3/m', '1000/s'),
      ]),
    )
    const conf = (files['firewalld.conf'] ?? '').replace('FirewallBackend=nftables', `FirewallBackend=${backend}\n${settings.join('\n')}`)
    return {
      kind: 'firewalld',
      firewalld: {
        ...files,
        'firewalld.conf': conf,
        ...(beside !== undefined && { 'direct.xml': beside }),
        ...(bridge !== undefined && { 'zones/docker.xml': bridge }),
        ...(panic && { panic: '' }),
      },
    }
  })
