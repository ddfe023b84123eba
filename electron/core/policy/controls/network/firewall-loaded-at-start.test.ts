import { expect, test } from 'vitest'
import type { CronJob } from '../../../facts/access/access.ts'
import { type FactResult, known } from '../../../facts/fact.ts'
import { assembleFirewall } from '../../../facts/firewall/assemble.ts'
import { readSavedRules, readUfwFiles } from '../../../facts/firewall/at-start/saved-rules.ts'
import { readFirewalld } from '../../../facts/firewall/firewalld/files.ts'
import { parseAddresses, parseRoutes } from '../../../facts/network/parse.ts'
import type { Os } from '../../../facts/os/os.ts'
import { parseOs } from '../../../facts/os/parse.ts'
import type { SectionOutput } from '../../../probe/section.ts'
import { printed as output } from '../../../probe/section-output.testing.ts'
import type { Control } from '../../control.ts'
import control from './firewall-loaded-at-start.control.ts'

const network = {
  addresses: parseAddresses('2: eth0 inet 10.0.0.2/24 scope global eth0\n2: eth0 inet6 fd00::2/64 scope global\n'),
  routes: [...parseRoutes('default via 10.0.0.1 dev eth0', 4), ...parseRoutes('default via fd00::1 dev eth0', 6)],
  defaultRoute: true,
}

const chain = (family: string, policy: string) =>
  `table ${family} filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy ${policy};\n\t\ttcp dport 22 accept\n\t}\n}\n`

function firewall(nft: string, firewalld: SectionOutput | undefined) {
  const none = output('', '')
  const fact = assembleFirewall({ nft: output('nft', nft), iptables: none, ip6tables: none, ipset: none, ufw: none }, network)
  if (!fact.known) throw new Error(fact.reason)
  return { ...fact.value, firewalld: firewalld && readFirewalld(firewalld) }
}

const file = (path: string, text: string) => [
  `@filter-file ${path}`,
  ...text.split('\n').flatMap((line) => (/^\s*(?:#|$)/.test(line) ? [] : [`=${line}`])),
]

function os(services: readonly string[], files: Readonly<Record<string, string>>, more: readonly string[] = []): Os {
  const rows = ['@sysctl', '@filter', ...Object.entries(files).flatMap(([path, text]) => file(path, text)), ...more]
  const parsed = parseOs([...rows, '@services', ...services.map((row) => `=${row}`)].join('\n'))
  if (!parsed) throw new Error('not parsed')
  return parsed
}

interface Given {
  readonly ports?: readonly number[]
  readonly cron?: readonly CronJob[]
  readonly firewalld?: SectionOutput
  readonly savedRules?: SectionOutput
  readonly ufwFiles?: SectionOutput
  readonly here?: typeof network
}

function judged(
  of: Os,
  nft = chain('inet', 'drop'),
  { ports = [], cron = [], firewalld, savedRules, ufwFiles, here = network }: Given = {},
) {
  const { evaluate } = control as unknown as Control
  const facts = {
    firewall: {
      ...firewall(nft, firewalld),
      savedRules: savedRules && readSavedRules(savedRules),
      ufwFiles: ufwFiles && readUfwFiles(ufwFiles),
    },
    os: of,
    network: known(here) as FactResult<typeof network>,
    listeners: known(ports.map(listener)),
    access: known({ cron: known(cron) }),
  }
  const [first, ...rest] = evaluate(facts as never, {} as never)
  expect(rest).toEqual([])
  return `${first?.status} ${first?.reason} ${first?.hint ?? ''}`
}

const listener = (port: number) => ({ protocol: 'tcp', address: '0.0.0.0', port, scope: 'wildcard', processes: [], line: port })

const on = (name: string) => `${name}.service loaded active enabled`
const off = (name: string) => `${name}.service loaded inactive disabled`
const nftFile = (text: string) => ({ '/etc/nftables.conf': `#!/usr/sbin/nft -f\n${text}` })
const ufw = (enabled: string, policy = 'DROP', six = 'yes') => ({
  '/etc/default/ufw': `IPV6=${six}\nDEFAULT_INPUT_POLICY="${policy}"\nIPT_SYSCTL=/etc/ufw/sysctl.conf`,
  '/etc/ufw/ufw.conf': `ENABLED=${enabled}\nLOGLEVEL=low`,
})
const ufwScript = (mode: string) => ['@devices', `=regular file/${mode}/root/root//etc/ufw/after.init`]
const saved = (policy: string) => `*filter\n:INPUT ${policy} [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT`
const v4 = { '/etc/iptables/rules.v4': saved('DROP') }
const v6 = { '/etc/iptables/rules.v6': saved('DROP') }

test.each<[string, Os, string]>([
  ['typed by hand', os([], {}), 'fail .*no service that loads rules is installed'],
  [
    'nftables disabled, as Debian installs it',
    os([off('nftables')], nftFile(chain('inet', 'drop'))),
    'fail .*nftables.service is disabled',
  ],
  [
    'the file that Debian brings',
    os([on('nftables')], nftFile(`flush ruleset\n${chain('inet', 'accept')}`)),
    'fail .*does not deny IPv4 and',
  ],
  ['its file is gone', os([on('nftables')], {}), 'fail .*no file of rules'],
  ['saved', os([on('nftables')], nftFile(`flush ruleset\n${chain('inet', 'drop')}`)), 'pass nftables.service starts'],
  ['for IPv4 alone', os([on('nftables')], nftFile(chain('ip', 'drop'))), 'fail .*Inbound IPv6 traffic'],
  ['its service failed', os(['nftables.service loaded failed enabled'], nftFile(chain('inet', 'drop'))), 'not-evaluated .*failed when'],
  ['until the next start', os(['nftables.service loaded active enabled-runtime'], nftFile(chain('inet', 'drop'))), 'fail .*until the next'],

  [
    'rules by commands',
    os([on('nftables')], nftFile(`${chain('inet', 'drop')}add rule inet filter input accept`)),
    'not-evaluated .*says more',
  ],
  ['ufw', os([on('ufw')], ufw('yes')), 'pass ufw'],
  ['ufw, quoted', os([on('ufw')], ufw('"YES" # on')), 'pass ufw'],
  ['ufw disabled', os([off('ufw')], ufw('yes')), 'fail .*ufw.service is disabled'],
  ['ufw masked', os(['ufw.service masked active masked'], ufw('yes')), 'fail .*ufw.service is masked'],
  ['ufw off', os([on('ufw')], ufw('no')), 'fail .*ENABLED=no'],
  ['ufw accepts', os([on('ufw')], ufw('yes', 'ACCEPT')), 'fail .*DEFAULT_INPUT_POLICY=ACCEPT'],
  ['ufw drops all of IPv6', os([on('ufw')], ufw('yes', 'ACCEPT', 'no')), 'fail .*Inbound IPv4 traffic'],
  [
    'ufw that runs a script of the admin',
    os([on('ufw')], ufw('yes'), ufwScript('750')),
    'not-evaluated .*/etc/ufw/after.init is run by it when it starts',
  ],
  ['ufw with the scripts of the package, which may not be executed', os([on('ufw')], ufw('yes'), ufwScript('640')), 'pass '],
  ['ufw without a file', os([on('ufw')], { '/etc/ufw/ufw.conf': 'ENABLED=yes' }), 'fail .*nothing without /etc/default/ufw'],
  ['ufw, and a flush', os([on('ufw'), on('nftables')], { ...ufw('yes'), ...nftFile('flush ruleset') }), 'warning .*comes last'],
  ['ufw, and no flush', os([on('ufw'), on('nftables')], { ...ufw('yes'), ...nftFile('table inet other { }') }), 'pass ufw'],
  ['ufw, and a flush that is off', os([on('ufw'), off('nftables')], { ...ufw('yes'), ...nftFile('flush ruleset') }), 'pass ufw'],
  ['two that deny', os([on('ufw'), on('nftables')], { ...ufw('yes'), ...nftFile(`flush ruleset\n${chain('inet', 'drop')}`) }), 'pass ufw'],
  ['netfilter-persistent', os([on('netfilter-persistent')], { ...v4, ...v6 }), 'pass netfilter'],
  ['IPv6 never saved', os([on('netfilter-persistent')], v4), 'fail .*Inbound IPv6 .*no /etc/iptables/rules.v6'],
  [
    'saved too early',
    os([on('netfilter-persistent')], { ...v6, '/etc/iptables/rules.v4': saved('ACCEPT') }),
    'fail .*rules.v4 does not deny',
  ],
  ['cut', os([on('netfilter-persistent')], { ...v4, ...v6 }, ['@filter-cut /etc/iptables/rules.v4']), 'not-evaluated .*too long'],
  [
    'of root',
    os([on('netfilter-persistent')], {}, ['@filter-sealed /etc/iptables/rules.v4']),
    'not-evaluated .*rules.v4 may not be read.*setfacl',
  ],
  ['of RHEL', os([on('iptables'), off('ip6tables')], { '/etc/sysconfig/iptables': saved('DROP') }), 'fail .*Inbound IPv6'],
  ['firewalld off', os(['firewalld.service loaded active disabled'], {}), 'fail .*firewalld.service is disabled'],
  ['another program', os([on('shorewall')], {}), 'not-evaluated .*shorewall.service: What it loads'],
  ['another program that is off', os([off('shorewall')], {}), 'fail .*shorewall.service is disabled'],
  ['a script', os([off('nftables')], {}, ['@filter-place /etc/rc.local']), 'not-evaluated .*/etc/rc.local may'],
  ['a script that is only about containers', os([], {}, ['@filter-place /etc/systemd/system/gatehouse-published-ports.service']), 'fail'],
  [
    'a unit of its own',
    os([on('nftables')], nftFile(''), ['@filter-place /etc/systemd/system/nftables.service.d/a.conf']),
    'not-evaluated .*changes',
  ],
  ['generated', os(['nftables.service loaded active generated'], nftFile(chain('inet', 'drop'))), 'not-evaluated .*not known .generated'],
])('rules that deny are loaded, %s', (_, of, expected) => {
  expect(judged(of)).toMatch(new RegExp(`^(?:${expected})`))
})

test('without systemd, or of an audit before, nothing is said', () => {
  expect(judged({ ...os([], {}), services: undefined })).toMatch(/^not-evaluated /)
  expect(judged({ ...os([], {}), filter: undefined })).toMatch(/^not-evaluated /)
})

test('where nothing is denied there is nothing to lose; what would be loaded is told', () => {
  expect(judged(os([], {}), '')).toMatch(/^not-applicable /)
  expect(judged(os([on('ufw')], ufw('yes')), '')).toMatch(/^warning ufw.service starts with the host and loads rules/)
  expect(judged(os([on('nftables')], nftFile(chain('inet', 'accept'))), chain('ip', 'drop'))).toMatch(/^fail Inbound IPv4 /)
})

test('a port that what was saved opens is told, and what it merely lets be tried again is not', () => {
  const rules = (more: string) => chain('inet', 'drop').replace('\t\ttcp', `\t\t${more}\n\t\ttcp`)
  const after = (more: string, now = chain('inet', 'drop')) =>
    judged(os([on('nftables')], nftFile(rules(more))), now, { ports: [22, 8000] })
  expect(after('tcp dport 8000 accept')).toMatch(/^fail .*nftables.service loads at the start lets any IPv4 address in to port 8000/)
  expect(after('ip saddr 0.0.0.0/1 tcp dport 8000 accept')).toMatch(/^pass /)
  // A host without a default route.
  const here = { ...network, routes: parseRoutes('10.0.0.0/24 dev eth0 scope link', 4), defaultRoute: false }
  const opening = os([on('nftables')], nftFile(rules('tcp dport 8000 accept')))
  expect(judged(opening, chain('inet', 'drop'), { ports: [8000], here })).toMatch(/^fail .*lets 10.0.0.0.* in to port 8000/)
  expect(after('socket cgroupv2 level 1 "a" accept')).toMatch(/^not-evaluated /)
  expect(after('tcp dport 9000 accept')).toMatch(/^pass /)
  // Whom fail2ban holds now.
  expect(after('', rules('ip saddr 203.0.113.9 drop'))).toMatch(/^pass /)
  expect(after('tcp dport 8000 accept', rules('tcp dport 8000 accept'))).toMatch(/^pass /)
})

test.each([
  ['a job of root that loads rules', 'root', '/usr/sbin/iptables-restore /root/rules', 'not-evaluated'],
  ['a script of root that is named after them', 'root', '/root/firewall.sh', 'not-evaluated'],
  ['a job of root that does something else', 'root', '/usr/bin/updatedb', 'fail'],
  ['a job of somebody else', 'ada', '/usr/sbin/iptables-restore rules', 'fail'],
])('rules that nothing else loads: %s', (_, account, command, status) => {
  const cron = [{ file: '/var/spool/cron/crontabs/root', account, command, line: 7 }]
  expect(judged(os([off('nftables')], {}), undefined, { cron })).toMatch(new RegExp(`^${status} `))
})

test('a port that Docker leads on is not held against what was saved', () => {
  const docker =
    'table ip nat {\n\tchain PREROUTING {\n\t\ttype nat hook prerouting priority dstnat; policy accept;\n\t\ttcp dport 8080 dnat to 172.17.0.2:80\n\t}\n}\n' +
    'table ip filter {\n\tchain DOCKER-USER {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n'
  const saved = chain('inet', 'drop').replace('22', '{ 22, 8080 }')
  const of = os([on('nftables')], nftFile(saved))
  expect(judged(of, chain('inet', 'drop') + docker, { ports: [8080] })).toMatch(/^pass /)
  expect(judged(of, chain('inet', 'drop'), { ports: [8080] })).toMatch(/^fail /)
})

/** As nft lists what ufw wrote, with what was typed before its chains. */
const ufwRules = (typed = '', policy = 'drop') =>
  (['ip', 'ip6'] as const)
    .map((family) => {
      const name = family === 'ip' ? 'ufw' : 'ufw6'
      return `table ${family} filter {
\tchain ${name}-before-input {
\t\tct state related,established counter accept
\t\tcounter jump ${name}-user-input
\t}
\tchain ${name}-user-input {
\t\ttcp dport 8000 counter accept
\t}
\tchain INPUT {
\t\ttype filter hook input priority filter; policy ${policy};
${typed === '' ? '' : `\t\t${typed}\n`}\t\tcounter jump ${name}-before-input
\t}
}
`
    })
    .join('')

test('of the rules of now those of ufw come again, and what was typed before them does not', () => {
  const of = os([on('ufw')], ufw('yes'))
  expect(judged(of, ufwRules(), { ports: [8000] })).toMatch(/^pass /)
  expect(judged(of, ufwRules('tcp dport 8000 drop'), { ports: [22, 8000] })).toMatch(/^fail What ufw.service loads .* to port 8000/)
  expect(judged(of, ufwRules('ip saddr 203.0.113.9 drop'), { ports: [8000] })).toMatch(/^pass /)
  expect(judged(of, ufwRules('tcp dport 8000 drop'), { ports: [22] })).toMatch(/^pass /)
  // Denied by rules of somebody else, while ufw is not loaded.
  expect(judged(of, chain('inet', 'drop'), { ports: [22] })).toMatch(/^not-evaluated .*not among those of now/)
  expect(judged(os([on('ufw'), on('shorewall')], ufw('yes')), ufwRules(), { ports: [22] })).toMatch(
    /^not-evaluated .*shorewall.* is not followed/,
  )
  // Loaded by a script of the admin's own.
  const scripted = os([on('ufw')], ufw('yes'), ['@filter-place /etc/rc.local'])
  expect(judged(scripted, ufwRules('tcp dport 8000 drop'), { ports: [8000] })).toMatch(/^not-evaluated .*rc.local may load those/)
})

test('of ufw what lies in its files comes again, whatever its chains hold now', () => {
  const of = os([on('ufw')], ufw('yes'))
  const files = (rule: string, six = '6') =>
    ['', six].flatMap((type) =>
      ['before', 'after', 'user'].flatMap((kind) =>
        [
          '*filter',
          ...(kind === 'before' ? [`:ufw${type}-before-input - [0:0]`, rule.replace('CHAIN', `ufw${type}-before-input`)] : []),
          'COMMIT',
        ].map((line) => `/etc/ufw/${kind}${type}.rules:${line}`),
      ),
    )
  const lying = (...given: Parameters<typeof files>) => output('ufw-files', files(...given).join('\n'))
  const ssh = '-A CHAIN -p tcp --dport 22 -j ACCEPT'
  expect(judged(of, ufwRules(), { ports: [8000], ufwFiles: lying(ssh) })).toMatch(/^pass /)
  const both = '-A CHAIN -p tcp -m multiport --dports 22,8000 -j ACCEPT'
  expect(judged(of, ufwRules('tcp dport 8000 drop'), { ports: [8000], ufwFiles: lying(both) })).toMatch(
    /^fail What ufw.service loads .* to port 8000/,
  )
  expect(judged(of, ufwRules('tcp dport 8000 drop'), { ports: [8000], ufwFiles: lying(ssh) })).toMatch(/^pass /)
  expect(judged(of, ufwRules(), { ufwFiles: lying('-A CHAIN -j ACCEPT') })).toMatch(
    /^fail .*what lies in \/etc\/ufw does not deny IPv4 and IPv6/,
  )
  expect(judged(of, ufwRules(), { ports: [22], ufwFiles: lying('-D CHAIN 1') })).toMatch(/^not-evaluated .*not followed/)
  const refused: SectionOutput = {
    ...output('ufw-files', ''),
    state: 'denied',
    exitCode: 126,
    sudoers: 'ada ALL=(root) NOPASSWD: /usr/bin/grep',
  }
  expect(judged(of, ufwRules(), { ports: [22], ufwFiles: refused })).toMatch(/^not-evaluated .*may not be read.* Add to sudoers: ada ALL/)
})

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

test('what root alone reads in /etc/iptables counts, and what sudo refuses is not known', () => {
  const of = os([on('netfilter-persistent')], {})
  const rows = (files: Readonly<Record<string, string>>) =>
    output(
      'saved-rules',
      Object.entries(files)
        .flatMap(([path, text]) => text.split('\n').map((line) => `${path}:${line}`))
        .join('\n'),
    )
  expect(judged(of, undefined, { savedRules: rows({ ...v4, ...v6 }) })).toMatch(/^pass netfilter/)
  expect(judged(of, undefined, { savedRules: rows({ ...v4, '/etc/iptables/rules.v6': saved('ACCEPT') }) })).toMatch(
    /^fail .*rules.v6 does not/,
  )
  expect(judged(of, undefined, { savedRules: rows(v4) })).toMatch(/^fail .*no .etc.iptables.rules.v6/)
  const opened = saved('DROP').replace('COMMIT', '-A INPUT -p tcp -m tcp --dport 8000 -j ACCEPT\nCOMMIT')
  expect(judged(of, undefined, { ports: [8000], savedRules: rows({ ...v6, '/etc/iptables/rules.v4': opened }) })).toMatch(
    /^fail .*port 8000/,
  )
  const refused: SectionOutput = {
    ...output('saved-rules', ''),
    state: 'denied',
    exitCode: 126,
    sudoers: 'ada ALL=(root) NOPASSWD: /usr/bin/grep',
  }
  expect(judged(of, undefined, { savedRules: refused })).toMatch(/^not-evaluated .*rules.v4 may not be read.* Add to sudoers: ada ALL/)
})

test.each<[string, string, Os, string]>([
  [
    'typed by hand beside what is saved',
    'both',
    os([on('nftables')], nftFile(chain('inet', 'drop'))),
    'fail Outbound IPv4 and IPv6 .*nftables.service loads .*lets it out',
  ],
  ['saved', 'both', os([on('nftables')], nftFile(both('drop'))), 'pass '],
  ['typed by hand alone', 'out', os([], {}), 'fail Outbound .*nothing loads rules .*no service that loads rules is installed'],
  [
    'for IPv4 alone saved',
    'both',
    os([on('nftables')], nftFile(`${chain('inet', 'drop')}${outward('ip', 'drop')}`)),
    'fail Outbound IPv6 traffic',
  ],
  ['by a service that is not followed', 'both', os([on('nftables'), on('ferm')], nftFile(chain('inet', 'drop'))), 'pass '],
  [
    'by firewalld, of which that is not followed',
    'both',
    os([on('nftables'), on('firewalld')], nftFile(chain('inet', 'drop'))),
    '(?!fail)',
  ],
  ['never denied', 'in', os([on('nftables')], nftFile(chain('inet', 'drop'))), 'pass '],
  [
    'by a script of the admin',
    'both',
    os([on('nftables')], nftFile(chain('inet', 'drop')), ['@filter-place /etc/rc.local']),
    'not-evaluated Outbound .*/etc/rc.local may load those',
  ],
])('what leaves is denied now: %s', (_, now, of, expected) => {
  const nft = now === 'both' ? both('drop') : now === 'out' ? outward('inet', 'drop') : chain('inet', 'drop')
  expect(judged(of, nft)).toMatch(new RegExp(`^${expected}`))
})

function outward(family: string, policy: string): string {
  return `table ${family} out {\n\tchain output {\n\t\ttype filter hook output priority filter; policy ${policy};\n\t\tip daddr 10.0.0.0/8 accept\n\t}\n}\n`
}

function both(policy: string): string {
  return `${chain('inet', policy)}${outward('inet', policy)}`
}
