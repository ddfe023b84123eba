import { expect, test } from 'vitest'
import { accessSchema, fleetSchema } from '#shared/model/fleet.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Access } from '../facts/access/access.ts'
import { parseLoginKeys } from '../facts/access/login-keys.ts'
import { parseAcls, parseCron, parseKeyLinks, parseOpen, parsePasswords, parsePaths } from '../facts/access/parse.ts'
import { parsePolkit } from '../facts/access/polkit.ts'
import { parseGroup, parsePasswd } from '../facts/accounts/parse.ts'
import { known, unknown } from '../facts/fact.ts'
import type { Nginx } from '../facts/nginx/nginx.ts'
import type { OAuth2Proxy } from '../facts/oauth2-proxy/oauth2-proxy.ts'
import { parseSudoers } from '../facts/privileged/parse-sudoers.ts'
import type { Program } from '../facts/programs/programs.ts'
import type { Unit } from '../facts/units/units.ts'
import { hostAccess } from './host-access.ts'
import { compareTiers } from './tiers.ts'
import type { AccessFacts } from './world.ts'

const rows = (text: string, from = 1) => text.split('\n').map((row, index) => ({ text: row, line: index + from }))
const numbered = (file: string, text: string) => rows(text).map(({ text: row, line }) => ({ file, number: line, text: row, line }))

const fleet = fleetSchema.parse({
  version: 1,
  name: 'x',
  identities: { audit: { user: 'a' } },
  hosts: [{ name: 'h', address: '10.0.0.1' }],
})
const names = ['ada', 'bob', 'eve', 'svc', 'batch']
const passwd = ['root:x:0:0::/root:/bin/bash', ...names.map((name, at) => `${name}:x:${1001 + at}:${1001 + at}::/home/${name}:/bin/bash`)]
const group = (members: Readonly<Record<string, string>>) =>
  parseGroup(
    [
      ...names.map((name, at) => `${name}:x:${1001 + at}:`),
      ...Object.entries(members).map(([name, who], at) => `${name}:x:${2000 + at}:${who}`),
    ].join('\n'),
  )

const unit = (more: Partial<Unit>): Unit =>
  ({
    id: 'vllm.service',
    user: 'svc',
    fragmentPath: '/etc/systemd/system/vllm.service',
    dropIns: [],
    program: '/opt/vllm/bin/vllm',
    environmentFiles: [],
    paths: [],
    ...more,
  }) as unknown as Unit

const service = {
  id: 'vllm.service',
  unit: 'vllm.service',
  engine: 'vllm',
  how: 'systemd',
  running: true,
  user: 'svc',
  uid: 1004,
  apiKey: 'set',
  binds: [],
  pids: [],
  modelPaths: [],
  argv: [],
} as InferenceService

interface Host {
  readonly groups?: Readonly<Record<string, string>>
  readonly sudoers?: string
  readonly shadow?: string
  readonly open?: string
  readonly paths?: string
  readonly acls?: string
  readonly polkit?: string
  readonly cron?: string
  readonly keys?: string
  readonly units?: readonly Unit[]
  readonly services?: readonly InferenceService[]
  readonly links?: string
  readonly proxies?: readonly OAuth2Proxy[]
  readonly nginx?: Nginx['directives']
  /** Ids. */
  readonly programs?: readonly string[]
}

function factsOf(host: Host): AccessFacts {
  const access: Access = {
    passwords: known(parsePasswords(rows(host.shadow ?? names.map((name) => `${name}:$:`).join('\n')))),
    keys: known(parseLoginKeys(rows(host.keys ?? ''))),
    keyLinks: parseKeyLinks(rows(host.links ?? '')),
    webAccounts: known([]),
    open: known(parseOpen(rows(host.open ?? ''))),
    paths: parsePaths(rows(host.paths ?? names.map((name) => `directory/700/${name}/${name}//home/${name}`).join('\n'))),
    acls: known(parseAcls(rows(host.acls ?? ''))),
    polkit: known(parsePolkit(numbered('/etc/polkit-1/rules.d/50-ops.rules', host.polkit ?? ''))),
    cron: known(parseCron(numbered('/etc/cron.d/job', host.cron ?? ''))),
    timed: known([]),
    scripts: known([]),
    lingering: [],
    lastLogins: known([]),
  }
  return {
    accounts: { accounts: parsePasswd(passwd.join('\n')), groups: group(host.groups ?? {}) },
    access: known(access),
    sudoers: known(parseSudoers(numbered('/etc/sudoers', host.sudoers ?? 'root ALL=(ALL:ALL) ALL'))),
    units: known(host.units ?? [unit({})]),
    services: known(host.services ?? [service]),
    system: known({ hostname: 'gpu-01' }) as unknown as AccessFacts['system'],
    network: unknown('', []),
    processes: known([]),
    sshd: known({ settings: {} }),
    'oauth2-proxy': known(host.proxies ?? []),
    nginx: known({ installed: true, running: true, directives: host.nginx ?? [] }),
    programs: known((host.programs ?? []).map((id) => ({ id }) as Program)),
    'model-files': known({ directories: [] }),
    'guarded-files': known({ files: [], folders: [] }),
  }
}

const holdings = (host: Host, account: string) => hostAccess(factsOf(host), 0).accounts.find(({ name }) => name === account)?.holdings ?? []
const way = (host: Host, account: string, capability: string) => {
  const found = holdings(host, account).find((one) => one.capability === capability)
  return found && [...found.path.slice(1), ...(found.condition ? [`(${found.condition})`] : [])].join(' → ')
}

const manageUnits = (condition: string) =>
  `polkit.addRule(function(action, subject) {\n  if (action.id == "org.freedesktop.systemd1.manage-units" && ${condition}) {\n    return polkit.Result.YES;\n  }\n});`

test.each<[string, Host, string | undefined]>([
  ['nothing', {}, undefined],
  ['group docker', { groups: { docker: 'ada' } }, 'group docker → root'],
  ['all of sudo, with a password', { sudoers: 'ada ALL=(ALL) ALL' }, 'sudo ALL → root → (asks for its own password)'],
  ['without one', { sudoers: 'ada ALL=(ALL) NOPASSWD: ALL' }, 'sudo ALL → root'],
  ['a password that nobody has', { sudoers: 'ada ALL=(ALL) ALL', shadow: 'ada:!:' }, undefined],
  ['root’s password is asked for', { sudoers: 'Defaults targetpw\nada ALL=(ALL) ALL' }, undefined],
  ['a rule for another host', { sudoers: 'ada gpu-02=(ALL) NOPASSWD: ALL' }, undefined],
  ['taken back by a later rule', { sudoers: 'ada ALL=NOPASSWD: ALL\nada ALL=!ALL' }, undefined],
  ['all but her', { sudoers: 'ALL, !ada ALL=NOPASSWD: ALL' }, undefined],
  [
    'aliases in aliases',
    { sudoers: 'User_Alias A = B : B = %ops\nCmnd_Alias X = Y : Y = /bin/bash\nA ALL=NOPASSWD: X', groups: { ops: 'ada' } },
    'sudo /bin/bash → root',
  ],
  ['exact arguments', { sudoers: 'ada ALL=NOPASSWD: /usr/bin/systemctl restart vllm.service' }, undefined],
  [
    'as another account, who is root',
    { sudoers: 'ada ALL=(bob) NOPASSWD: ALL', groups: { docker: 'bob' } },
    'sudo ALL as bob → account bob → group docker → root',
  ],
  [
    'a file of root’s for everybody',
    { open: 'd/755/root/root//etc/cron.d\nf/666/root/root//etc/cron.d/job' },
    'every account may write /etc/cron.d/job → root',
  ],
  ['in a closed folder', { open: 'd/750/root/root//etc/sudoers.d\nf/666/root/root//etc/sudoers.d/job' }, undefined],
  [
    'for a group of hers',
    { open: 'f/664/root/ops//etc/profile.d/x.sh', groups: { ops: 'ada' } },
    'group ops may write /etc/profile.d/x.sh → root',
  ],
  ['for a group of others', { open: 'f/664/root/ops//etc/profile.d/x.sh', groups: { ops: 'bob' } }, undefined],
  [
    'a socket by another group',
    { open: 'o/660/root/gpu//run/docker.sock'.replace('o/', 's/'), groups: { gpu: 'ada' } },
    'group gpu may write /run/docker.sock → root',
  ],
  ['a sticky folder', { open: 'd/1777/root/root//var/spool/cron' }, undefined],
  [
    'an ACL',
    {
      acls: '# file: /etc/sudoers\n# owner: root\n# group: root\nuser::rw-\nuser:ada:rw-\ngroup::r--\nmask::rw-',
      open: 'f/664/root/root//etc/sudoers',
    },
    'an ACL lets it write /etc/sudoers → root',
  ],
  ['an ACL behind its mask', { acls: '# file: /etc/sudoers\nuser:ada:rw-\nmask::r--', open: 'f/644/root/root//etc/sudoers' }, undefined],
  [
    'a unit file of hers',
    {
      units: [
        unit({ paths: [{ path: '/etc/systemd/system/vllm.service', type: 'file', owner: 'ada', group: 'ada', mode: 0o644, line: 9 }] }),
      ],
    },
    'owns /etc/systemd/system/vllm.service, which leads to vllm.service → root',
  ],
  [
    'a folder above a program that root runs',
    { units: [unit({ user: '', paths: [{ path: '/opt/vllm', type: 'directory', owner: 'root', group: 'ada', mode: 0o775, line: 9 }] })] },
    'group ada may write /opt/vllm, which vllm.service runs → root',
  ],
  ['polkit', { polkit: manageUnits('subject.isInGroup("ops")'), groups: { ops: 'ada' } }, 'a rule of polkit → root'],
  ['polkit, one unit', { polkit: manageUnits('action.lookup("unit") == "vllm.service" && subject.user == "ada"') }, undefined],
  ['polkit, another account', { polkit: manageUnits('subject.user == "bob"') }, undefined],
  [
    'polkit, more conditions',
    { polkit: manageUnits('subject.user == "ada" && subject.active') },
    'a rule of polkit → root → (only if the other conditions of the rule hold)',
  ],
  [
    'a program that cron runs',
    {
      cron: '* * * * * root /srv/tool/run.sh >/dev/null',
      paths: 'directory/755/root/root//srv/tool\nregular file/755/ada/root//srv/tool/run.sh',
    },
    'owns /srv/tool/run.sh, which cron runs as root → root',
  ],
  [
    'the home of somebody who is root',
    { groups: { docker: 'bob' }, paths: 'directory/777/bob/bob//home/bob' },
    'every account may write /home/bob, home of bob → account bob → group docker → root',
  ],
])('root by %s', (_, host, expected) => {
  expect(way(host, 'ada', 'become-root')).toBe(expected)
})

// Who is in a netgroup was not asked: nobody gets it, and nobody is cleared of it.
test.each<[string, string, readonly [string, number][]]>([
  ['none', '%ops ALL=(ALL) ALL', []],
  ['who may do all', '+admins ALL=(ALL) ALL', [['/etc/sudoers speaks of netgroup +admins', 8]]],
  ['who may restart', '+ops ALL=/usr/bin/systemctl restart vllm', [['/etc/sudoers speaks of netgroup +ops', 2]]],
  ['the worse of two rules', '+ops ALL=/usr/bin/id ""\n+ops ALL=ALL', [['/etc/sudoers speaks of netgroup +ops', 8]]],
  ['all but a netgroup', 'ALL, !+guests ALL=ALL', [['/etc/sudoers speaks of netgroup +guests', 8]]],
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
  const started = Date.now()
  const found = hostAccess({ ...facts, accounts }, 0)
  expect(found.accounts).toHaveLength(2000)
  expect(found.others).toBe(10_007 - 2000)
  expect(Date.now() - started).toBeLessThan(10_000)
})

const proxy = (settings: Readonly<Record<string, readonly string[]>>, more: Partial<OAuth2Proxy> = {}): OAuth2Proxy => ({
  ...{ id: 'oauth2-proxy.service', pid: 1, container: false, cgroup: '', gateways: [], line: 1 },
  settings: new Map(Object.entries(settings).map(([name, values], at) => [name, { values, source: 'config', line: at + 2 }])),
  ...more,
})

// docs/configuration/overview of oauth2-proxy: an address must fit, and a group where groups are named.
test.each<[string, Host['proxies'], readonly string[], readonly string[]]>([
  ['nobody where none runs', [], [], []],
  ['groups, whatever the domain', [proxy({ email_domains: ['*'], allowed_groups: ['ai-users', 'ml'] })], ['idp:ai-users', 'idp:ml'], []],
  [
    'roles as groups of their name, teams one by one',
    [proxy({ allowed_roles: ['ai'], github_team: ['a,b'] })],
    ['idp:role:ai', 'idp:a', 'idp:b'],
    [],
  ],
  [
    'a domain, and the addresses of a file',
    [proxy({ email_domains: ['x.org'], authenticated_emails_file: ['/etc/mails'] })],
    ['idp:@x.org', 'idp:addresses in /etc/mails'],
    [],
  ],
  ['everybody', [proxy({ email_domains: ['*'] })], ['idp:@*'], []],
  [
    'what stands in another file is not known',
    [
      proxy(
        { email_domains: ['x.org'] },
        {
          alphaConfig: {
            path: '/etc/alpha.yaml',
            settings: new Map(),
            unread: 'the alpha configuration /etc/alpha.yaml could not be read',
          },
        },
      ),
    ],
    [],
    ['/etc/alpha.yaml'],
  ],
  ['what was not read is not known', [proxy({}, { unread: 'the file was not read' })], [], ['the file was not read']],
])('oauth2-proxy lets in: %s', (_, proxies, names, gaps) => {
  const { accounts, gaps: found } = hostAccess(factsOf({ proxies: proxies ?? [] }), 0)
  expect(accounts.flatMap(({ kind, name }) => (kind === 'idp' ? name : []))).toEqual(names)
  expect(found.map(({ reason, leavesOpen }) => [reason, leavesOpen])).toEqual(
    gaps.map((gap) => [expect.stringContaining(gap), ['send-inference']]),
  )
})

test('groups of the provider are held against the tiers', () => {
  const policy = accessSchema.parse({ tiers: { users: { idpGroups: ['ai-users', 'gone'] } } })
  const of = (proxies: readonly OAuth2Proxy[]) =>
    compareTiers(hostAccess(factsOf({ proxies }), 0), policy, fleet, fleet.hosts[0] as never).flatMap(({ account, state }) =>
      account.startsWith('idp:') ? [[account, state]] : [],
    )
  expect(of([proxy({ allowed_groups: ['ai-users', 'strangers'] })])).toEqual([
    ['idp:ai-users', 'match'],
    ['idp:strangers', 'no-tier'],
    ['idp:gone', 'missing'],
  ])
  expect(of([])).toEqual([])
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
  expect(of([fingerprint], line)).toMatchObject({ state: 'match' })
  expect(of([], line.replace('cert-authority ', ''))).toMatchObject({ state: 'match' })
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

test('whoever has a key of an engine sends inference, and belongs to no person', () => {
  const keyed = (more: Partial<InferenceService>) => ({ ...service, apiKey: 'set', ...more }) as InferenceService
  const of = (more: Partial<InferenceService>) =>
    hostAccess(factsOf({ services: [keyed(more)] }), 0).accounts.flatMap((account) => (account.kind === 'key' ? [account] : []))
  const path = (argv: readonly string[]) => of({ argv })[0]?.holdings[0]?.path[0]
  expect(path(['vllm', 'serve'])).toBe('an API key of vllm.service')
  expect(path(['vllm', '--api-key', '‹redacted›', '--port', '1'])).toBe('the API key of vllm.service')
  expect(path(['vllm', '--api-key=‹redacted›'])).toBe('the API key of vllm.service')
  expect(path(['vllm', '--api-key', '‹redacted›', '‹redacted›'])).toBe('one of 2 API keys of vllm.service')
  expect(of({ engine: 'localai' })[0]?.holdings.map(({ capability }) => capability)).toEqual(['send-inference', 'change-models'])
  expect([of({ apiKey: 'none' }), of({ apiKey: 'unknown' }), of({ running: false })]).toEqual([[], [], []])
  const rows = compareTiers(
    hostAccess(factsOf({ services: [keyed({})] }), 0),
    accessSchema.parse({ tiers: {} }),
    fleet,
    fleet.hosts[0] as never,
  )
  expect(rows.find(({ account }) => account === 'API key of vllm.service')).toMatchObject({ state: 'own', tier: null })
})

test('lists of users that nobody read are said, and leave open nothing of the accounts', () => {
  const file = (path: string) => ({ name: 'auth_basic_user_file', parameters: [path], file: '/etc/nginx/nginx.conf', line: 1 })
  const gaps = (host: Host) => hostAccess(factsOf(host), 0).gaps.map(({ reason, leavesOpen }) => [reason.slice(0, 20), leavesOpen])
  expect(gaps({ nginx: [file('/etc/nginx/.htpasswd'), file('conf.d/htpasswd-ai'), file('/etc/nginx/a/b/htpasswd')] })).toEqual([])
  expect(gaps({ nginx: [file('/etc/nginx/users')] })).toEqual([['Names in /etc/nginx/', []]])
  expect(gaps({ nginx: [file('/srv/htpasswd')] })).toEqual([['Names in /srv/htpass', []]])
  expect(gaps({ programs: ['open-webui 812', 'litellm'] })).toEqual([['Open WebUI keeps its', []]])
})

test.each(['/home', '/home/ada', '/home/ada/.ssh', '/home/ada/.ssh/authorized_keys2'])('keys behind the link %s are not known', (links) => {
  const of = (name: string) => hostAccess(factsOf({ shadow: 'ada:!:', links }), 0).accounts.find((account) => account.name === name)
  expect(of('ada')).toMatchObject({ login: 'unknown', loginNotes: [`keys behind the link ${links} were not read`] })
  // Nor is a link beside the way one on it.
  expect(hostAccess(factsOf({ shadow: 'ada:!:', links: '/home/ad\n/home/ada/.ssh/known_hosts\n/home/ada/.ssh2' }), 0).accounts).toEqual(
    hostAccess(factsOf({ shadow: 'ada:!:' }), 0).accounts,
  )
})
