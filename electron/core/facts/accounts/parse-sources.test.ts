import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePasswd } from './parse.ts'
import { parseSources } from './parse-sources.ts'

const local = parsePasswd('root:x:0:0:root:/root:/bin/bash\n')
const homed = parsePasswd('lena:x:60012:60012:Lena:/home/lena:/bin/bash\n')
const sources = (rows: readonly string[], accounts = local) => parseSources(['root:x:0:', '@sources', ...rows].join('\n'), accounts)
const sss = 'nsswitch.conf asks sss as well, which does not list everybody it knows'

/** Lines of nsswitch.conf as Debian 13, authselect of RHEL 9 (profile sssd) and openSUSE ship them; the others after nsswitch.conf(5). */
test.each<[string, readonly string[], string | undefined]>([
  ['Debian', ['=accounts: files systemd', '=group: files systemd', '=sudoers: files'], undefined],
  ['RHEL without SSSD', ['=accounts:     sss files systemd', '=group:      sss files systemd'], undefined],
  ['RHEL with SSSD', ['=accounts:     sss files systemd', '=group:      sss files systemd', '@answers nss'], sss],
  ['merged', ['=group: files [SUCCESS=merge] sss [NOTFOUND=return] systemd', '@answers nss'], sss],
  ['only the accounts', ['=accounts: files sss', '=group: files', '@answers nss'], sss],
  ['initgroups alone', ['=group: files', '=initgroups: files sss', '@answers nss'], sss],
  ['winbind', ['=group: files winbind'], 'nsswitch.conf asks winbind as well, which does not list everybody it knows'],
  ['what nobody knows', ['=group: files himmelblau'], 'nsswitch.conf asks himmelblau as well, which does not list everybody it knows'],
  [
    'compat over LDAP',
    ['=accounts: compat', '=accounts_compat: ldap'],
    'nsswitch.conf asks ldap as well, which does not list everybody it knows',
  ],
  ['a comment', ['=group: files # sss winbind', '@answers nss'], undefined],
  ['another database', ['=netgroup: sss', '=hosts: files dns', '@answers nss'], undefined],
  ['no nsswitch.conf', [], undefined],
  ['closed', ['@unread /etc/nsswitch.conf'], '/etc/nsswitch.conf could not be read, so where accounts come from is not known'],
  [
    'a record',
    ['@membership /etc/userdb/ada:docker.membership'],
    '/etc/userdb/ada:docker.membership puts an account into a group, which no list shows',
  ],
])('who else may be there: %s', (_, rows, expected) => {
  expect(sources(rows).unlisted?.reason).toBe(expected)
})

test('what systemd-homed knows of groups no list shows', () => {
  expect(sources(['=group: files systemd'], homed).unlisted?.reason).toContain('lena is an account of systemd-homed')
})

test.each<[string, readonly string[], boolean]>([
  ['files', ['=sudoers: files', '@answers sudo'], false],
  ['SSSD', ['=sudoers: files sss', '@answers nss', '@answers sudo'], true],
  ['SSSD that serves no rules', ['=sudoers: files sss', '@answers nss'], false],
  ['LDAP', ['=sudoers: ldap files'], true],
])('who else gives rules of sudo: %s', (_, rows, expected) => {
  expect(sources(rows).sudoDirectory !== undefined).toBe(expected)
})

test('what an older audit did not ask is not known, and what a directory prints is no source', () => {
  expect(parseSources('root:x:0:\n', local).unlisted?.reason).toBe('where accounts and groups come from was not asked')
  expect(parseSources('@sources\n=group: files\nx:x:1:\n@sources\n=group: files sss\n@answers nss\n', local).unlisted).toEqual({
    reason: sss,
    service: 'sss',
    line: 5,
  })
})

test('property: never throws', () => {
  const word = fc.constantFrom('@sources', '=group:', '@answers nss', '@unread ', '@membership ', ' sss', '[', ']', '#', '\n')
  fc.assert(
    fc.property(
      fc.array(fc.oneof(word, fc.string({ maxLength: 20 })), { maxLength: 30 }),
      (parts) => void parseSources(parts.join(''), homed),
    ),
  )
})
