import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseOsRelease, parseSystem } from './parse.ts'

const printed = (release: string, head: readonly string[] = ['1790000000', 'gpu-01', '6.1.0-28-amd64', '1001', 'audit', 'systemd']) =>
  `${[...head, release].join('\n')}\n`

/** os-release of the releases that Gatehouse is made for, shortened to the lines that count; taken from their base-files or *-release packages. */
describe.each([
  [
    'Debian 11',
    'PRETTY_NAME="Debian GNU/Linux 11 (bullseye)"\nNAME="Debian GNU/Linux"\nVERSION_ID="11"\nID=debian',
    'Debian GNU/Linux 11 (bullseye)',
    'debian',
    '11',
  ],
  [
    'Debian 12',
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian',
    'Debian GNU/Linux 12 (bookworm)',
    'debian',
    '12',
  ],
  [
    'Ubuntu 20.04',
    'NAME="Ubuntu"\nVERSION="20.04.6 LTS (Focal Fossa)"\nID=ubuntu\nID_LIKE=debian\nPRETTY_NAME="Ubuntu 20.04.6 LTS"\nVERSION_ID="20.04"',
    'Ubuntu 20.04.6 LTS',
    'ubuntu',
    '20.04',
  ],
  [
    'Rocky 9',
    'NAME="Rocky Linux"\nVERSION="9.4 (Blue Onyx)"\nID="rocky"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4 (Blue Onyx)"',
    'Rocky Linux 9.4 (Blue Onyx)',
    'rocky',
    '9.4',
  ],
  ['a rolling one', "NAME='Arch Linux'\nID=arch", 'Arch Linux', 'arch', ''],
  ['none at all', '', 'Linux', 'linux', ''],
])('%s', (_, release, os, osId, osVersion) => {
  test('is read', () => {
    expect(parseSystem(printed(release))).toEqual({
      ...{ os, osId, osVersion, kernel: '6.1.0-28-amd64', hostname: 'gpu-01', epochSeconds: 1790000000 },
      ...{ account: 'audit', uid: 1001, hasSystemd: true },
    })
  })
})

test.each([
  ['no clock', ['date: not found', 'h', 'k', '0', 'root', 'systemd'], 'the clock could not be read'],
  ['no uname', ['1', '', '', '0', 'root', 'systemd'], 'uname gave no answer'],
  ['no id', ['1', 'h', 'k', '', '', 'systemd'], 'the account could not be read'],
  ['an answer cut short', ['1', 'h', 'k', '0', 'root', 'sys'], 'the init system could not be read'],
])('%s', (_, head, problem) => expect(parseSystem(printed('ID=debian', head))).toBe(problem))

test('an account without a name is its number, and another init is said', () => {
  expect(parseSystem(printed('', ['1', 'h', 'k', '4711', '', 'other']))).toMatchObject({ account: '4711', uid: 4711, hasSystemd: false })
})

test.each([
  ['A="a \\"b\\" \\$c \\\\"', 'a "b" $c \\'],
  ['A=\'a "b"\'', 'a "b"'],
  ['A=plain', 'plain'],
  ['A=', ''],
  ['A="one"\nA="two"', 'two'],
  ['# A=no\nA=yes', 'yes'],
])('os-release: %j', (text, value) => expect(parseOsRelease(text.split('\n')).get('A')).toBe(value))

test('any text: an answer or a reason, never an exception', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseSystem(text)))
})
