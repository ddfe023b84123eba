import { expect, test } from 'vitest'
import type { SectionOutput } from '../../../probe/section.ts'
import { printed as output } from '../../../probe/section-output.testing.ts'
import { judged, nftFile, on, os } from './firewall-at-start.testing.ts'

/** What firewalld made of its zone `public`, and what lies in its folder. */
const firewalldRules = (allowed: string) => `table inet firewalld {
\tchain filter_INPUT {
\t\ttype filter hook input priority filter + 10; policy accept;
\t\tct state { established, related } accept
\t\tjump filter_INPUT_ZONES
\t}
\tchain filter_INPUT_ZONES {
\t\tgoto filter_IN_public
\t}
\tchain filter_IN_public {
\t\t${allowed}
\t\treject with icmpx admin-prohibited
\t}
}
`
const builtIn = {
  '/usr/lib/firewalld/zones/public.xml': '<zone>\n<service name="ssh"/>\n</zone>',
  '/usr/lib/firewalld/zones/trusted.xml': '<zone target="ACCEPT">\n</zone>',
  '/usr/lib/firewalld/services/ssh.xml': '<service>\n<port protocol="tcp" port="22"/>\n</service>',
}
const printed = (files: Readonly<Record<string, string>>) =>
  output(
    'firewalld',
    Object.entries({ ...builtIn, ...files })
      .flatMap(([path, text]) => text.split('\n').map((line) => `${path}:${line}`))
      .join('\n'),
  )
const conf = (text: string) => ({ '/etc/firewalld/firewalld.conf': text })
const ownZone = (text: string, target = '') => ({
  '/etc/firewalld/zones/public.xml': `<zone${target}>\n<service name="ssh"/>\n${text}\n</zone>`,
})

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['as it comes', conf('DefaultZone=public'), 'pass firewalld'],
  ['without a configuration', {}, 'pass firewalld'],
  ['trusts all', conf('DefaultZone=trusted'), 'fail .*does not deny IPv4 and IPv6'],
  ['its own zone lets in everything', ownZone('', ' target="ACCEPT"'), 'fail .*does not deny'],
  ['every port', ownZone('<port port="1-65535" protocol="tcp"/>'), 'fail .*does not deny'],
  ['a protocol', ownZone('<protocol value="tcp"/>'), 'fail .*does not deny'],
  ['a rich rule for all', ownZone('<rule family="ipv4">\n<source address="0.0.0.0/0"/>\n<accept/>\n</rule>'), 'fail .*Inbound IPv4'],
  [
    'a zone for every source',
    { '/etc/firewalld/zones/lab.xml': '<zone target="ACCEPT"><source address="::/0"/></zone>' },
    'fail .*Inbound IPv6',
  ],
  ['a zone for some', { '/etc/firewalld/zones/lab.xml': '<zone target="ACCEPT"><source address="10.0.1.0/24"/></zone>' }, 'pass'],
  ['the zone of containers', { '/etc/firewalld/zones/docker.xml': '<zone target="ACCEPT"><interface name="docker0"/></zone>' }, 'pass'],
  ['its interface', { '/etc/firewalld/zones/lab.xml': '<zone target="ACCEPT"><interface name="eth0"/></zone>' }, 'fail .*does not deny'],
  [
    'a policy',
    { '/etc/firewalld/policies/p.xml': '<policy target="ACCEPT"><ingress-zone name="ANY"/><egress-zone name="HOST"/></policy>' },
    'fail .*does not deny',
  ],
  ['direct rules', { '/etc/firewalld/direct.xml': '<direct><rule ipv="ipv4">-j ACCEPT</rule></direct>' }, 'not-evaluated .*direct.xml'],
  ['saved before', { '/etc/firewalld/zones/public.xml.old': '<zone target="ACCEPT"></zone>' }, 'pass'],
  ['commented out', ownZone('<!--\n<port port="1-65535" protocol="tcp"/>\n-->'), 'pass'],
  ['broken off', { '/etc/firewalld/zones/public.xml': '<zone target="ACCEPT">' }, 'not-evaluated .*public.xml is written'],
  ['a port that was opened until the next start', ownZone('<port port="9000" protocol="tcp"/>'), 'pass'],
  [
    'a port that was closed until the next start',
    ownZone('<port port="8000" protocol="tcp"/>'),
    'fail .*lets any IPv4 address in to port 8000',
  ],
  ['a service that nobody knows', ownZone('<service name="own"/>'), 'not-evaluated .*does not take the zone public .service own.'],
])('firewalld, %s', (_, files, expected) => {
  const said = judged(os([on('firewalld')], {}), firewalldRules('tcp dport 22 accept'), { ports: [22, 8000], firewalld: printed(files) })
  expect(said).toMatch(new RegExp(`^(?:${expected})`))
})

test('firewalld and nftables exclude each other', () => {
  const of = os([on('firewalld'), on('nftables')], nftFile('flush ruleset'))
  expect(judged(of, firewalldRules('tcp dport 22 accept'), { firewalld: printed({}) })).toMatch(/^warning .*exclude each other/)
})

test('what firewalld loads is not known where sudo refuses it, and where an interface has a zone that no file gives it', () => {
  const refused: SectionOutput = {
    ...output('firewalld', ''),
    state: 'denied',
    exitCode: 126,
    sudoers: 'ada ALL=(root) NOPASSWD: /usr/bin/grep',
  }
  const of = os([on('firewalld')], {})
  const now = firewalldRules('tcp dport 22 accept')
  expect(judged(of, now, { firewalld: refused })).toMatch(/^not-evaluated .*may not be read.* Add to sudoers: ada ALL/)
  // NetworkManager may bind it, or somebody typed it.
  const bound = now
    .replace('\t\tgoto', '\t\tiifname "eth0" goto filter_IN_trusted\n\t\tgoto')
    .replace('}\n}', '}\n\tchain filter_IN_trusted {\n\t\tdrop\n\t}\n}')
  expect(judged(of, bound, { firewalld: printed({}) })).toMatch(/^not-evaluated /)
})
