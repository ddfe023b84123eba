import { expect, test } from 'vitest'
import { parseRoutes } from '../../../facts/network/parse.ts'
import type { Os } from '../../../facts/os/os.ts'
import type { SectionOutput } from '../../../probe/section.ts'
import { printed as output } from '../../../probe/section-output.testing.ts'
import { chain, judged, network, nftFile, off, on, os, saved, ufw } from './firewall-at-start.testing.ts'

const ufwScript = (mode: string) => ['@devices', `=regular file/${mode}/root/root//etc/ufw/after.init`]
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
