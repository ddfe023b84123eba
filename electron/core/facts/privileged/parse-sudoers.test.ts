import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sudoersCommand } from '../../probe/sudoers.ts'
import { parseSudoers } from './parse-sudoers.ts'
import type { FileLine } from './read-block.ts'

const lines = (text: string, file = '/etc/sudoers'): FileLine[] =>
  text.split('\n').map((row, index) => ({ file, number: index + 1, text: row, line: index + 1 }))
const read = (text: string) =>
  parseSudoers(lines(text)).rules.map(
    ({ user, command, noPassword, asRoot, negated }) =>
      `${negated ? '!' : ''}${user} ${noPassword ? 'free' : 'asks'} ${asRoot ? 'root' : 'other'}: ${command}`,
  )

test.each<[string, string, readonly string[]]>([
  ['Debian', 'root\tALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL', ['root asks root: ALL', '%sudo asks root: ALL']],
  ['no runas means root', 'ada ALL=/usr/bin/less', ['ada asks root: /usr/bin/less']],
  [
    'NOPASSWD holds for what follows',
    'ada ALL=(root) NOPASSWD: /bin/a, /bin/b, PASSWD: /bin/c',
    ['ada free root: /bin/a', 'ada free root: /bin/b', 'ada asks root: /bin/c'],
  ],
  ['runas holds for what follows', 'ada ALL=(www) /bin/a, (root) /bin/b', ['ada asks other: /bin/a', 'ada asks root: /bin/b']],
  ['a group only', 'ada ALL=(:video) /bin/a', ['ada asks other: /bin/a']],
  ['lists of users', 'ada, bob ,%ops ALL = NOPASSWD:ALL', ['ada free root: ALL', 'bob free root: ALL', '%ops free root: ALL']],
  ['several hosts on a line', 'ada gpu1=/bin/a : gpu2=NOPASSWD: /bin/b', ['ada asks root: /bin/a', 'ada free root: /bin/b']],
  [
    'aliases',
    'User_Alias ADMINS = ada, bob\nCmnd_Alias SHELLS = /bin/sh, /bin/bash\nADMINS ALL=(ALL) SHELLS',
    ['ada asks root: /bin/sh', 'bob asks root: /bin/sh', 'ada asks root: /bin/bash', 'bob asks root: /bin/bash'],
  ],
  ['aliases in a circle', 'User_Alias A = B : B = A\nA ALL=ALL', ['A asks root: ALL']],
  ['a line goes on', 'ada ALL=(root) \\\n  NOPASSWD: /bin/a, \\\n  /bin/b', ['ada free root: /bin/a', 'ada free root: /bin/b']],
  ['a uid, and a comment', '#1000 ALL=ALL # why', ['#1000 asks root: ALL']],
  ['escaped signs', 'ada ALL=/bin/x a\\=b\\,c\\:d', ['ada asks root: /bin/x a=b,c:d']],
  [
    'a star that stands for itself',
    String.raw`ada ALL=/usr/bin/find /etc -name \*.conf, /bin/ls *`,
    [String.raw`ada asks root: /usr/bin/find /etc -name \*.conf`, 'ada asks root: /bin/ls *'],
  ],
  ['refused commands', 'ada ALL=ALL, !/bin/sh', ['ada asks root: ALL', '!ada asks root: /bin/sh']],
  ['options of a command', 'ada ALL=(root) CWD=/srv TIMEOUT=5m NOPASSWD: /bin/a', ['ada free root: /bin/a']],
  ['Defaults !authenticate', 'Defaults:ada !authenticate\nada ALL=ALL\nbob ALL=ALL', ['ada free root: ALL', 'bob asks root: ALL']],
  ['Defaults for all', 'Defaults env_reset, !authenticate\nbob ALL=ALL', ['bob free root: ALL']],
])('%s', (_, text, expected) => {
  expect(read(text)).toEqual(expected)
})

test('files of sudoers.d count when they are included and sudo would read them', () => {
  const main = lines('@includedir /etc/sudoers.d')
  const names = ['90-cloud', 'x.bak', 'y~']
  const rules = parseSudoers([...main, ...names.flatMap((name) => lines('ada ALL=ALL', `/etc/sudoers.d/${name}`))])
  expect(rules.rules.map(({ file }) => file)).toEqual(['/etc/sudoers.d/90-cloud'])
  expect(rules.incomplete).toBeUndefined()
  expect(parseSudoers([...lines('root ALL=ALL'), ...lines('ada ALL=ALL', '/etc/sudoers.d/a')]).rules).toHaveLength(1)
})

// The real sudo 1.9.13 complains of such a loop and lists the rules all the same.
test('includes that lead back to themselves come to an end, and no rule of theirs is lost unsaid', () => {
  const folder = ['@includedir /etc/sudoers.d', '#includedir /etc/sudoers.d/']
  for (const loop of folder) {
    const files = [...lines('@includedir /etc/sudoers.d'), ...lines(`ada ALL=/bin/a\n${loop}\nada ALL=/bin/c`, '/etc/sudoers.d/a')]
    const { grants, incomplete } = parseSudoers([...files, ...lines('ada ALL=/bin/b', '/etc/sudoers.d/b')])
    expect([grants.map(({ file, line }) => `${file.at(-1)}${line}`), incomplete]).toEqual([['a1', 'a3', 'b1'], undefined])
  }
  expect(parseSudoers(lines('@include /etc/sudoers\nada ALL=ALL'))).toMatchObject({
    rules: [{}],
    incomplete: expect.stringContaining('/etc/sudoers'),
  })
  const own = [...lines('@includedir /etc/sudoers.d'), ...lines('@include /etc/sudoers.d/a\nada ALL=ALL', '/etc/sudoers.d/a')]
  expect(parseSudoers(own)).toMatchObject({ rules: [{}], incomplete: expect.stringContaining('/etc/sudoers.d/a') })
})

test('root’s own password may be what is asked for', () => {
  expect(parseSudoers(lines('Defaults env_reset, targetpw\nALL ALL=(ALL) ALL')).asksForRoot).toBe(true)
  expect(parseSudoers(lines('Defaults !targetpw\nada ALL=ALL')).asksForRoot).toBe(false)
})

test('what was not read is said', () => {
  expect(parseSudoers(lines('@include /srv/sudoers')).incomplete).toContain('/srv/sudoers')
  expect(parseSudoers(lines('this is nonsense')).incomplete).toContain('line 1')
})

test('property: never throws', () => {
  const word = fc.constantFrom(
    'ada',
    'ALL',
    '=',
    '(',
    ')',
    'NOPASSWD:',
    ',',
    ':',
    '\\',
    '"',
    '!',
    '#',
    ' ',
    '%sudo',
    'User_Alias A',
    '/bin/sh',
  )
  fc.assert(fc.property(fc.array(word, { maxLength: 30 }), (words) => void parseSudoers(lines(words.join('')))))
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void parseSudoers(lines(text))))
})

test('sudo-rs takes arguments as they are, but for a star that stands last', () => {
  const commandsOf = (text: string) => parseSudoers(lines(`ada ALL=${text}`), true).rules.map(({ command }) => command)
  expect(commandsOf('/usr/bin/find /etc -name *.conf, /bin/ls *, /bin/ls /srv *, /bin/id ""')).toEqual([
    String.raw`/usr/bin/find /etc -name \*.conf`,
    '/bin/ls *',
    '/bin/ls /srv *',
    '/bin/id ""',
  ])
})

test('what is written for sudo-rs means what is written for sudo', () => {
  const word = fc.stringMatching(/^[a-z[\]\\!,:=#(%+{-]{1,6}$/)
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), (args) => {
      const command = sudoersCommand('/bin/x', args, 'sudo-rs')
      fc.pre(command !== undefined && sudoersCommand('/bin/x', args) !== undefined)
      const said = (text: string, literal: boolean) => parseSudoers(lines(`ada ALL=${text}`), literal)
      expect(said(command ?? '', true).rules).toEqual(said(sudoersCommand('/bin/x', args) ?? '', false).rules)
      expect(said(command ?? '', true).rules).toHaveLength(1)
    }),
  )
})

// Held against 0.2.5 of Debian 13 and 0.2.15: a line with a setting that it does not know is passed over, all of it.
test.each<[string, readonly string[]]>([
  ['runas_default=bob', []],
  ['!authenticate', []],
  ['targetpw', ['targetpw']],
  ['targetpw, nonsense', []],
  ['env_keep+="A", targetpw, passwd_tries=3', ['env_keep+="A"', 'targetpw', 'passwd_tries=3']],
  // Which of both it is, nobody said.
  ['targetpw, insults, setenv', ['insults', 'setenv']],
])('sudo-rs: Defaults %s', (text, settings) => {
  expect(parseSudoers(lines(`Defaults ${text}`), true).defaults).toMatchObject([{ settings }])
})

test('a backslash at the end of a comment joins no line', () => {
  const text = ['ada ALL=/bin/a # now \\', 'bob ALL=NOPASSWD: ALL', 'eve ALL=/bin/b \\', ' -l # all \\', 'ALL ALL=ALL'].join('\n')
  const { grants } = parseSudoers(lines(text))
  expect(grants.map(({ users, command }) => `${users[0]?.word} ${command.word}`)).toEqual([
    'ada /bin/a',
    'bob ALL',
    'eve /bin/b -l',
    'ALL ALL',
  ])
})
