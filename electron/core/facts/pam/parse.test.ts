import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PamEntry } from './pam.ts'
import { parsePam } from './parse.ts'

const recording = (name: string) => readFileSync(new URL(`./__fixtures__/${name}.txt`, import.meta.url), 'utf8')
const names = (entries: readonly PamEntry[] = []): readonly unknown[] =>
  entries.map((entry) => ('substack' in entry ? names(entry.substack) : entry.name))
const file = (name: string, ...rows: readonly string[]) => rows.map((row, index) => `/etc/pam.d/${name}:${index + 1}:${row}`).join('\n')

test('Debian 12 as installed: what sshd includes stands in its place', () => {
  const pam = parsePam(recording('debian-12'))
  expect(pam?.incomplete).toBeUndefined()
  expect(names(pam?.auth)).toEqual(['pam_unix', 'pam_deny', 'pam_permit'])
  expect(pam?.auth[0]).toMatchObject({ on: { success: 1, default: 'ignore' }, arguments: ['nullok'] })
})

test('the jump host of the lab: a one-time code alone', () => {
  const pam = parsePam(recording('debian-12-totp'))
  expect(names(pam?.auth)).toEqual(['pam_google_authenticator'])
  expect(pam?.auth[0]).toMatchObject({ on: { success: 'ok', default: 'bad' }, line: 1 })
})

test('include, substack, joined lines, comments, paths, a leading dash, other types', () => {
  const text = [
    file(
      'sshd',
      'auth include system-auth # all',
      'AUTH substack password-auth',
      '-auth [success=2 \\',
      '  default=die] /lib/security/pam_oath.so \\',
      'usersfile=/etc/oath',
      'account required pam_nologin.so',
    ),
    file('system-auth', 'auth requisite pam_deny.so'),
    file('password-auth', 'auth sufficient pam_unix.so', '@include common-auth'),
    file('common-auth', 'auth optional pam_env.so'),
  ].join('\n')
  const pam = parsePam(text)
  expect(pam?.incomplete).toBeUndefined()
  expect(names(pam?.auth)).toEqual(['pam_deny', ['pam_unix', 'pam_env'], 'pam_oath'])
  expect(pam?.auth[2]).toMatchObject({ on: { success: 2, default: 'die' }, arguments: ['usersfile=/etc/oath'] })
})

test.each([
  ['a file that was not read', file('sshd', 'auth include elsewhere'), '/etc/pam.d/elsewhere was not read'],
  ['a circle', `${file('sshd', '@include common-auth')}\n${file('common-auth', '@include common-auth')}`, 'too deeply'],
  ['an action that does not exist', file('sshd', 'auth [success=maybe] pam_unix.so'), 'could not be read'],
  ['a line that is cut', file('sshd', 'auth required'), 'could not be read'],
])('says what it cannot follow: %s', (_, text, reason) => {
  expect(parsePam(text)?.incomplete).toContain(reason)
})

test('without the file of sshd there is no stack', () => {
  expect(parsePam('grep: /etc/pam.d/sshd: Permission denied\n')).toBeUndefined()
})

test('any text is read, or refused; never an exception', () => {
  const words = fc.constantFrom(
    'auth',
    '[',
    'success=1',
    ']',
    'include',
    'substack',
    'sshd',
    '\\',
    '#',
    '@include',
    'pam_x.so',
    'required',
    '\u0000',
  )
  const row = fc.array(words, { maxLength: 6 }).map((all) => all.join(' '))
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), (rows) => {
      expect(Array.isArray(parsePam(file('sshd', ...rows))?.auth)).toBe(true)
    }),
  )
  fc.assert(fc.property(fc.string(), (text) => void parsePam(text)))
})
