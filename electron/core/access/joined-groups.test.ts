import { expect, test } from 'vitest'
import { readShadowGroups } from '../facts/access/gshadow.ts'
import { type FactResult, known, unknown } from '../facts/fact.ts'
import type { Printed } from '../facts/privileged/read-block.ts'
import { factsOf, type Host } from './host-access.testing.ts'
import { hostAccess } from './host-access.ts'

const way = (host: Host, capability = 'become-root') => {
  const eve = hostAccess(factsOf(host), 0).accounts.find(({ name }) => name === 'eve')
  const found = eve?.holdings.find((one) => one.capability === capability)
  return found && `${found.path.slice(1).join(' → ')}${found.condition ? ` (${found.condition})` : ''}`
}

const polkit =
  'polkit.addRule(function(action, subject) {\n  if (action.id == "org.freedesktop.systemd1.manage-units" && subject.isInGroup("ops")) {\n    return polkit.Result.YES;\n  }\n});'

// Each as shadow-utils 4.13, sudo 1.9.13 and polkit 122 do (e2e/lab/accounts.lab.test.ts).
test.each<[string, Host, string | undefined]>([
  ['a member by newgrp', { groups: { docker: '' }, gshadow: 'docker::eve:' }, 'newgrp docker, by /etc/gshadow → group docker → root'],
  ['an administrator', { groups: { docker: '' }, gshadow: 'docker:eve::' }, 'gpasswd docker, by /etc/gshadow → group docker → root'],
  [
    'sudo believes newgrp',
    { groups: { ops: '' }, gshadow: 'ops::eve:', sudoers: '%ops ALL=NOPASSWD: ALL' },
    'newgrp ops, by /etc/gshadow → sudo ALL → root',
  ],
  ['polkit does not', { groups: { ops: '' }, gshadow: 'ops::eve:', polkit }, undefined],
  [
    'and does believe gpasswd',
    { groups: { ops: '' }, gshadow: 'ops:eve:eve:', polkit },
    'gpasswd ops, by /etc/gshadow → a rule of polkit → root',
  ],
  ['a group that there is not', { gshadow: 'docker:eve:eve:' }, undefined],
  ['in it anyway', { groups: { docker: 'eve' }, gshadow: 'docker::eve:' }, 'group docker → root'],
  [
    'a program that lends it',
    { groups: { docker: '' }, raised: '2755/root/docker//srv/find' },
    '/srv/find, which is setgid docker → group docker → root',
  ],
  ['that this account may not start', { groups: { docker: '' }, raised: '2750/root/docker//srv/find' }, undefined],
  [
    'sudo believes it',
    { groups: { ops: '' }, raised: '2755/root/ops//srv/find', sudoers: '%ops ALL=NOPASSWD: ALL' },
    '/srv/find, which is setgid ops → sudo ALL → root',
  ],
  [
    'newgrp as well',
    { groups: { ops: '' }, raised: '2755/root/ops//srv/find', gshadow: 'ops::eve:', sudoers: '%ops ALL=NOPASSWD: ALL' },
    'newgrp ops, by /etc/gshadow → sudo ALL → root',
  ],
  [
    'a program that is another',
    { raised: '4755/svc/svc//srv/find', sudoers: 'svc ALL=NOPASSWD: ALL' },
    '/srv/find, which is setuid svc → account svc → sudo ALL → root',
  ],
  [
    'one that nobody knows',
    { groups: { docker: '' }, raised: '2755/root/docker//srv/agent' },
    '/srv/agent, which is setgid docker → group docker → root (only if /srv/agent does whatever it is told)',
  ],
  [
    'beside one that does',
    { groups: { docker: '' }, raised: '2755/root/docker//srv/find\n2755/root/docker//srv/agent' },
    '/srv/find, which is setgid docker → group docker → root',
  ],
  [
    'one of another that nobody knows',
    { raised: '4755/svc/svc//srv/agent', sudoers: 'svc ALL=NOPASSWD: ALL' },
    '/srv/agent, which is setuid svc → account svc → sudo ALL → root (only if /srv/agent does whatever it is told)',
  ],
  ['the distribution’s', { groups: { docker: '' }, raised: '2755/root/docker//usr/bin/agent' }, undefined],
  ['its own', { raised: '4755/eve/eve//srv/find', sudoers: 'svc ALL=NOPASSWD: ALL' }, undefined],
  ['somebody else', { groups: { docker: '' }, gshadow: 'docker:ada:bob:' }, undefined],
])('a group that no login gives: %s', (_, host, expected) => expect(way(host)).toBe(expected))

test('what its files give is held, too', () =>
  expect(way({ groups: { adm: '' }, gshadow: 'adm::eve:', guarded: 'f/640/root/adm//var/log/nginx/access.log' }, 'read-logs')).toMatch(
    /^newgrp adm, by \/etc\/gshadow → /,
  ))

const printed = (text: string, exitCode = 0): FactResult<Printed> =>
  known({ exitCode, line: 1, rows: text.split('\n').map((row, at) => ({ text: row, line: at + 2 })) })
const there = (words: string) => ({ words, rows: [], line: 9 }) as never

test.each([
  [
    'what it says',
    printed('root:*:\nops:eve:ada,bob:'),
    there('yes'),
    [{ name: 'ops', administrators: ['eve'], members: ['ada', 'bob'], line: 3 }],
  ],
  ['no such file', printed('root:*:', 2), there('no'), []],
  ['it is there and was not read', printed('root:*:', 2), there('yes'), 'Groups in /etc/gshadow: the file could not be read'],
  ['an audit that did not ask', printed('root:*:'), undefined, 'Groups in /etc/gshadow: the host was not asked'],
  [
    'sudo refused',
    unknown('State of passwords: sudo refused the command', ['access']),
    there('yes'),
    'Groups in /etc/gshadow: sudo refused the command',
  ],
  [
    'a line that was cut',
    printed(`ops::${'a'.repeat(3995)}`),
    there('yes'),
    'Groups in /etc/gshadow: a group has more members than were read',
  ],
])('reading it: %s', (_, rows, block, expected) => {
  const read = readShadowGroups(rows, block, 'access')
  expect(read.known ? read.value : read.reason).toEqual(expected)
})

test('who enters a group by it is open where it was not read', () => {
  const facts = factsOf({})
  const access = facts.access.known
    ? known({ ...facts.access.value, shadowGroups: unknown('Groups in /etc/gshadow: x', []) })
    : facts.access
  expect(
    hostAccess({ ...facts, access }, 0).gaps.map(({ reason, leavesOpen }) => [reason, leavesOpen.includes('become-root')]),
  ).toContainEqual(['Groups in /etc/gshadow: x', true])
})
