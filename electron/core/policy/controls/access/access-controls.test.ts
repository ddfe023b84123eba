import { describe, expect, test } from 'vitest'
import type { AccessPolicy } from '#shared/model/fleet.ts'
import type { AccessFacts } from '../../../access/access-facts.ts'
import { hostAccess } from '../../../access/host-access.ts'
import { compareTiers } from '../../../access/tiers.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { parsePam } from '../../../facts/pam/parse.ts'
import { parseSshd } from '../../../facts/sshd/parse.ts'
import type { AnyControl, PolicyContext, Verdict } from '../../control.ts'
import accountsInTiers from './access-accounts-in-tiers.control.ts'
import accountsUsed from './access-accounts-used.control.ts'
import secondFactor from './access-administrators-second-factor.control.ts'
import closedShut from './access-closed-accounts-shut.control.ts'
import { contextOf, factsOf, judge, left, NOW, policy, type Sin, tiers } from './access-facts.testing.ts'
import keysPersonal from './access-keys-personal.control.ts'
import leaversClosed from './access-leavers-closed.control.ts'
import withinTiers from './access-within-tiers.control.ts'
import { oneByOne } from './tier-verdicts.ts'

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

test('past five hundred accounts one verdict speaks for the others', () => {
  const one = (subject: string): Verdict => ({ status: 'fail', subject, title: 't', reason: 'r', cite: [] })
  const many = Array.from({ length: 700 }, (_, index) => one(`u${index}`))
  expect(oneByOne(many.slice(0, 500))).toHaveLength(500)
  expect(oneByOne(many)).toHaveLength(501)
  expect(oneByOne(many).at(-1)).toMatchObject({ status: 'fail', subject: 'other accounts', title: '200 more accounts are like this' })
  expect(oneByOne([])).toEqual([])
})
