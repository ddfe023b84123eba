import fc from 'fast-check'

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

const member = fc.oneof({ weight: 3, arbitrary: port }, { weight: 3, arbitrary: service }, protocol, sourcePort, {
  weight: 4,
  arbitrary: rich,
})

const zone = (name: string) =>
  fc.record({
    target: maybe(
      fc.constantFrom('ACCEPT', 'DROP', '%%REJECT%%').map((each) => ` target="${each}"`),
      name === 'trusted' ? 9 : 2,
    ),
    members: lines(member, 5),
  })

/** Path below /etc/firewalld, and its text. */
export type Drawn = Readonly<Record<string, string>>

export const firewalldConfigurations: fc.Arbitrary<Drawn> = fc
  .record({
    fallback: fc.constantFrom('public', 'public', 'drop', 'work', 'nowhere'),
    rpfilter: fc.constantFrom('yes', 'no'),
    zones: fc.tuple(...zoneNames.map((name) => fc.option(zone(name), { freq: 2 }))),
    sources: fc.subarray([...addresses4.slice(0, 4), ...addresses6, 'ipset:lan', 'ipset:lan6'], { maxLength: 3 }),
    sourceOf: fc.array(fc.nat(4), { minLength: 3, maxLength: 3 }),
    device: fc.option(fc.nat(4), { freq: 2 }),
    policies: fc.array(
      fc.record({
        target: fc.constantFrom('CONTINUE', 'ACCEPT', 'DROP', 'REJECT'),
        priority: fc.constantFrom(-100, -1, 1, 10),
        ingress: fc.constantFrom('ANY', 'public', 'app', 'HOST'),
        egress: fc.constantFrom('HOST', 'HOST', 'ANY'),
        members: lines(member, 2),
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
      files[`policies/p${at}.xml`] =
        `<policy target="${target}" priority="${priority + at}">\n<ingress-zone name="${ingress}"/>\n<egress-zone name="${egress}"/>\n${members}\n</policy>`
    }
    return files
  })
