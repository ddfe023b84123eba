import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseGroup, parsePasswd } from './parse.ts'

const fixture = (name: string): string => readFileSync(new URL(`./__fixtures__/${name}.txt`, import.meta.url), 'utf8')
const lines = (text: string): number => text.trimEnd().split('\n').length

test.each(['debian-11', 'debian-12', 'debian-13', 'busybox-1.37'])('%s: every line is an account or a group', (os) => {
  const [passwd, group] = [fixture(`${os}-passwd`), fixture(`${os}-group`)]
  expect(parsePasswd(passwd)).toHaveLength(lines(passwd))
  expect(parseGroup(group)).toHaveLength(lines(group))
  expect(parsePasswd(passwd)[0]).toMatchObject({ name: 'root', uid: 0, gid: 0, home: '/root', line: 1 })
})

/** As winbind and SSSD name them (sssd.conf(5), full_name_format). */
test('groups of a directory service may hold blanks', () => {
  const groups = parseGroup('CORP\\domain users:*:10513:CORP\\ada lovelace,bob@corp.example\nml team@corp.example:*:10600:ada\n')
  expect(groups).toMatchObject([
    { name: 'CORP\\domain users', gid: 10_513, members: ['CORP\\ada lovelace', 'bob@corp.example'] },
    { name: 'ml team@corp.example', gid: 10_600, members: ['ada'] },
  ])
})

test.each([
  '+::::::',
  '+@admins::0:0:::',
  '-@admins:x:0:0:::',
  '# comment',
  'x:y',
  ':x:0:0::/:/bin/sh',
  'a:x:-1:0::/:/bin/sh',
  'a:x:4294967296:0::/:/bin/sh',
  '',
])('no account: %j', (line) => {
  expect(parsePasswd(line)).toEqual([])
})

test('property: never throws', () => {
  fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => void [parsePasswd(text), parseGroup(text)]))
})
