import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import type { AccessFacts } from '../access/access-facts.ts'
import { hostAccess } from '../access/host-access.ts'
import type { Access } from '../facts/access/access.ts'
import { parseLoginKeys } from '../facts/access/login-keys.ts'
import { parseCron, parsePasswords } from '../facts/access/parse.ts'
import { parseGroup, parsePasswd } from '../facts/accounts/parse.ts'
import { known, unknown } from '../facts/fact.ts'
import { parseSudoers } from '../facts/privileged/parse-sudoers.ts'
import { render } from '../push/templates/render.ts'
import { shippedTemplate } from '../push/templates/templates.ts'
import type { ViewSources } from '../views/view-sources.ts'
import { accountOf, comparedHost, type Principal } from './access-overview.ts'
import { type Removal, removalsOf } from './removal.ts'
import { removalPushes } from './removal-push.ts'
import { removalPlan, removalShell } from './removal-text.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'gatehouse-ro' }, change: { user: 'gatehouse-rw' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
  access: { tiers: { operators: { accounts: ['bob'] } } },
})
const [host] = fleet.hosts
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl bob@laptop'
const rows = (text: string) => text.split('\n').map((row, index) => ({ text: row, line: index + 1 }))
const numbered = (file: string, text: string) => rows(text).map(({ text: row, line }) => ({ file, number: line, text: row, line }))
const names = ['bob', 'svc', 'ada', 'ldap-eve', 'gatehouse-ro', 'gatehouse-rw']

interface Planted {
  readonly sudoers?: Readonly<Record<string, string>>
  readonly files?: Partial<Access>
  readonly shadow?: readonly string[]
  readonly facts?: Partial<AccessFacts>
}

function factsOf({ sudoers = {}, files = {}, shadow = [], facts = {} }: Planted = {}): AccessFacts {
  const access: Access = {
    passwords: known(
      parsePasswords(
        rows(
          names
            .filter((name) => name !== 'ldap-eve')
            .map((name) => shadow.find((line) => line.startsWith(`${name}:`)) ?? `${name}:$:`)
            .join('\n'),
        ),
      ),
    ),
    shadowGroups: known([]),
    keys: known(parseLoginKeys(rows(`/home/bob/.ssh/authorized_keys:1:${key}`))),
    ...{ webAccounts: known([]), open: known([]), paths: [], acls: known([]), polkit: known({ rules: [], administrators: [] }) },
    ...{ cron: known([]), timed: known([]), scripts: known([]), lingering: [], lastLogins: known([]) },
    ...files,
  }
  const nothing = unknown('', [])
  const lines = Object.entries({ '/etc/sudoers': 'ada ALL=(ALL) NOPASSWD: ALL\n@includedir /etc/sudoers.d', ...sudoers }).flatMap(
    ([file, text]) => numbered(file, text),
  )
  return {
    accounts: {
      accounts: parsePasswd(
        ['root:x:0:0::/root:/bin/bash', ...names.map((name, at) => `${name}:x:${1001 + at}:${1001 + at}::/home/${name}:/bin/bash`)].join(
          '\n',
        ),
      ),
      groups: parseGroup([...names.map((name, at) => `${name}:x:${1001 + at}:`), 'docker:x:990:bob', 'games:x:60:bob'].join('\n')),
    },
    ...{ access: known(access), sudoers: known(parseSudoers(lines)), units: known([]), services: known([{ ...service }]) },
    ...{
      system: nothing,
      network: nothing,
      processes: nothing,
      sshd: nothing,
      'sshd-matches': nothing,
      'model-files': nothing,
      'guarded-files': nothing,
      'oauth2-proxy': known([]),
      nginx: unknown('', []),
      programs: known([]),
    },
    ...facts,
  }
}
const service = {
  ...{ id: 'vllm.service', unit: 'vllm.service', engine: 'vllm' as const, how: 'systemd' as const, running: true, user: 'svc' },
  ...{ apiKey: 'set' as const, binds: [], pids: [], modelPaths: [], argv: [] },
}

/** `web bob`: the name at the proxy. */
const principal = (word: string): Principal => {
  const [kind, account] = /^(web|idp|key) (.*)$/.exec(word)?.slice(1) ?? []
  return account === undefined ? { account: word, kind: 'account' } : { account, kind: kind as Principal['kind'] }
}

function removed(wanted: readonly string[], planted?: Planted): readonly Removal[] {
  const facts = factsOf(planted)
  return removalsOf(facts, hostAccess(facts, 0), {
    fleet,
    host: host as never,
    who: wanted.map(principal),
    date: '2026-11-26',
  })
}
const commands = ({ steps }: Removal) => steps.flatMap(({ argv }) => (argv ? [argv.join(' ')] : []))

test('the account is closed first, then what it leaves behind is taken away', () => {
  const [bob] = removed(['bob'], {
    sudoers: { '/etc/sudoers.d/bob': 'bob ALL=(ALL) NOPASSWD: ALL' },
    files: {
      cron: known(
        parseCron([...numbered('/var/spool/cron/crontabs/bob', '1 1 * * * true'), ...numbered('/etc/cron.d/job', '1 1 * * * bob true')]),
      ),
      lingering: [{ account: 'bob', line: 1 }],
    },
  })
  expect(commands(bob as Removal)).toEqual([
    'usermod --lock --expiredate 1 bob',
    'pkill -KILL -U bob',
    'mv -f -- /home/bob/.ssh/authorized_keys /home/bob/.ssh/authorized_keys.removed-2026-11-26',
    'crontab -u bob -r',
    'loginctl disable-linger bob',
    'gpasswd --delete bob docker',
    'mv -f -- /etc/sudoers.d/bob /etc/sudoers.d/bob.removed-2026-11-26',
    'visudo -c -q',
  ])
  expect(bob?.steps.filter(({ argv }) => argv === undefined).map(({ what }) => what)).toEqual([
    'A job that runs as it stands in /etc/cron.d/job: give it to another account, or take it out.',
    expect.stringContaining('take it out of tier operators'),
  ])
})

describe('what the newest audit no longer finds', () => {
  const closed = { shadow: ['bob:!:1'], facts: { processes: known([]) } }
  const emptied = { files: { keys: known([]) } }

  test('a closed account is not closed again, what it left stays until it is gone', () => {
    expect(commands(removed(['bob'], closed)[0] as Removal)).toEqual([
      'mv -f -- /home/bob/.ssh/authorized_keys /home/bob/.ssh/authorized_keys.removed-2026-11-26',
      'gpasswd --delete bob docker',
    ])
    expect(commands(removed(['bob'], { ...closed, ...emptied })[0] as Removal)).toEqual(['gpasswd --delete bob docker'])
  })

  test.each<[string, Planted]>([
    ['a password that fits', { shadow: ['bob:$:1'] }],
    ['a day that is to come', { shadow: ['bob:!:99999'] }],
    ['no day', { shadow: ['bob:!:'] }],
  ])('%s: it is not closed yet', (_, planted) => {
    expect(commands(removed(['bob'], planted)[0] as Removal)[0]).toBe('usermod --lock --expiredate 1 bob')
  })

  test.each<[string, Planted, RegExp]>([
    ['keys', { files: { keys: unknown('sudo refused', []) } }, /keys are left in \/home\/bob was not read/],
    ['keys behind a link', { files: { ...emptied.files, keyLinks: [{ path: '/home/bob/.ssh', line: 1 }] } }, /was not read: look there/],
    ['jobs', { files: { ...emptied.files, cron: unknown('sudo refused', []) } }, /jobs of cron was not read/],
    ['processes', emptied, /still runs/],
  ])('%s that were not read stay to be looked at', (_, planted, expected) => {
    const [bob] = removed(['bob'], { ...planted, shadow: closed.shadow })
    expect(bob?.steps.map(({ what }) => what).join(' ')).toMatch(expected)
  })
})

describe('what a push does of it', () => {
  const planted = {
    sudoers: { '/etc/sudoers.d/bob': 'bob ALL=(ALL) NOPASSWD: ALL', '/etc/sudoers.d/ops': 'bob, ada ALL=ALL' },
    files: {
      lingering: [{ account: 'bob', line: 1 }],
      webAccounts: known([
        { file: '/etc/nginx/.htpasswd', name: 'bob', line: 1 },
        { file: '/srv/users', name: 'bob', line: 2 },
      ]),
    },
  }
  const none = { passwordFiles: [], sudoFiles: [], lingering: [] }

  test('the account, its names at the proxy, files of sudo about nobody else, services without a login', () =>
    expect(removalPushes(removed(['bob', 'web bob'], planted))).toEqual([
      {
        host: 'gpu-01',
        template: 'accounts-closed',
        parameters: {
          accounts: ['bob'],
          passwordFiles: ['/etc/nginx/.htpasswd'],
          sudoFiles: ['/etc/sudoers.d/bob'],
          lingering: ['/var/lib/systemd/linger/bob'],
        },
      },
    ]))
  test('the template takes it', () => {
    const [{ parameters } = expect.fail()] = removalPushes(removed(['bob'], planted))
    expect(render(shippedTemplate('accounts-closed').manifest, parameters).files.map(({ path }) => path)).toContain('/etc/sudoers.d/bob')
  })
  test('several of one host are one push', () =>
    expect(removalPushes(removed(['ada', 'bob'].slice(1).concat('zoe')))).toEqual([
      { host: 'gpu-01', template: 'accounts-closed', parameters: { ...none, accounts: ['bob'] } },
    ]))
  test.each([
    ['of the last who can become root', ['ada', 'bob']],
    ['of nobody who is there', ['zoe']],
    ['of root', ['root']],
  ])('nothing %s', (_, wanted) => expect(removalPushes(removed(wanted).slice(0, 1))).toEqual([]))
})

test('a rule of sudo that names others, too, is left to a person', () => {
  const [bob] = removed(['bob'], { sudoers: { '/etc/sudoers.d/ops': 'User_Alias OPS = bob, ada\nOPS ALL=ALL' } })
  expect(commands(bob as Removal).join('\n')).not.toMatch(/sudo/)
  expect(bob?.steps.map(({ what }) => what)).toContain('Take it out of /etc/sudoers.d/ops with visudo -f.')
})

test('a group that a rule of sudo names is left', () => {
  const [bob] = removed(['bob'], { sudoers: { '/etc/sudoers.d/ops': '%games ALL=(ALL) NOPASSWD: ALL' } })
  expect(commands(bob as Removal).filter((command) => command.startsWith('gpasswd'))).toEqual([
    'gpasswd --delete bob docker',
    'gpasswd --delete bob games',
  ])
})

test('a name in a password file of the proxy loses its line', () => {
  const [web] = removed(['web c.d'], { files: { webAccounts: known([{ file: '/etc/nginx/htpasswd', name: 'c.d', line: 1 }]) } })
  expect(commands(web as Removal)).toEqual(['sed -i -e /^c\\.d:/d /etc/nginx/htpasswd'])
})

describe('an account and a name of the proxy that are called the same are two', () => {
  const users = (...names: readonly string[]) => ({
    files: { webAccounts: known(names.map((name, index) => ({ file: '/etc/nginx/.htpasswd', name, line: index + 1 }))) },
  })
  const files = (wanted: readonly string[], ...names: readonly string[]) =>
    removalPushes(removed(wanted, users(...names))).map(({ parameters }) => [parameters.accounts, parameters.passwordFiles])

  test('one of them is removed, the other stays as it is', () => {
    const [account] = removed(['bob'], users('bob'))
    expect(commands(account as Removal).join()).not.toContain('htpasswd')
    expect(account?.steps.map(({ what }) => what).join()).not.toContain('In the fleet file')
    const [web] = removed(['web bob'], users('bob'))
    expect(commands(web as Removal)).toEqual(['sed -i -e /^bob:/d /etc/nginx/.htpasswd'])
    expect(removalPushes(removed(['web bob'], users('bob')))).toEqual([])
    expect(removalShell('gpu-01', web ? [web] : [])).toContain('\n# bob (proxy)\n')
    // Nobody is called so any more: the fleet file need not name it.
    expect(removed(['bob', 'web bob'], users('bob'))[0]?.steps.at(-1)?.what).toMatch(/^In the fleet file/)
  })

  test('a push takes the lines of all accounts that it closes: not out of a file where such a name stays', () => {
    expect(files(['bob'], 'bob')).toEqual([[['bob'], []]])
    expect(files(['bob', 'web bob'], 'bob', 'ldap-eve')).toEqual([[['bob'], ['/etc/nginx/.htpasswd']]])
    const planted = { ...users('bob', 'ada'), sudoers: { '/etc/sudoers.d/zoe': 'svc ALL=(ALL) NOPASSWD: ALL' } }
    const steps = removed(['bob', 'web bob', 'ada'], planted).flatMap((one) => one.steps)
    expect(steps.filter(({ pushed }) => pushed?.as === 'passwordFiles')).toEqual([])
    expect(steps.flatMap(({ argv }) => argv?.join(' ') ?? [])).toContain('sed -i -e /^bob:/d /etc/nginx/.htpasswd')
  })

  test('Gatehouse logs in as its account, not as a name of the proxy', () => {
    expect(removed(['web gatehouse-ro'], users('gatehouse-ro'))[0]?.refused).toBeUndefined()
    const facts = factsOf(users('gatehouse-ro'))
    const sources = { facts: { ...facts, accounts: known(facts.accounts) }, outputs: new Map() } as unknown as ViewSources
    const rows = comparedHost(sources, fleet, host as never, 0).host.rows.filter(({ account }) => account === 'gatehouse-ro')
    expect(rows.map(({ kind, state, logins }) => [kind, state, logins])).toEqual([
      ['web', 'no-tier', ['proxy password']],
      ['account', 'own', ['console']],
    ])
    const found = (kind: 'account' | 'web') =>
      accountOf(comparedHost(sources, fleet, host as never, 0), { account: 'gatehouse-ro', kind }, sources)?.logins
    expect([found('account'), found('web')]).toEqual([['console'], ['proxy password']])
  })
})

describe('nothing is run against', () => {
  test.each([
    ['root', ['root'], 'It is root.'],
    ['the account that looks', ['gatehouse-ro'], 'Gatehouse itself logs in as it.'],
    ['the account that changes', ['gatehouse-rw'], 'Gatehouse itself logs in as it.'],
    ['the account of a service', ['svc'], 'vllm.service runs as it; what logs in as it must be taken away by hand.'],
    ['an account of a directory', ['ldap-eve'], 'It comes from a directory: it is closed there, for every host at once.'],
    ['the last one who can become root', ['ada', 'bob'], 'Nobody would be left who gets in and can become root.'],
    ['an account that is not there', ['zoe'], 'The newest audit does not have it.'],
  ])('%s', (_, wanted, refused) => {
    const [first] = removed(wanted)
    expect([first?.refused, commands(first as Removal)]).toEqual([refused, []])
  })

  test('an account of which it was not read whether it is of this host', () => {
    const [bob] = removed(['bob'], { files: { passwords: unknown('not read', []) } })
    expect([bob?.refused, commands(bob as Removal)]).toEqual(['Whether it is an account of this host or of a directory was not read.', []])
  })
})

test('one of two who can become root is removed', () => expect(removed(['ada'])[0]?.refused).toBeUndefined())

describe('as text', () => {
  const shellOf = (removals: readonly Removal[]) => removalShell('gpu-01', removals)

  test('the plan has the shell text of each host, and says what a push does of it', () => {
    const text = removalPlan('dc1', '2026-11-26', removed(['bob']))
    expect(text).toContain('  - By push: Close the account')
    expect(text).toContain('  - By root: End what still runs as it.')
    expect(text).toContain('  - By hand: In the fleet file')
    expect(text).toContain('```sh\n')
    expect(text).toContain('if pgrep -U bob >/dev/null 2>&1; then pkill -KILL -U bob; fi')
    expect(removalPlan('dc1', '2026-11-26', [])).toContain('Nothing is to be removed.')
  })

  test('whatever a host says, it stays within a comment or one word', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('\n', '\r', '\u2028', "'", '`', '$', '#', ' ', 'a') }),
    )
    fc.assert(
      fc.property(
        text,
        text,
        fc.array(
          text.filter((word) => !word.includes('\0')),
          { minLength: 1 },
        ),
        (account, what, argv) => {
          const shell = shellOf([
            { host: 'gpu-01', account, kind: 'account', refused: what, steps: [{ what, argv: ['printf', '%s\\n', ...argv] }] },
          ])
          // What broke out of a comment would print or fail.
          const ran = spawnSync('sh', ['-c', `id() { echo 0; }\n${shell}`], { encoding: 'buffer' })
          expect([ran.status, ran.stdout.toString('hex')]).toEqual([
            0,
            Buffer.from(argv.map((word) => `${word}\n`).join('')).toString('hex'),
          ])
        },
      ),
      { numRuns: 25, examples: [['a\nexit 3', 'b\nexit 3', ['c\nexit 3', "d'\nexit 3"]]] },
    )
  })

  test('dash accepts it', () => {
    const shell = shellOf(removed(['bob'], { sudoers: { '/etc/sudoers.d/bob': 'bob ALL=ALL' } }))
    expect(spawnSync('sh', ['-n'], { input: shell, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' })
  })
})
