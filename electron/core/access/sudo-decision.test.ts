import { expect, test } from 'vitest'
import { parseSudoers } from '../facts/privileged/parse-sudoers.ts'
import { sudoDecision } from './sudo-decision.ts'

const parse = (text: string) =>
  parseSudoers(text.split('\n').map((row, index) => ({ file: '/etc/sudoers', number: index + 1, text: row, line: index + 1 })))
const root = { name: 'root', uid: 0, groups: [{ name: 'root', gid: 0 }] }
const ada = {
  name: 'gh-ada',
  uid: 64_101,
  groups: [
    { name: 'gh-ada', gid: 64_101 },
    { name: 'ops', gid: 64_200 },
  ],
}
const host = ['gpu-01', '10.20.4.11']

test.each<[string, string, boolean | undefined]>([
  ['the last that fits decides', 'gh-ada ALL=ALL, !/usr/bin/id', false],
  ['and allows again', 'gh-ada ALL=!/usr/bin/id\n%ops ALL=/usr/bin/id', true],
  ['nobody is named', 'gh-bob ALL=ALL', undefined],
  ['all but her', 'ALL,!gh-ada ALL=ALL', undefined],
  ['another host', 'gh-ada elsewhere=ALL', undefined],
  ['as another account', 'gh-ada ALL=(gh-bob) ALL', undefined],
  // Whether it is over is not looked at.
  ['taken back for a while', 'gh-ada ALL=ALL\ngh-ada ALL= NOTAFTER=20200101000000Z !/usr/bin/id', true],
  ['allowed for a while', 'gh-ada ALL= NOTBEFORE=20990101000000Z /usr/bin/id', true],
  ['a broken line gives nothing', 'gh-ada ALL ALL', undefined],
])('%s', (_, text, expected) => {
  expect(sudoDecision(parse(text), ada, host, root, { path: '/usr/bin/id', args: [] })?.allowed).toBe(expected)
})

// sudoers(5): networks, and regular expressions from sudo 1.9.10 on.
test.each<[string, string, boolean | undefined]>([
  ['a network', 'gh-ada 10.20.0.0/16 = ALL', true],
  ['a network by its mask', 'gh-ada 10.20.4.0/255.255.255.0 = ALL', true],
  ['another network by its mask', 'gh-ada 10.20.5.0/255.255.255.0 = ALL', undefined],
  ['all networks', 'gh-ada 0.0.0.0/0 = ALL', true],
  ['programs by an expression', 'gh-ada ALL = ^/usr/bin/(id|ls)$', true],
  ['other programs by an expression', 'gh-ada ALL = ^/usr/bin/(ls|i)$', undefined],
  ['arguments by an expression', 'gh-ada ALL = /usr/bin/id ^-[un]*$', true],
  ['other arguments', 'gh-ada ALL = /usr/bin/id ^-n$', undefined],
])('%s', (_, text, allowed) => {
  const says = sudoDecision(parse(text), ada, ['gpu-01', '10.20.4.11'], root, { path: '/usr/bin/id', args: ['-u'] })
  expect(says?.allowed).toBe(allowed)
})

test.each(['^/usr/bin/(a+)+$', '^/usr/bin/[[:alpha:]]+$', `^/${'a'.repeat(300)}$`])('%j is not followed, and said', (expression) => {
  expect(parse(`gh-ada ALL = ${expression}`)).toMatchObject({ grants: [], incomplete: '/etc/sudoers line 1 could not be read' })
})

// sudoers(5): `+netgroup` stands for users or hosts that innetgr(3) finds in it. Who that is, only a directory says.
test.each<[string, string, boolean | undefined, string?]>([
  ['a netgroup of accounts', '+staff ALL=ALL', undefined],
  ['all but a netgroup', 'ALL, !+staff ALL=ALL', undefined],
  ['a netgroup that changes nothing', 'ALL, +staff ALL=ALL', true],
  ['her by name, after it', '!+staff, gh-ada ALL=ALL', true],
  ['in an alias', 'User_Alias S = +staff\nS ALL=ALL', undefined],
  ['an alias that is taken back', 'User_Alias S = +staff\nALL, !S ALL=ALL', undefined],
  ['what takes it back is not believed', 'gh-ada ALL=ALL\n+staff ALL=!ALL', true],
  ['as a netgroup', 'gh-ada ALL=(+staff) ALL', undefined],
  ['on a netgroup of hosts', 'gh-ada +gpus=ALL', true, 'netgroup +gpus holds this host'],
  ['on all hosts but a netgroup', 'Host_Alias H = +gpus\ngh-ada ALL, !H=ALL', true, 'netgroup +gpus holds this host'],
  ['on a netgroup of hosts, and all', 'gh-ada +gpus, ALL=ALL', true],
  ['taken back on a netgroup of hosts', 'gh-ada ALL=ALL\ngh-ada +gpus=!ALL', true],
])('%s', (_, text, allowed, onlyIf) => {
  const says = sudoDecision(parse(text), ada, host, root, { path: '/usr/bin/id', args: [] })
  expect([says?.allowed, says?.onlyIf]).toEqual([allowed, onlyIf])
})

// As Debian and Ubuntu build sudo, /etc/hosts and DNS name its host. Each was tried with 1.9.13 and `127.0.1.1 gpu1.lab.internal gpu1`, and the loopback with `127.0.0.1 localhost gpu1`.
const known = (name: string) => `sudo knows this host as ${name}`
test.each<[string, string, string?]>([
  ['gpu1', 'allowed'],
  ['gpu*', 'allowed'],
  ['gpu1.lab.internal', 'allowed', known('gpu1.lab.internal')],
  ['gpu1.*', 'allowed', known('gpu1.*')],
  ['*.lab.internal', 'allowed', known('*.lab.internal')],
  ['gpu?.lab.*', 'allowed', known('gpu?.lab.*')],
  ['GPU1.LAB.INTERNAL', 'allowed', known('GPU1.LAB.INTERNAL')],
  ['far, gpu1.lab.internal', 'allowed', known('gpu1.lab.internal')],
  ['localhost', 'allowed', known('localhost')],
  ['ALL, !gpu1.lab.internal', 'allowed', known('gpu1.lab.internal')],
  // `127.0.1.1 other.example gpu1`
  ['other', 'allowed', known('other')],
  ['other.example', 'allowed', known('other.example')],
  ['other = ALL\nDefaults !fqdn\ngh-eve ALL', 'nothing'],
  ['another', 'nothing'],
  ['gpu2.lab.internal', 'nothing'],
  ['10.0.0.0/8', 'nothing'],
  ['gpu1.lab.internal = ALL\nDefaults !fqdn\ngh-eve ALL', 'nothing'],
  ['ALL = ALL\ngh-ada gpu1.lab.internal = !ALL\ngh-eve ALL', 'allowed'],
])('on %j: %s', (hosts, expected, onlyIf) => {
  const says = sudoDecision(parse(`gh-ada ${hosts} = ALL`), ada, ['gpu1', '192.0.2.1', '~other.example'], root, {
    path: '/usr/bin/id',
    args: [],
  })
  expect([says === undefined ? 'nothing' : says.allowed ? 'allowed' : 'refused', says?.onlyIf]).toEqual([expected, onlyIf])
})

test('lists of lists come to an end', () => {
  const aliases = Array.from({ length: 60 }, (_, n) => `User_Alias L${n + 1} = L${n}, L${n}`)
  const sudoers = parse(['User_Alias L0 = nobody', ...aliases, 'L60 ALL=ALL', 'User_Alias A = B : B = A', 'A ALL=ALL'].join('\n'))
  expect(sudoDecision(sudoers, ada, host, root, { path: '/usr/bin/id', args: [] })).toBeUndefined()
})
