import { expect, test } from 'vitest'
import { accessSchema } from '#shared/model/fleet.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { parseTrust } from '../facts/access/trust.ts'
import { parseGroup, parsePasswd } from '../facts/accounts/parse.ts'
import { known, unknown } from '../facts/fact.ts'
import { factsOf, fleet, type Host, holdings, manageUnits, names, passwd, service, way } from './host-access.testing.ts'
import { hostAccess } from './host-access.ts'
import { compareTiers } from './tiers.ts'

const log = { guarded: 'f/640/root/adm//var/log/nginx/access.log' }
test.each<[string, Host, string | undefined]>([
  [
    'a star fits blanks and slashes',
    { ...log, sudoers: 'ada ALL=NOPASSWD: /usr/bin/cat /srv/*' },
    'sudo /usr/bin/cat /srv/x /var/log/nginx/access.log x',
  ],
  [
    'a star in the middle',
    { ...log, sudoers: 'ada ALL=NOPASSWD: /usr/bin/tail -n 5 /srv/*.txt' },
    'sudo /usr/bin/tail -n 5 /srv/x /var/log/nginx/access.log x.txt',
  ],
  ['a star that is plain', { ...log, sudoers: 'ada ALL=NOPASSWD: /usr/bin/cat /srv/\\\\*' }, undefined],
  ['a question mark alone', { ...log, sudoers: 'ada ALL=NOPASSWD: /usr/bin/cat /srv/?' }, undefined],
])('reads logs: %s', (_, host, expected) => expect(way(host, 'ada', 'read-logs')).toBe(expected))

const guarded = [
  'f/640/root/adm//var/log/nginx/access.log',
  'f/644/root/root//etc/nginx/nginx.conf',
  'f/640/root/root//etc/nginx/htpasswd',
].join('\n')

test.each<[string, string, string | undefined, string]>([
  ['reads', '/usr/bin/tail -f /var/log/nginx/access.log', 'read-logs', 'sudo /usr/bin/tail -f /var/log/nginx/access.log'],
  ['reads any', '/usr/bin/cat', 'read-logs', 'sudo /usr/bin/cat /var/log/nginx/access.log'],
  ['reads what a star stands for', '/usr/bin/head /var/log/*', 'read-logs', 'sudo /usr/bin/head /var/log/nginx/access.log'],
  ['reads another', '/usr/bin/cat /var/log/dpkg.log', undefined, ''],
  ['reads all but this', '/usr/bin/cat, !/usr/bin/cat /var/log/nginx/*', undefined, ''],
  ['edits', 'sudoedit /etc/nginx/nginx.conf', 'change-configuration', 'sudo sudoedit /etc/nginx/nginx.conf'],
  ['edits what a star stands for', 'sudoedit /etc/nginx/*.conf', 'change-configuration', 'sudo sudoedit /etc/nginx/nginx.conf'],
  ['writes names', '/usr/bin/tee -a /etc/nginx/htpasswd', 'change-access', 'sudo /usr/bin/tee -a /etc/nginx/htpasswd'],
  ['reads, and edits nothing', '/usr/bin/cat /etc/nginx/nginx.conf', undefined, ''],
])('sudo %s: %s', (_, command, capability, by) => {
  const host = { guarded, sudoers: `ada ALL=NOPASSWD: ${command}` }
  const held = holdings(host, 'ada').map((one) => one.capability)
  expect([capability === undefined ? held : held.includes(capability as never), capability && way(host, 'ada', capability)]).toEqual([
    capability === undefined ? [] : true,
    capability && by,
  ])
})

// Who is in a netgroup was not asked: nobody gets it, and nobody is cleared of it.
test.each<[string, string, readonly [string, number][]]>([
  ['none', '%ops ALL=(ALL) ALL', []],
  ['who may do all', '+admins ALL=(ALL) ALL', [['/etc/sudoers speaks of netgroup +admins', 8]]],
  ['who may restart', '+ops ALL=/usr/bin/systemctl restart vllm', [['/etc/sudoers speaks of netgroup +ops', 2]]],
  ['the worse of two rules', '+ops ALL=/usr/bin/id ""\n+ops ALL=ALL', [['/etc/sudoers speaks of netgroup +ops', 8]]],
  ['all but a netgroup', 'ALL, !+guests ALL=ALL', [['/etc/sudoers speaks of netgroup +guests', 8]]],
  ['one of two, but a netgroup', 'ada, !+guests ALL=ALL', [['/etc/sudoers speaks of netgroup +guests', 8]]],
  ['a group, but a netgroup', '%wheel, !+guests ALL=ALL', [['/etc/sudoers speaks of netgroup +guests', 8]]],
  ['a number, but a netgroup', '#1001, %#1002, !+guests ALL=/usr/bin/id ""', [['/etc/sudoers speaks of netgroup +guests', 2]]],
  ['as one of them', 'ada ALL=(root, !+ops) ALL', [['/etc/sudoers lets run programs as netgroup +ops', 8]]],
  ['a netgroup and then her', '!+guests, ada ALL=(root) /usr/bin/id ""', [['/etc/sudoers speaks of netgroup +guests', 2]]],
  ['as whom', 'ada ALL=(+ops) ALL', [['/etc/sudoers lets run programs as netgroup +ops', 8]]],
  ['who is asked for no password', 'Defaults:+ops !authenticate', [['no password is asked of netgroup +ops', 8]]],
  ['a netgroup that changes nothing', 'ALL, +ops ALL=(root) NOPASSWD: /usr/bin/id ""', []],
])('netgroups of sudo: %s', (_, sudoers, gaps) => {
  const found = hostAccess(factsOf({ sudoers }), 0)
  expect(found.gaps.map(({ reason, leavesOpen }) => [reason, leavesOpen.length])).toEqual(
    gaps.map(([reason, open]) => [expect.stringContaining(`Rules of sudo: ${reason}, and who is in it was not asked`), open]),
  )
  expect(
    found.accounts.filter(({ name, holdings }) => name !== 'root' && holdings.some(({ capability }) => capability === 'become-root')),
  ).toEqual([])
})

test.each<[string, string, string]>([
  ['without a password', 'ada +gpus=(ALL) NOPASSWD: ALL', '(only if netgroup +gpus holds this host)'],
  ['with one', 'ada +gpus=(ALL) ALL', '(asks for its own password, only if netgroup +gpus holds this host)'],
])('a netgroup of hosts is a condition: %s', (_, sudoers, condition) => {
  expect(way({ sudoers }, 'ada', 'become-root')).toBe(`sudo ALL → root → ${condition}`)
})

test('root can do everything, by the same way', () => {
  const held = holdings({ groups: { docker: 'ada' } }, 'ada')
  expect(held.map(({ capability }) => capability)).toHaveLength(8)
  expect(held.every(({ path }) => path.at(-1) === 'root')).toBe(true)
})

test.each<[string, Host, string, string | undefined]>([
  [
    'sudo for one verb',
    { sudoers: 'ada ALL=NOPASSWD: /usr/bin/systemctl restart vllm' },
    'control-services',
    'sudo systemctl restart vllm',
  ],
  [
    'polkit for one unit',
    { polkit: manageUnits('action.lookup("unit") == "vllm.service" && subject.user == "ada"') },
    'control-services',
    'a rule of polkit for vllm.service',
  ],
  [
    'sudo for one verb, on a netgroup of hosts',
    { sudoers: 'ada +gpus=NOPASSWD: /usr/bin/systemctl restart vllm' },
    'control-services',
    'sudo systemctl restart vllm → (only if netgroup +gpus holds this host)',
  ],
  ['the journal', { groups: { 'systemd-journal': 'ada' } }, 'read-logs', 'group systemd-journal'],
  [
    'a server without a key',
    {
      services: [
        {
          ...service,
          apiKey: 'none',
          binds: [{ address: '127.0.0.1', port: 8000, scope: 'loopback', section: 'listeners', line: 3, basis: 'observed' }],
        },
      ],
    },
    'send-inference',
    '127.0.0.1:8000 asks for no key',
  ],
  ['a server with a key', {}, 'send-inference', undefined],
])('%s', (_, host, capability, expected) => {
  expect(way(host, 'ada', capability)).toBe(expected)
})

test('the account of a server reads what is asked of it', () => {
  expect(way({}, 'svc', 'read-prompts')).toBe('vllm.service runs as it')
})

// Ubuntu 20.04 has systemd 245. From 247 on the pager of systemd starts nothing under sudo (NEWS).
test.each([
  ['ubuntu', '20.04', '/usr/bin/systemctl status vllm', true],
  ['ubuntu', '20.04', '/usr/bin/journalctl -u vllm', true],
  ['ubuntu', '20.04', '/usr/bin/journalctl --no-pager -u vllm', false],
  ['ubuntu', '20.04', '/usr/bin/systemctl restart vllm', false],
  ['ubuntu', '20.04', 'NOEXEC: /usr/bin/systemctl status vllm', false],
  ['ubuntu', '22.04', '/usr/bin/systemctl status vllm', false],
  ['rocky', '8.10', '/usr/bin/systemctl status vllm', true],
  ['debian', '11', '/usr/bin/systemctl status vllm', false],
])('the pager of %s %s: %s', (osId, osVersion, command, expected) => {
  const facts = { ...factsOf({ sudoers: `ada ALL=NOPASSWD: ${command}` }), system: known({ hostname: 'h', osId, osVersion }) as never }
  const ada = hostAccess(facts, 0).accounts.find(({ name }) => name === 'ada')
  const root = ada?.holdings.find(({ capability }) => capability === 'become-root')
  expect(root?.condition?.includes('CVE-2023-26604') === true).toBe(expected)
})

test('what was not read leaves capabilities open', () => {
  const facts = { ...factsOf({}), sudoers: unknown('Rules of sudo: sudo refused the command', ['privileged']) }
  expect(hostAccess(facts, 0).gaps).toMatchObject([
    { reason: 'Rules of sudo: sudo refused the command', leavesOpen: expect.arrayContaining(['become-root']) },
  ])
  const broken = hostAccess(factsOf({ sudoers: 'ada ALL ALL' }), 0)
  expect(broken.gaps[0]?.reason).toContain('line 1 could not be read')
})

test('ten thousand accounts of a directory', { timeout: 20_000 }, () => {
  const many = Array.from({ length: 10_000 }, (_, at) => `u${at}:x:${10_000 + at}:100::/home/u${at}:/bin/bash`)
  const facts = factsOf({ sudoers: '%users ALL=(bob) NOPASSWD: /bin/sh', paths: 'directory/777/bob/bob//home/bob' })
  const accounts = {
    accounts: parsePasswd([...passwd, ...many].join('\n')),
    groups: parseGroup(`users:x:100:\n${names.map((name, at) => `${name}:x:${1001 + at}:`).join('\n')}`),
  }
  const found = hostAccess({ ...facts, accounts }, 0)
  expect(found.accounts).toHaveLength(10_007)
  // Their passwords are in no file of this host, so that each of them may get in.
  expect([found.cut, found.others]).toEqual([0, 0])
})

test('an authority of no tier makes an account one that lets strangers in', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ca'
  const of = (certificates: readonly string[], line: string) =>
    compareTiers(
      hostAccess(factsOf({ keys: line }), 0),
      accessSchema.parse({ tiers: { administrators: { accounts: names, certificates } } }),
      fleet,
      fleet.hosts[0] as never,
    ).find(({ account }) => account === 'ada')
  const line = `/home/ada/.ssh/authorized_keys:1:cert-authority ${key}`
  const [fingerprint = ''] = hostAccess(factsOf({ keys: line }), 0).accounts.flatMap(({ keys }) => keys.map((one) => one.fingerprint))
  expect(of([], line)).toMatchObject({ state: 'no-tier', tier: 'administrators', reason: expect.stringContaining(fingerprint) })
  // Nothing is said of certificates: what is left is that it cannot become root.
  expect(of([fingerprint], line)).toMatchObject({ state: 'below' })
  expect(of([], line.replace('cert-authority ', ''))).toMatchObject({ state: 'below' })
})

test('where sshd trusts an authority, who has no key is not known to be shut out', () => {
  const facts = {
    ...factsOf({ shadow: 'ada:!:' }),
    sshd: known({ settings: { trustedusercakeys: [{ value: '/etc/ssh/ca.pub', line: 1 }] } }),
  }
  expect(hostAccess(facts, 0).accounts.find(({ name }) => name === 'ada')).toMatchObject({
    login: 'unknown',
    loginNotes: [expect.stringContaining('/etc/ssh/ca.pub')],
  })
})

test.each(['/home', '/home/ada', '/home/ada/.ssh', '/home/ada/.ssh/authorized_keys2'])('keys behind the link %s are not known', (links) => {
  const of = (name: string) => hostAccess(factsOf({ shadow: 'ada:!:', links }), 0).accounts.find((account) => account.name === name)
  expect(of('ada')).toMatchObject({ login: 'unknown', loginNotes: [`keys behind the link ${links} were not read`] })
  // Nor is a link beside the way one on it.
  expect(hostAccess(factsOf({ shadow: 'ada:!:', links: '/home/ad\n/home/ada/.ssh/known_hosts\n/home/ada/.ssh2' }), 0).accounts).toEqual(
    hostAccess(factsOf({ shadow: 'ada:!:' }), 0).accounts,
  )
})

test('who cannot do the work of the tier is below it, unless something that was not read leaves that open', () => {
  const of = (tier: 'users' | 'operators' | 'administrators', host: Parameters<typeof factsOf>[0] = {}, more: object = {}) => {
    const access = hostAccess({ ...factsOf(host), ...more }, 0)
    const rows = compareTiers(access, accessSchema.parse({ tiers: { [tier]: { accounts: ['ada'] } } }), fleet, fleet.hosts[0] as never)
    const { state, title, reason } = rows.find(({ account }) => account === 'ada') ?? {}
    return [state, title, reason]
  }
  const restart = 'ada ALL=(root) NOPASSWD: /usr/bin/systemctl restart vllm.service'
  expect(of('users')).toEqual(expect.arrayContaining(['match']))
  expect(of('operators')).toEqual([
    'below',
    'Cannot start and stop services',
    'Operators may start and stop services (vllm.service): no way by which ada does was found.',
  ])
  expect(of('operators', { sudoers: restart })).toEqual(expect.arrayContaining(['below', 'Cannot read logs']))
  expect(of('operators', { sudoers: restart, groups: { adm: 'ada' } })).toEqual(expect.arrayContaining(['match']))
  expect(of('operators', { sudoers: restart, groups: { adm: 'ada' }, shadow: 'ada:!:' })).toEqual(
    expect.arrayContaining(['below', 'Cannot get in']),
  )
  // Where no engine runs there is nothing to operate.
  expect(of('operators', { services: [] })).toEqual(expect.arrayContaining(['match']))
  expect(of('administrators')).toEqual(expect.arrayContaining(['below', 'Cannot become root']))
  expect(of('administrators', { sudoers: 'ada ALL=(ALL) ALL' })).toEqual(expect.arrayContaining(['match']))
  // Of rules that were not read nobody says that they do not allow it.
  expect(of('administrators', {}, { sudoers: unknown('Rules of sudo: refused', []) })).toEqual([
    'match',
    'No more than its tier says',
    'ada can do nothing that administrators may not; whether it can do its work was not read.',
  ])
})

test('an account without a shell reaches the ports to which its key is bound, and no other engine', () => {
  const bind = (port: number) => [{ address: '127.0.0.1', port, section: 'listeners', line: 1 } as InferenceService['binds'][number]]
  const open = { ...service, apiKey: 'none' as const }
  const services = [
    { ...open, id: 'vllm.service', unit: 'vllm.service', binds: bind(8000) },
    { ...open, id: 'ollama.service', unit: 'ollama.service', engine: 'ollama' as const, binds: bind(11_434) },
  ]
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ada@laptop'
  const of = (options: string) => {
    const facts = factsOf({ services, keys: `/home/ada/.ssh/authorized_keys:1:${options} ${key}` })
    const accounts = {
      ...facts.accounts,
      accounts: parsePasswd(passwd.join('\n').replace('/home/ada:/bin/bash', '/home/ada:/usr/sbin/nologin')),
    }
    const ada = hostAccess({ ...facts, accounts }, 0).accounts.find(({ name }) => name === 'ada')
    return ada?.holdings.map(({ capability, path }) => `${capability} ${path.at(-1)}`)
  }
  expect(of('permitopen="127.0.0.1:8000"')).toEqual(['send-inference 127.0.0.1:8000 asks for no key'])
  expect(of('permitopen="127.0.0.1:11434"')).toEqual([
    'change-models 127.0.0.1:11434 asks for no key',
    'send-inference 127.0.0.1:11434 asks for no key',
  ])
  expect(of('permitopen="127.0.0.1:22"')).toEqual([])
})

test.each<[string, readonly string[]]>([
  ['rw,no_root_squash', []],
  ['rw,insecure,no_root_squash', ['become-root']],
])('a folder that NFS gives away with %s is named, and is no gap of the reading', (options, open) => {
  const facts = factsOf({})
  const trust = parseTrust([{ text: `/etc/exports:1:/models 10.0.0.0/24(${options})`, line: 1 }])
  const { gaps } = hostAccess({ ...facts, access: facts.access.known ? known({ ...facts.access.value, trust }) : facts.access }, 0)
  expect(gaps).toMatchObject([{ reason: expect.stringContaining('NFS gives /models to 10.0.0.0/24'), leavesOpen: open, notModelled: true }])
})
