import { expect, test } from 'vitest'
import type { Accounts } from '../facts/accounts/accounts.ts'
import type { PathEntry } from '../facts/path-entry.ts'
import { onlyTrusted, openEntries } from './path-writers.ts'

const entry = (path: string, mode: number, owner = 'root', group = 'root', type: PathEntry['type'] = 'directory'): PathEntry => ({
  path,
  mode,
  owner,
  group,
  type,
  line: 1,
})
const accounts: Accounts = {
  accounts: [
    { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash', line: 1 },
    { name: 'vllm', uid: 990, gid: 990, home: '/', shell: '/usr/sbin/nologin', line: 2 },
    { name: 'ada', uid: 1000, gid: 1000, home: '/home/ada', shell: '/bin/bash', line: 3 },
  ],
  groups: [
    { name: 'root', gid: 0, members: [], line: 1 },
    { name: 'vllm', gid: 990, members: [], line: 2 },
    { name: 'ai', gid: 2000, members: ['ada'], line: 3 },
    { name: 'empty', gid: 2001, members: [], line: 4 },
  ],
}
const sound = [entry('/', 0o755), entry('/etc', 0o755), entry('/etc/x', 0o644, 'root', 'root', 'file')]

test.each<[string, readonly PathEntry[], readonly string[], readonly string[]]>([
  ['root’s alone', sound, ['root'], []],
  ['world-writable file', [...sound.slice(0, 2), entry('/etc/x', 0o646, 'root', 'root', 'file')], ['root'], ['every account may write it']],
  [
    'world-writable directory above',
    [entry('/', 0o755), entry('/etc', 0o777), ...sound.slice(2)],
    ['root'],
    ['every account may write /etc'],
  ],
  ['sticky directory above', [entry('/', 0o755), entry('/etc', 0o1777), ...sound.slice(2)], ['root'], []],
  [
    'a file that is not there, in a sticky directory',
    [entry('/', 0o755), entry('/etc', 0o1777)],
    ['root'],
    ['every account may write /etc'],
  ],
  ['a file that is not there, in a directory of root', [entry('/', 0o755), entry('/etc', 0o755)], ['root'], []],
  ['a file that was seen, below a sticky directory that was', [entry('/', 0o1777), ...sound.slice(2)], ['root'], []],
  [
    'sticky bit of a file is none',
    [...sound.slice(0, 2), entry('/etc/x', 0o1646, 'root', 'root', 'file')],
    ['root'],
    ['every account may write it'],
  ],
  ['owned by another', [...sound.slice(0, 2), entry('/etc/x', 0o400, 'ada', 'root', 'file')], ['root'], ['account ada owns it']],
  ['owned by the service', [...sound.slice(0, 2), entry('/etc/x', 0o600, 'vllm', 'vllm', 'file')], ['root', 'vllm'], []],
  [
    'writable for a group of strangers',
    [...sound.slice(0, 2), entry('/etc/x', 0o664, 'root', 'ai', 'file')],
    ['root'],
    ['group ai may write it'],
  ],
  ['writable for an empty group', [...sound.slice(0, 2), entry('/etc/x', 0o664, 'root', 'empty', 'file')], ['root'], []],
  ['entries off the way do not matter', [...sound, entry('/tmp', 0o777)], ['root'], []],
])('%s', (_, entries, trusted, expected) => {
  expect(openEntries('/etc/x', entries, trusted, accounts).map(({ who }) => who)).toEqual(expected)
})

test('a group counts with those whose primary group it is; unknown members are strangers', () => {
  expect(onlyTrusted('vllm', ['root'], accounts)).toBe(false)
  expect(onlyTrusted('vllm', ['root', 'vllm'], accounts)).toBe(true)
  expect(onlyTrusted('gone', ['root'], accounts)).toBe(false)
  expect(onlyTrusted('ai', ['root'], undefined)).toBe(false)
  expect(onlyTrusted('root', ['root'], undefined)).toBe(true)
})

test('a group that seems empty, where a directory does not list its accounts', () => {
  const unlisted = { ...accounts, unlisted: { reason: 'sss was not asked', line: 1 } }
  expect(['empty', 'vllm', 'root'].map((group) => onlyTrusted(group, ['root', 'vllm'], unlisted))).toEqual([false, true, true])
  expect(onlyTrusted('empty', ['root'], accounts)).toBe(true)
})

test.each<[string, string, string, string, number, readonly string[]]>([
  ['an account', 'user', 'ada', 'rw', 0o664, ['an ACL lets account ada write it']],
  ['an account that may read', 'user', 'ada', 'r', 0o664, []],
  ['the service', 'user', 'vllm', 'rw', 0o664, []],
  ['a group', 'group', 'ai', 'rw', 0o664, ['an ACL lets group ai write it']],
  ['a group that is empty', 'group', 'empty', 'rw', 0o664, []],
  ['the group of the file, whose bits are the mask', 'group', '', 'r', 0o664, []],
  ['the group of the file, which may', 'group', '', 'rw', 0o664, ['group ai may write it']],
])('access control lists: %s', (_, kind, name, allows, mode, expected) => {
  const acl = { ...{ path: '/etc/x', owner: 'root', group: 'ai', line: 7 }, kind: kind as 'user', name, allows }
  const own = kind === 'group' && name === '' ? 'ai' : 'root'
  const entries = [...sound.slice(0, 2), entry('/etc/x', mode, 'root', own, 'file')]
  expect(openEntries('/etc/x', entries, ['root', 'vllm'], accounts, [acl]).map(({ who }) => who)).toEqual(expected)
})
