import { describe, expect, test } from 'vitest'
import { type AccessPolicy, fleetSchema } from '#shared/model/fleet.ts'
import { fleetKeysSection } from '../../../access/fleet-keys-section.ts'
import { hostAccess } from '../../../access/host-access.ts'
import { keysOfHost } from '../../../access/key-owners.ts'
import { compareTiers } from '../../../access/tiers.ts'
import type { AccessFacts } from '../../../access/world.ts'
import type { Access } from '../../../facts/access/access.ts'
import { parseLoginKeys } from '../../../facts/access/login-keys.ts'
import { parseGroup, parsePasswd } from '../../../facts/accounts/parse.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { parseFleetKeys } from '../../../facts/fleet-keys/parse.ts'
import { parsePam } from '../../../facts/pam/parse.ts'
import { parseSudoers } from '../../../facts/privileged/parse-sudoers.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import type { AnyControl, PolicyContext, Verdict } from '../../control.ts'
import accountsInTiers from './access-accounts-in-tiers.control.ts'
import accountsUsed from './access-accounts-used.control.ts'
import secondFactor from './access-administrators-second-factor.control.ts'
import closedShut from './access-closed-accounts-shut.control.ts'
import keysOnePerson from './access-keys-one-person.control.ts'
import keysPersonal from './access-keys-personal.control.ts'
import leaversClosed from './access-leavers-closed.control.ts'
import withinTiers from './access-within-tiers.control.ts'

const NOW = Date.UTC(2026, 10, 25)
const tiers = { administrators: { accounts: ['ada'], groups: ['admins'] }, operators: { accounts: ['rey'] } }
const left = [{ account: 'lund', on: '2026-10-31' }]

const contextOf = (access?: object): PolicyContext => {
  const fleet = fleetSchema.parse({
    ...{ version: 1, name: 'x', identities: { audit: { user: 'gatehouse-ro' } }, hosts: [{ name: 'gpu-01', address: '10.0.0.1' }] },
    ...(access && { access }),
  })
  return { fleet, host: fleet.hosts[0] as PolicyContext['host'], now: NOW } as PolicyContext
}

interface Sin {
  readonly sudoers?: string
  readonly docker?: string
  /** Account and the letter that its key is made of. */
  readonly keys?: readonly (readonly [string, string])[]
  readonly lastLogins?: Access['lastLogins']
  readonly keysUnread?: boolean
  /** Links on the way to keys. */
  readonly links?: readonly string[]
  /** Accounts that have expired, and names in the password file of the proxy. */
  readonly expired?: readonly string[]
  readonly passwordsUnread?: boolean
  readonly web?: readonly string[] | undefined
  readonly webUnread?: boolean
  readonly sudoersUnread?: boolean
  /** A directory that does not list its accounts. */
  readonly directory?: boolean
  /** Another account with a shell, as its line of passwd. */
  readonly passwd?: string
  /** What `sshd -T` prints. */
  readonly sshd?: string
}

const keyRow = ([account, letter]: readonly [string, string], index: number) => ({
  text: `/home/${account}/.ssh/authorized_keys:${index + 1}:ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${letter.repeat(43)} ${account}`,
  line: 20 + index,
})

function factsOf({
  sudoers = '',
  docker = '',
  keys = [
    ['ada', 'a'],
    ['rey', 'r'],
  ],
  lastLogins,
  keysUnread,
  links = [],
  expired = [],
  passwordsUnread,
  web = [],
  webUnread,
  sudoersUnread,
  directory,
  passwd: other,
  sshd = '',
}: Sin): AccessFacts {
  const names = ['ada', 'rey', 'lund', 'odd', 'gatehouse-ro']
  const passwd = [
    'root:x:0:0::/root:/bin/bash',
    ...names.map((name, at) => `${name}:x:${1001 + at}:${1001 + at}::/home/${name}:/bin/bash`),
  ].concat(other ?? [])
  const lines = sudoers.split('\n').map((text, at) => ({ file: '/etc/sudoers', number: at + 1, text, line: at + 1 }))
  const access: Access = {
    passwords: passwordsUnread
      ? unknown('Passwords: refused', ['access'])
      : known(
          ['root', ...names].map((account, at) => ({
            ...{ account, state: 'locked', line: at + 1 },
            ...(expired.includes(account) && { expiresDay: 1 }),
          })),
        ),
    keys: keysUnread ? unknown('Keys of accounts: sudo refused the command', ['access']) : known(parseLoginKeys(keys.map(keyRow))),
    keyLinks: links.map((path, at) => ({ path, line: 80 + at })),
    ...{
      webAccounts: webUnread
        ? unknown('Password files: refused', ['access'])
        : known(web.map((name, at) => ({ file: '/etc/nginx/.htpasswd', name, line: 60 + at }))),
      open: known([]),
      paths: [],
      acls: known([]),
      polkit: known({ rules: [], administrators: [] }),
      cron: known([]),
      timed: known([]),
      scripts: known([]),
      lingering: [],
    },
    lastLogins: lastLogins ?? known(['ada', 'rey'].map((account) => ({ account, at: NOW - 86_400_000, line: 40 }))),
  }
  return {
    accounts: {
      ...{ accounts: parsePasswd(passwd.join('\n')), groups: parseGroup(`docker:x:998:${docker}\nadmins:x:997:odd`) },
      ...(directory && { unlisted: { reason: 'sss lists nobody', line: 3 } }),
    },
    access: known(access),
    sudoers: sudoersUnread ? unknown('Rules of sudo: refused', ['privileged']) : known(parseSudoers(lines)),
    ...{ units: known([]), services: known([]), system: unknown('', []), network: unknown('', []), processes: known([]) },
    ...{
      sshd: known(parseSshd(sshd)),
      'model-files': known({ directories: [] }),
      'guarded-files': known({ files: [], folders: [] }),
      'oauth2-proxy': known([]),
      nginx: unknown('', []),
      programs: known([]),
    },
  }
}

const judge = (control: AnyControl, sin: Sin, policy: object | undefined): readonly string[] => {
  const facts = factsOf(sin)
  const given =
    control.needs.includes('access' as never) && facts.access.known
      ? {
          ...facts,
          access: facts.access.value,
          accounts: control.needs.includes('accounts' as never) ? facts.accounts : known(facts.accounts),
        }
      : facts
  const verdicts = (control.evaluate as unknown as (facts: unknown, context: PolicyContext) => readonly Verdict[])(given, contextOf(policy))
  return verdicts.map(({ status, subject }) => (subject === '' ? status : `${status} ${subject}`))
}
const policy = { tiers, left }

const backdoor = [
  ['ada', 'a'],
  ['odd', 'o'],
] as const

describe.each<[AnyControl, readonly [string, Sin, object | undefined, readonly string[]][]]>([
  [
    withinTiers,
    [
      ['all as they should be', {}, policy, ['pass']],
      ['no tiers', { docker: 'rey' }, undefined, ['not-applicable']],
      ['an operator in docker', { docker: 'rey' }, policy, ['fail rey']],
      ['an operator who may edit a unit', { sudoers: 'rey ALL=NOPASSWD: /usr/bin/systemctl' }, policy, ['fail rey']],
      ['an administrator in docker', { docker: 'ada' }, policy, ['pass']],
      ['an administrator by a group', { docker: 'odd', keys: backdoor }, policy, ['pass']],
      [
        'an operator who may do it by the fleet file',
        { docker: 'rey' },
        {
          tiers: {
            ...tiers,
            operators: {
              accounts: ['rey'],
              capabilities: [
                'become-root',
                'change-access',
                'change-configuration',
                'change-models',
                'read-prompts',
                'control-services',
                'read-logs',
                'send-inference',
              ],
            },
          },
        },
        ['pass'],
      ],
      ['sudo was not read', { sudoersUnread: true }, policy, ['not-evaluated']],
      ['sudo was not read, and a group says enough', { sudoersUnread: true, docker: 'rey' }, policy, ['fail rey']],
    ],
  ],
  [
    accountsInTiers,
    [
      ['all are', {}, policy, ['pass']],
      ['one is not', { keys: backdoor }, { tiers: { ...tiers, administrators: { accounts: ['ada'] } }, left }, ['warning odd']],
      ['a key of root', { keys: [['ada', 'a']] }, policy, ['pass']],
      ['no tiers', { keys: backdoor }, undefined, ['not-applicable']],
      ['keys were not read', { keysUnread: true }, policy, ['not-evaluated']],
      ['sudo was not read, which says nothing of logins', { sudoersUnread: true }, policy, ['pass']],
    ],
  ],
  [
    leaversClosed,
    [
      ['nothing is left', {}, policy, ['pass']],
      ['a key is left', { keys: [['lund', 'l']] }, policy, ['fail lund']],
      ['no tiers', { keys: [['lund', 'l']] }, undefined, ['not-applicable']],
      ['keys were not read', { keysUnread: true }, policy, ['not-evaluated']],
    ],
  ],
  [
    closedShut,
    [
      ['nobody is closed', { web: ['lund'] }, undefined, ['pass']],
      ['closed in both', { expired: ['lund'], web: ['ada'] }, undefined, ['pass lund']],
      ['one of two gets in at the proxy', { expired: ['lund', 'odd'], web: ['odd'] }, undefined, ['pass lund', 'fail odd']],
      ['an account of Gatehouse', { expired: ['gatehouse-ro'], web: ['gatehouse-ro'] }, undefined, ['pass']],
      ['password files were not read', { expired: ['lund'], webUnread: true }, undefined, ['not-evaluated']],
      ['and nobody is closed', { webUnread: true }, undefined, ['pass']],
      ['shadow was not read', { passwordsUnread: true }, undefined, ['not-evaluated']],
    ],
  ],
  [
    keysPersonal,
    [
      ['each has its own', {}, undefined, ['pass']],
      ['none at all', { keys: [] }, undefined, ['pass']],
      [
        'the same in two',
        {
          keys: [
            ['ada', 'a'],
            ['rey', 'a'],
          ],
        },
        undefined,
        [expect.stringMatching(/^warning SHA256:/)],
      ],
      [
        'the same twice in one',
        {
          keys: [
            ['ada', 'a'],
            ['ada', 'a'],
          ],
        },
        undefined,
        ['pass'],
      ],
      [
        'in an account of Gatehouse as well',
        {
          keys: [
            ['ada', 'a'],
            ['gatehouse-ro', 'a'],
          ],
        },
        undefined,
        ['pass'],
      ],
      ['keys were not read', { keysUnread: true }, undefined, ['not-evaluated']],
    ],
  ],
  [
    accountsUsed,
    [
      ['all are', {}, undefined, ['pass']],
      [
        'never',
        {
          keys: [
            ['ada', 'a'],
            ['odd', 'o'],
          ],
        },
        undefined,
        ['warning odd'],
      ],
      [
        'long ago',
        {
          lastLogins: known([
            { account: 'ada', at: NOW - 91 * 86_400_000, line: 1 },
            { account: 'rey', at: NOW, line: 2 },
          ]),
        },
        undefined,
        ['warning ada'],
      ],
      [
        'long ago, and the fleet file gives longer',
        {
          lastLogins: known([
            { account: 'ada', at: NOW - 91 * 86_400_000, line: 1 },
            { account: 'rey', at: NOW, line: 2 },
          ]),
        },
        { tiers, staleDays: 180 },
        ['pass'],
      ],
      ['nobody knows', { lastLogins: unknown('Last logins: lastlog is not installed', ['access']) }, undefined, ['not-evaluated']],
      ['keys were not read', { keysUnread: true }, undefined, ['not-evaluated']],
    ],
  ],
])('$id', (control, cases) => {
  test.each(cases)('%s', (_, sin, access, expected) => {
    expect(judge(control, sin, access)).toEqual(expected)
  })
})

const matches = (criteria: string, methods: string) => ({
  matches: [{ criteria, settings: [{ keyword: 'authenticationmethods', value: methods, line: 5 }], file: '/etc/ssh/sshd_config', line: 4 }],
  elsewhere: [],
})
const both = 'publickey,keyboard-interactive:pam'

describe('access-administrators-second-factor', () => {
  test.each<[string, string, object, object | undefined, readonly string[]]>([
    ['everybody is asked', both, { matches: [], elsewhere: [] }, policy, ['pass ada', 'pass odd']],
    ['nobody is', 'publickey', { matches: [], elsewhere: [] }, policy, ['fail ada', 'fail odd']],
    ['a block spares her', both, matches('user ada', 'publickey'), policy, ['fail ada', 'pass odd']],
    ['a block spares her group', both, matches('group admins', 'publickey'), policy, ['pass ada', 'fail odd']],
    ['a block spares everybody but her', both, matches('user *,!ada', 'publickey'), policy, ['pass ada', 'fail odd']],
    ['a block spares an operator', both, matches('user rey', 'publickey'), policy, ['pass ada', 'pass odd']],
    ['a block for an address', both, matches('address 10.0.0.0/8', 'publickey'), policy, ['warning ada', 'warning odd']],
    ['a block asks her, nothing asks the others', 'publickey', matches('user ada', both), policy, ['pass ada', 'fail odd']],
    ['blocks were not read', both, { matches: [], elsewhere: ['/srv/x'] }, policy, ['not-evaluated ada', 'not-evaluated odd']],
    ['no tiers', both, { matches: [], elsewhere: [] }, undefined, ['not-applicable']],
    ['no administrator', both, { matches: [], elsewhere: [] }, { tiers: {} }, ['not-applicable']],
  ])('%s', (_, methods, blocks, access, expected) => {
    const facts = {
      ...factsOf({}),
      sshd: parseSshd(`authenticationmethods ${methods}\nusepam yes\nkbdinteractiveauthentication yes`),
      'sshd-matches': blocks,
      pam: known(parsePam('/etc/pam.d/sshd:1:auth required pam_google_authenticator.so')),
    }
    const verdicts = (secondFactor.evaluate as unknown as (given: unknown, context: PolicyContext) => readonly Verdict[])(
      facts,
      contextOf(access),
    )
    expect(verdicts.map(({ status, subject }) => (subject === '' ? status : `${status} ${subject}`))).toEqual(expected)
  })
})

test('where a directory does not list its accounts, nothing is passed for want of a listed one', () => {
  const directory = true
  for (const control of [accountsInTiers, accountsUsed, leaversClosed, withinTiers])
    expect(judge(control, { directory }, policy)).toEqual(['not-evaluated'])
  // What is listed counts as before, and an account that only a group names is one.
  expect(judge(withinTiers, { directory, docker: 'rey' }, policy)).toEqual(['fail rey'])
  expect(judge(withinTiers, { directory, docker: 'jane@corp' }, { tiers: { operators: { accounts: ['jane@corp'] } }, left })).toEqual([
    'fail jane@corp',
  ])
  // Nobody says that somebody of the directory has no account.
  const facts = factsOf({ directory })
  const { fleet, host } = contextOf({ tiers: { operators: { accounts: ['jane@corp'] } } })
  const rows = (given: AccessFacts) =>
    compareTiers(hostAccess(given, NOW), fleet.access as AccessPolicy, fleet, host).flatMap(({ account, state }) =>
      account === 'jane@corp' ? state : [],
    )
  expect(rows(facts)).toEqual(['unknown'])
  expect(rows(factsOf({}))).toEqual(['missing'])
  const jump = { sshd: { settings: {} }, 'sshd-matches': { matches: [], elsewhere: [] }, accounts: facts.accounts, pam: unknown('', []) }
  const verdicts = (secondFactor.evaluate as unknown as (given: unknown, context: PolicyContext) => readonly Verdict[])(
    jump,
    contextOf({ tiers: { administrators: { accounts: ['jane@corp'] } } }),
  )
  expect(verdicts.map(({ status }) => status)).toEqual(['not-evaluated'])
})

describe('where keys may stand and nobody looked', () => {
  test.each<[string, Sin, string]>([
    ['a home elsewhere', { passwd: 'nia:x:1010:1010::/data/home/nia:/bin/bash' }, 'not-evaluated'],
    ['a home one folder deeper than is searched', { passwd: 'nia:x:1010:1010::/home/corp.example/nia:/bin/bash' }, 'not-evaluated'],
    ['a home of a service, without a shell', { passwd: 'tss:x:110:110::/data/tpm:/usr/sbin/nologin' }, 'pass'],
    ['a home that is not there', { passwd: 'nobody:x:65534:65534::/nonexistent:/bin/sh' }, 'pass'],
    ['a home in a folder of services', { passwd: 'postgres:x:111:111::/var/lib/postgresql:/bin/bash' }, 'pass'],
    ['a directory that lists nobody', { directory: true }, 'not-evaluated'],
    ['files of their own below /etc/ssh', { sshd: 'authorizedkeysfile .ssh/authorized_keys /etc/ssh/authorized_keys.d/%u' }, 'pass'],
    ['files elsewhere', { sshd: 'authorizedkeysfile .ssh/authorized_keys /srv/keys/%u' }, 'not-evaluated'],
    ['a program that gives keys', { sshd: 'authorizedkeyscommand /usr/bin/sss_ssh_authorizedkeys' }, 'not-evaluated'],
    ['no such program', { sshd: 'authorizedkeyscommand none' }, 'pass'],
  ])('%s', (_, sin, expected) => {
    expect(judge(keysPersonal, sin, undefined)).toEqual([expected])
  })

  test('two accounts of one home share its keys; one without a shell is nobody', () => {
    expect(judge(keysPersonal, { passwd: 'toor:x:0:0::/home/ada:/bin/sh' }, undefined)).toEqual([expect.stringMatching(/^warning SHA256:/)])
    expect(judge(keysPersonal, { passwd: 'www:x:33:33::/home/ada:/usr/sbin/nologin' }, undefined)).toEqual(['pass'])
  })
})

describe('access-keys-one-person', () => {
  const two = fleetSchema.parse({
    ...{ version: 1, name: 'x', identities: { audit: { user: 'gatehouse-ro' } } },
    hosts: ['gpu-01', 'gpu-02'].map((name) => ({ name, address: '10.0.0.1' })),
  })
  const [here, there] = two.hosts as [PolicyContext['host'], PolicyContext['host']]
  const keysOf = (sin: Sin, host: PolicyContext['host']) => {
    const facts = factsOf(sin)
    return keysOfHost({ ...facts, accounts: known(facts.accounts) }, two, host)
  }
  const judged = (mine: Sin, theirs: Sin | undefined, compared = mine) => {
    const facts = factsOf(mine)
    const others = theirs === undefined ? [] : [{ host: 'gpu-02', keys: keysOf(theirs, there) }]
    const section = fleetKeysSection(keysOf(compared, here), others)
    const given = {
      ...facts,
      access: facts.access.known && facts.access.value,
      accounts: known(facts.accounts),
      'fleet-keys': known(parseFleetKeys(section.stdout)),
    }
    const context = { fleet: two, host: here, now: NOW } as PolicyContext
    return (keysOnePerson.evaluate as unknown as (facts: unknown, context: PolicyContext) => readonly Verdict[])(given, context)
  }

  test.each<[string, Sin, Sin | undefined, readonly string[]]>([
    ['the same people with the same keys', {}, {}, ['pass']],
    ['one key for two names', {}, { keys: [['lund', 'a']] }, ['warning']],
    ['the key of one is in the file of root', {}, { keys: [['ada', 'a']], passwd: 'toor:x:0:0::/home/ada:/bin/sh' }, ['warning']],
    ['an account of Gatehouse there', {}, { keys: [['gatehouse-ro', 'a']] }, ['pass']],
    ['other keys there', {}, { keys: [['lund', 'x']] }, ['pass']],
    ['one key for two names, and not all were read', {}, { keys: [['lund', 'a']], links: ['/home/odd/.ssh'] }, ['warning']],
    ['a home there that is not searched', {}, { passwd: 'nia:x:1010:1010::/data/nia:/bin/bash' }, ['not-evaluated']],
    ['keys there were refused', {}, { keysUnread: true }, ['not-evaluated']],
    ['a home here that is not searched', { passwd: 'nia:x:1010:1010::/data/nia:/bin/bash' }, {}, ['not-evaluated']],
    ['no other host', {}, undefined, ['not-applicable']],
  ])('%s', (_, mine, theirs, expected) => {
    expect(judged(mine, theirs).map(({ status }) => status)).toEqual(expected)
  })

  test('a key that was not looked for has not passed, and what proves a shared one stands in both sections', () => {
    expect(judged({}, {}, { keys: [['ada', 'a']] }).map(({ status }) => status)).toEqual(['not-evaluated'])
    const [shared] = judged({}, { keys: [['lund', 'a']] })
    expect(shared?.title).toBe('One key opens accounts of 2 names')
    expect(shared?.cite.map(({ section, line }) => `${section} ${line}`)).toEqual(['access 20', 'fleet-keys 5'])
  })
})

test('a key of an authority is no key of a person', () => {
  const rows = ['ada', 'rey'].map((account, index) => {
    const row = keyRow([account, 'a'], index)
    return { ...row, text: row.text.replace('ssh-ed25519', 'cert-authority,principals="ops" ssh-ed25519') }
  })
  const facts = factsOf({})
  const access = facts.access.known ? { ...facts.access.value, keys: known(parseLoginKeys(rows)) } : expect.fail()
  const { fleet, host } = contextOf()
  expect(keysOfHost({ ...facts, access: known(access), accounts: known(facts.accounts) }, fleet, host).keys).toEqual([])
})

test('a key may stand behind a link, where nobody looked', () => {
  expect(judge(keysPersonal, { links: ['/home/rey/.ssh'] }, policy)).toEqual(['not-evaluated'])
  expect(judge(keysPersonal, { links: ['/home/nobody-here/.ssh'] }, policy)).toEqual(['pass'])
})
