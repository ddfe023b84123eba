import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { nftablesOnHost } from './firewalls.ts'

const base = mkdtempSync(join(tmpdir(), 'gatehouse-firewalls-'))
afterAll(() => rmSync(base, { recursive: true }))

/** iptables holds two tables of which the old file of nft takes one, ip6tables none. */
const bin = join(base, 'bin')
const program = (name: string, script: string) => writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
mkdirSync(bin)
program('iptables-save', "printf '%s\\n' '*nat' '-A PREROUTING -j DOCKER' COMMIT '*filter' '-A FORWARD -j DOCKER' COMMIT")
program('iptables-restore', 'echo "restore $* $(tr "\\n" " ")"')
program('ip6tables-save', ':')
program('ip6tables-restore', 'echo six')

/** `nft` and `systemctl` as the shell finds them: what is asked of the one, and when the service of the other began (`''`: it does not run). */
function nft(script: string, began: string): string {
  const around = `gh_base='${base}' gh_back=0
gh_files() { :; }
gh_property() { echo '${began}'; }
systemctl() { [ -n '${began}' ]; }
PATH=${bin}:$PATH
nft() { case $* in "list table ip filter") ;; list*) return 1 ;; *) echo "nft $*" ;; esac; }
step() {
${script}
}
step`
  const { stdout, stderr, status } = spawnSync('/bin/sh', { input: around, encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}

const { validate = '', reactivate = '' } = nftablesOnHost
const gone = 'nft delete table inet gatehouse\n'
const loaded = `${gone}nft -f /etc/nftables.conf\nrestore -w *nat -A PREROUTING -j DOCKER COMMIT \n`

test.each([
  ['the service was off', '', '', gone],
  ['the service was off, and began with the new file as the host did', '', '9', gone],
  ['the old file was in use, and its tables stayed beside the new one: loading it may flush those of others', '7', '7', gone],
  ['the old file was in use, and the service began with the new one since', '7', '9', loaded],
  ['the old file was in use, and its service is off: its tables went with it', '7', '', loaded],
])('nftables, undone: %s', (_, before, now, expected) => {
  nft(validate, before)
  expect(nft(reactivate, now)).toBe(expected)
})

test('nftables, undone: the table was there before', () => {
  nft(validate, '')
  writeFileSync(join(base, 'nft-table'), '')
  expect(nft(reactivate, '')).toBe(loaded)
})
