import { expect, test } from 'vitest'
import { type Host, way } from './host-access.testing.ts'

const dropIn = 'ada ALL=NOPASSWD: ALL'
const once = (path: string) => `sudo ALL → root → (only once sudo takes ${path}, which it refuses while others may write it)`

// sudo 1.9.13 and accounts of the lab: `sudo: /etc/sudoers.d/ops is world writable`, and goes on without it.
test.each<[string, Host, string | undefined]>([
  ['taken', { dropIn }, 'sudo ALL → root'],
  ['everybody writes it', { dropIn, open: 'f/446/root/root//etc/sudoers.d/ops' }, once('/etc/sudoers.d/ops')],
  ['a group writes it', { dropIn, open: 'f/460/root/ops//etc/sudoers.d/ops' }, once('/etc/sudoers.d/ops')],
  ['root’s group writes it', { dropIn, open: 'f/460/root/root//etc/sudoers.d/ops' }, 'sudo ALL → root'],
  ['another owns it', { dropIn, open: 'f/440/bob/root//etc/sudoers.d/ops' }, once('/etc/sudoers.d/ops')],
  ['everybody writes the folder', { dropIn, open: 'd/757/root/root//etc/sudoers.d' }, once('/etc/sudoers.d')],
  ['it takes nothing back', { sudoers: dropIn, dropIn: 'ada ALL=!ALL', open: 'f/446/root/root//etc/sudoers.d/ops' }, 'sudo ALL → root'],
  [
    'nor asks for root’s password',
    { sudoers: dropIn.replace('NOPASSWD: ', ''), dropIn: 'Defaults rootpw', open: 'f/460/root/ops//etc/sudoers.d/ops' },
    'sudo ALL → root → (asks for its own password)',
  ],
  [
    '/etc/sudoers itself, without which there would be no sudo',
    { sudoers: dropIn, open: 'f/446/root/root//etc/sudoers' },
    'sudo ALL → root',
  ],
])('a file of rules, %s', (_, host, expected) => expect(way({ paths: '', ...host }, 'ada', 'become-root')).toBe(expected))
