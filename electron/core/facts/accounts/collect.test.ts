import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { shells } from '#testing/installed.ts'
import { collectAccounts } from './collect.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-accounts-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Whether the accounts of the host’s own file are asked about, by what nsswitch.conf(5) names. */
const asks = ([shell = '', ...words]: readonly string[], nsswitch: string): boolean => {
  const [, section] = collectAccounts()
  if (section?.kind !== 'script') throw new Error('not a script')
  const file = join(folder, 'nsswitch.conf')
  writeFileSync(file, nsswitch)
  const getent = 'getent() { case $1 in initgroups) echo "ada 1000 200002" ;; esac; }'
  const script = `${getent}\n${section.script.replaceAll('/etc/nsswitch.conf', file)}`
  return execFileSync(shell, [...words, '-c', script, 'sh', 'group'], { encoding: 'utf8' }).includes('@in ada')
}

test.each<[string, string, boolean]>([
  ['files alone', 'passwd: files systemd\ngroup: files [SUCCESS=merge] systemd\nhosts: files mdns4_minimal [NOTFOUND=return] dns\n', false],
  ['files of others', 'passwd: compat extrausers\ngroup: compat extrausers\nnetgroup: nis\n', false],
  ['sssd', 'passwd: files sss\ngroup: files sss\n', true],
  ['a directory of the cloud', 'passwd: files cache_oslogin oslogin\ngroup: files\n', true],
  ['groups alone', 'passwd: files\ngroup: files [SUCCESS=merge] himmelblau\n', true],
  ['initgroups alone', 'passwd: files\ngroup: files\ninitgroups: files vas4\n', true],
  ['behind compat', 'passwd: compat\ngroup: compat\ngroup_compat: lsass\n', true],
  ['rules of sudo alone', 'passwd: files\ngroup: files\nsudoers: files sss\n', false],
])('groups of a directory: %s', (_, nsswitch, expected) => {
  for (const shell of shells) expect([shell[0], asks(shell, nsswitch)]).toEqual([shell[0], expected])
})
