import { expect, test } from 'vitest'
import type { Accounts } from '../../../facts/accounts/accounts.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { ask, outcomes } from '../proxy/proxy-facts.ts'
import { unit } from '../units/unit-facts.testing.ts'
import { accounts, sudoers } from './account-facts.testing.ts'
import { facts, ours } from './container-facts.testing.ts'
import notPrivileged from './inference-account-not-privileged.control.ts'

const judge = (given: Accounts, rules: string | undefined, change: object = {}, properties: readonly string[] = []) =>
  outcomes(
    ask(
      notPrivileged,
      facts('', [{ ...ours, ...change }], {
        accounts: given,
        sudoers: rules === undefined ? unknown('refused', ['privileged']) : known(sudoers(rules)),
        units: known([unit({}, { supplementaryGroups: properties })]),
      }),
    ),
  )
test.each<[string, string[]]>([
  ['no way', judge(accounts({ render: ['ai'] }), '%sudo ALL=ALL')],
  ['root’s password is asked for', judge(accounts(), 'Defaults targetpw\nALL ALL=(ALL) ALL')],
  ['exact commands', judge(accounts(), 'ai ALL=NOPASSWD: /usr/bin/systemctl restart vllm')],
] as [string, string[]][])('%s passes', (_, got) => {
  expect(got).toEqual(['pass: No group and no rule of sudo makes it root'])
})

test.each<[string, string[]]>([
  ['docker', judge(accounts({ docker: ['ai'] }), '')],
  ['disk', judge(accounts({ disk: ['ai'] }), undefined)],
  ['sudo through a group', judge(accounts({ sudo: ['ai'] }), '%sudo ALL=(ALL) ALL')],
  ['sudo for a shell', judge(accounts(), 'ai ALL=/bin/bash')],
  ['everybody', judge(accounts(), 'ALL ALL=NOPASSWD: ALL')],
  ['by its uid', judge(accounts(), '#990 ALL=ALL')],
  ['a group from its unit', judge(accounts(), '', {}, ['render', 'docker'])],
] as [string, string[]][])('%s fails', (_, got) => {
  expect(got).toEqual(['fail: The service account can become root'])
})

test.each<[string, object, string]>([
  ['docker as its group', { group: 'docker' }, 'Group=docker of its unit'],
  ['docker by its number', { supplementaryGroups: ['44', '999'] }, 'SupplementaryGroups=999 (docker) of its unit'],
  ['a group of MicroK8s', { supplementaryGroups: ['microk8s'] }, 'SupplementaryGroups=microk8s of its unit'],
  ['a group that sudo grants all', { supplementaryGroups: ['admins'] }, 'sudo ALL'],
  ['a group with files of root', { group: '998' }, 'group files'],
])('its unit has %s', (_, more, words) => {
  const given = accounts({ docker: [], admins: [], files: [] })
  const groups = given.groups.map((group) => ({ ...group, gid: { docker: 999, files: 998 }[group.name] ?? group.gid }))
  const folder = { path: '/etc/cron.d', type: 'directory', owner: 'root', group: 'files', mode: 0o775, line: 5 }
  const none = Object.fromEntries(
    ['passwords', 'shadowGroups', 'keys', 'acls', 'polkit', 'cron', 'timed', 'scripts'].map((name) => [name, unknown('', [])]),
  )
  const access = { ...none, open: known([folder]), raised: [], paths: [], lingering: [] }
  const [verdict] = ask(
    notPrivileged,
    facts('', [ours], {
      accounts: { ...given, groups },
      sudoers: known(sudoers('%admins ALL=(ALL) NOPASSWD: ALL')),
      access: known(access),
      units: known([unit({}, more)]),
    }),
  )
  expect(verdict).toMatchObject({ status: 'fail', title: 'The service account can become root' })
  expect(verdict?.reason).toContain(words)
})

test('an account that systemd makes is judged by the name and the groups of its unit', () => {
  const dynamic = (rules: string, groups: readonly string[] = [], now: Partial<typeof ours> = { uid: 61_500, user: '61500' }) =>
    outcomes(
      ask(
        notPrivileged,
        facts('', [{ ...ours, ...now }], {
          accounts: accounts({ video: [], gpu: [] }),
          sudoers: known(sudoers(rules)),
          units: known([unit({}, { dynamicUser: true, user: 'llm', supplementaryGroups: groups })]),
        }),
      ),
    )
  expect(dynamic('ai ALL=ALL\n%video ALL=ALL', ['gpu'])).toEqual(['pass: No group and no rule of sudo makes it root'])
  for (const found of [dynamic('llm ALL=ALL'), dynamic('%gpu ALL=ALL', ['gpu']), dynamic('', ['docker'])])
    expect(found).toEqual(['fail: The service account can become root'])
  const stopped = { running: false, uid: undefined, user: undefined }
  expect(dynamic('ai ALL=ALL', ['gpu'], stopped)).toEqual(['pass: No group and no rule of sudo makes it root'])
  expect(dynamic('', ['docker'], stopped)).toEqual(['fail: The service account can become root'])
})

test('what could not be read is not passed', () => {
  expect(judge(accounts(), undefined)).toEqual(['not-evaluated: What sudo grants its account is not known'])
  expect(judge(accounts(), '@include /srv/more')).toEqual(['not-evaluated: Not all rules of sudo could be read'])
  expect(judge(accounts(), '+admins ALL=ALL')).toEqual(['not-evaluated: Whom a rule of sudo names is not known'])
  expect(judge(accounts(), '+admins ALL=/usr/bin/systemctl restart vllm')).toEqual(['pass: No group and no rule of sudo makes it root'])
  expect(judge(accounts(), '', { uid: 4711 })).toEqual(['not-evaluated: The service account could not be looked up'])
  // What it starts may do as a variable says, or not.
  const kept = 'Defaults env_keep += "PYTHONPATH"\nai ALL=NOPASSWD: /opt/run'
  expect(judge(accounts(), kept)).toEqual(['not-evaluated: Whether it can become root is not known'])
})

test('not for root and empty hosts', () => {
  expect(judge(accounts(), '', { uid: 0 })).toEqual(['not-applicable: The server runs as root'])
  expect(outcomes(ask(notPrivileged, facts('', [], { accounts: accounts(), sudoers: known(sudoers('')), units: known([]) })))).toEqual([
    'not-applicable: No inference server on this host',
  ])
})
