import { expect, test } from 'vitest'
import { parseTrust } from '../facts/access/trust.ts'
import { certifiedNote } from './certified.ts'

const ada = { name: 'ada', uid: 1001, gid: 1001, home: '/home/ada', shell: '/bin/sh', line: 1 }
const note = (rows: string, settings: Readonly<Record<string, string>> = {}) => {
  const all: Readonly<Record<string, string>> = {
    trustedusercakeys: '/etc/ssh/ca.pub',
    authorizedprincipalsfile: '/etc/ssh/auth_principals/%u',
    ...settings,
  }
  const { principals } = parseTrust(rows.split('\n').map((text, at) => ({ text, line: at + 1 })))
  return certifiedNote((keyword) => all[keyword], ada, principals)
}
const READ = '/etc/ssh/auth_principals:0:'
const unread = 'for whom, /etc/ssh/auth_principals/%u say, which was not read'

test.each<[string, string, Readonly<Record<string, string>>, string | undefined]>([
  ['no authority', READ, { trustedusercakeys: 'none' }, undefined],
  ['whom a certificate names', READ, { authorizedprincipalsfile: 'none' }, 'may let it in; who is certified was not read'],
  [
    'names',
    `${READ}\n/etc/ssh/auth_principals/ada:1:# ops\n/etc/ssh/auth_principals/ada:2:web\n/etc/ssh/auth_principals/ada:3:restrict,from="10.0.0.0/8" ops # x`,
    {},
    'for web or ops may let it in',
  ],
  ['names of others alone', `${READ}\n/etc/ssh/auth_principals/bob:1:ops`, {}, undefined],
  ['a file of comments', `${READ}\n/etc/ssh/auth_principals/ada:1:# nobody`, {}, undefined],
  ['it was not looked for', '', {}, unread],
  ['it may not be read', `${READ}\ngrep: /etc/ssh/auth_principals/ada: Permission denied`, {}, unread],
  ['the folder may not be read', `${READ}\ngrep: /etc/ssh/auth_principals: Permission denied`, {}, unread],
  ['another file may not be read', `${READ}\ngrep: /etc/ssh/auth_principals/bob: Permission denied`, {}, undefined],
  ['it lies elsewhere', READ, { authorizedprincipalsfile: '%h/.ssh/principals' }, 'for whom, %h/.ssh/principals say, which was not read'],
  ['a program is asked as well', READ, { authorizedprincipalscommand: '/usr/bin/who' }, 'and /usr/bin/who say, which was not read'],
])('certificates: %s', (_, rows, settings, expected) => {
  const said = note(rows, settings)
  if (expected === undefined) expect(said).toBeUndefined()
  else expect(said).toContain(expected)
})
