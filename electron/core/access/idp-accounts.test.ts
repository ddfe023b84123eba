import { expect, test } from 'vitest'
import { accessSchema } from '#shared/model/fleet.ts'
import { parseMailAddresses } from '../facts/access/parse.ts'
import { known } from '../facts/fact.ts'
import type { OAuth2Proxy } from '../facts/oauth2-proxy/oauth2-proxy.ts'
import { factsOf, fleet, type Host } from './host-access.testing.ts'
import { hostAccess } from './host-access.ts'
import { idpAccess } from './idp-accounts.ts'
import { compareTiers } from './tiers.ts'

const proxy = (settings: Readonly<Record<string, readonly string[]>>, more: Partial<OAuth2Proxy> = {}): OAuth2Proxy => ({
  ...{
    id: 'oauth2-proxy.service',
    pid: 1,
    container: false,
    cgroup: '',
    gateways: [],
    line: 1,
    version: { known: false, why: 'not asked' },
  },
  settings: new Map(Object.entries(settings).map(([name, values], at) => [name, { values, source: 'config', line: at + 2 }])),
  ...more,
})

// docs/configuration/overview of oauth2-proxy: an address must fit, and a group where groups are named.
test.each<[string, Host['proxies'], readonly string[], readonly string[]]>([
  ['nobody where none runs', [], [], []],
  ['groups, whatever the domain', [proxy({ email_domains: ['*'], allowed_groups: ['ai-users', 'ml'] })], ['idp:ai-users', 'idp:ml'], []],
  [
    'roles as groups of their name, teams one by one',
    [
      proxy({ provider: ['keycloak-oidc'], allowed_roles: ['ai'], github_team: ['a,b'] }),
      proxy({ provider: ['github'], allowed_roles: ['ai'], github_org: ['acme'], github_team: ['a,b'] }),
    ],
    ['idp:role:ai', 'idp:a', 'idp:b'],
    [],
  ],
  [
    'who works on a repository, and users by their name beside',
    [proxy({ provider: ['github'], email_domains: ['*'], github_repo: ['acme/llm'], github_users: ['ada', 'bob'] })],
    ['idp:collaborators of acme/llm', 'idp:user ada', 'idp:user bob'],
    [],
  ],
  [
    'everybody, where a team is named without its organisation',
    [proxy({ provider: ['github'], email_domains: ['*'], github_team: ['a'] })],
    ['idp:@*'],
    [],
  ],
  [
    'projects',
    [proxy({ provider: ['gitlab'], email_domains: ['*'], gitlab_projects: ['acme/llm=30'] })],
    ['idp:members of acme/llm=30'],
    [],
  ],
  [
    'everybody, where the groups are those of another provider',
    [proxy({ provider: ['oidc'], email_domains: ['*'], google_groups: ['ai@x.org'], github_org: ['acme'] })],
    ['idp:@*'],
    [],
  ],
  [
    'a file of passwords, past the provider',
    [proxy({ email_domains: ['x.org'], htpasswd_file: ['/etc/htpasswd'] })],
    ['idp:@x.org', 'idp:passwords in /etc/htpasswd'],
    [],
  ],
  [
    'none of it, where groups are asked for that its users do not get',
    [
      proxy({ email_domains: ['*'], allowed_groups: ['ai'], htpasswd_file: ['/etc/a'] }),
      proxy({ email_domains: ['*'], allowed_groups: ['ai'], htpasswd_file: ['/etc/b'], htpasswd_user_groups: ['ai'] }),
    ],
    ['idp:ai', 'idp:passwords in /etc/b'],
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
  expect(found.flatMap(({ reason, leavesOpen }) => (leavesOpen.length === 0 ? [] : [[reason, leavesOpen]]))).toEqual(
    gaps.map((gap) => [expect.stringContaining(gap), ['send-inference']]),
  )
})

test.each<[string, OAuth2Proxy, string]>([
  ['asks for a class', proxy({ acr_values: ['urn:okta:loa:2fa:any'] }), 'asks for urn:okta:loa:2fa:any, and does not check'],
  ['asks for none', proxy({}), 'nothing in the settings'],
  ['was not read', proxy({}, { unread: 'the file was not read' }), 'the file was not read'],
  [
    'has it in the alpha configuration',
    proxy({}, { alphaConfig: { path: '/etc/a.yaml', settings: new Map() } }),
    '/etc/a.yaml was not read for it',
  ],
])('the second factor of the provider, where oauth2-proxy %s', (_, one, words) => {
  const gaps = hostAccess(factsOf({ proxies: [one] }), 0).gaps.filter(({ reason }) => reason.startsWith('Whether the provider asks'))
  expect(gaps.map(({ reason, leavesOpen }) => [reason.includes(words), leavesOpen])).toEqual([[true, []]])
})

test('addresses of the file are told one by one where it was read, each with its line', () => {
  const mailAddresses = parseMailAddresses(
    ['Ada@X.org', '  "bob@x.org" , note', '# eve@x.org', 'no address'].map((text, at) => ({
      text: `/etc/oauth2-proxy/emails.txt:${at + 1}:${text}`,
      line: at + 30,
    })),
  )
  expect(mailAddresses.map(({ address, line }) => `${address} ${line}`)).toEqual(['ada@x.org 30', 'bob@x.org 31'])
  const proxies = known([proxy({ authenticated_emails_file: ['/etc/oauth2-proxy/emails.txt'] })])
  const of = (read: typeof mailAddresses) => idpAccess(proxies, read).accounts.map(({ name, holdings: [held] }) => [name, held?.path[0]])
  expect(of(mailAddresses)).toEqual([
    ['idp:ada@x.org', 'address ada@x.org through oauth2-proxy.service'],
    ['idp:bob@x.org', 'address bob@x.org through oauth2-proxy.service'],
  ])
  expect(of([])).toEqual([['idp:addresses in /etc/oauth2-proxy/emails.txt', expect.stringContaining('were not read')]])
  const many = Array.from({ length: 501 }, (_, at) => ({ file: '/etc/oauth2-proxy/emails.txt', address: `u${at}@x.org`, line: at }))
  expect(of(many).at(-1)).toEqual(['idp:addresses in /etc/oauth2-proxy/emails.txt', expect.stringContaining('one of 501 addresses')])
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
