import { describe, expect, test } from 'vitest'
import { parseSudoers } from '../facts/privileged/parse-sudoers.ts'
import { type SudoAccount, type SudoCommand, saysStranger, sudoDecision } from './sudo-decision.ts'

/** Rules of sudoers(5) one by one, where there is no sudo to ask. `sudo-against-real.test.ts` holds whole files against the real one. */
const sudoers = (text: string) =>
  parseSudoers(text.split('\n').map((row, index) => ({ file: '/etc/sudoers', number: index + 1, text: row, line: index + 1 })))
const ops = { name: 'ops', gid: 1200 }
const root: SudoAccount = { name: 'root', uid: 0, groups: [{ name: 'root', gid: 0 }] }
const bob: SudoAccount = { name: 'bob', uid: 1102, groups: [] }
const ada: SudoAccount = { name: 'ada', uid: 1101, groups: [ops] }
const id: SudoCommand = { path: '/usr/bin/id', args: [] }

interface Question {
  readonly as?: SudoAccount
  readonly by?: SudoAccount
  readonly command?: SudoCommand
  readonly host?: readonly string[]
}
const asked = (text: string, { as = root, by = ada, command = id, host = ['gpu-01'] }: Question = {}) =>
  sudoDecision(sudoers(text), by, host, as, command)

describe('which command', () => {
  const at = (path: string, ...args: string[]): Question => ({ command: { path, args } })
  test.each<[string, Question, true | undefined]>([
    ['a folder: what lies in it', at('/usr/bin/id'), true],
    ['a folder: nothing below', at('/usr/bin/sub/id'), undefined],
  ])('%s', (_, question, allowed) => expect(asked('ada ALL=/usr/bin/', question)?.allowed).toBe(allowed))
  test.each<[string, Question, true | undefined]>([
    ['no arguments', at('/usr/bin/id'), true],
    ['none are allowed', at('/usr/bin/id', '-u'), undefined],
  ])('"": %s', (_, question, allowed) => expect(asked('ada ALL=/usr/bin/id ""', question)?.allowed).toBe(allowed))
  test.each<[string, true | undefined]>([
    ['/usr/bin/../bin/id', true],
    ['/bin/id', true],
    ['/usr/bin/../local/bin/id', undefined],
  ])('%s by another way', (path, allowed) => expect(asked('ada ALL=/usr/bin/id', at(path))?.allowed).toBe(allowed))
})

describe('which host', () => {
  test.each<[string, string, true | undefined]>([
    ['10.99.99.0/24', '10.99.99.200', true],
    ['10.99.99.0/24', '10.99.98.200', undefined],
    ['10.99.99.0/255.255.255.0', '10.99.99.1', true],
    ['10.99.99.7/32', '10.99.99.8', undefined],
    ['gpu-01', 'gpu-01.dc1.example', true],
    ['gpu-01', 'gpu-011.dc1.example', undefined],
  ])('%s names %s: %s', (rule, host, allowed) => expect(asked(`ada ${rule}=ALL`, { host: [host] })?.allowed).toBe(allowed))
})

test('a number that nobody has names no stranger', () => {
  const [grant] = sudoers('#-1 ALL=ALL').grants
  expect(saysStranger(grant?.users ?? [])).not.toBe(true)
  expect(saysStranger([{ word: '#-1', negated: false }])).not.toBe(true)
})

describe('settings', () => {
  test('runas_default is whom a rule without one means', () => {
    const text = 'Defaults runas_default=bob\nada ALL=/usr/bin/id'
    expect([asked(text, { as: bob })?.allowed, asked(text)?.allowed]).toEqual([true, undefined])
  })

  test('members of exempt_group are asked for nothing, others are', () => {
    const text = 'Defaults exempt_group=ops\nALL ALL=ALL'
    expect([asked(text)?.noPassword, asked(text, { by: bob })?.noPassword]).toEqual([true, false])
  })

  test('and secure_path does not hold for them', () => {
    const text = 'Defaults exempt_group=ops, secure_path="/usr/sbin:/usr/bin"\nALL ALL=ALL'
    expect([asked(text)?.heedsCaller, asked(text, { by: bob })?.heedsCaller]).toEqual([true, false])
  })

  test('those for the target come after those for all, wherever they stand', () => {
    expect(asked('Defaults>root !authenticate\nDefaults authenticate\nada ALL=(ALL) ALL')?.noPassword).toBe(true)
    expect(asked('Defaults!/usr/bin/id authenticate\nDefaults>root !authenticate\nada ALL=(ALL) ALL')?.noPassword).toBe(false)
  })

  test.each([
    ['env_keep += "LD_PRELOAD"', true],
    ['env_keep += "LD_PRELOAD"\nDefaults env_keep -= "LD_PRELOAD"', false],
    ['env_keep += "LD_PRELOAD"\nDefaults env_keep = "LANG"', false],
    ['env_keep += "LD_PRELOAD"\nDefaults !env_keep', false],
    ['setenv', true],
  ])('%j: libraries of one’s own %s', (setting, loadsCode) => {
    expect(asked(`Defaults ${setting}\nada ALL=ALL`)?.loadsCode).toBe(loadsCode)
  })
})
