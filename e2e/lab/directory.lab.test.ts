import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Looked, list, look, of, way } from './directory-look.ts'
import { arrange, install, kill, start } from './lab.ts'

/** A host whose accounts lie in LDAP: 10,000 that are listed, and the same ones when the directory lists nobody. */

const data = mkdtempSync(join(tmpdir(), 'gatehouse-lab-'))
let listed: Looked
let unlisted: Looked
let text: string

beforeAll(async () => {
  await install('gpu1', 'accounts', ['directory.sh'])
  listed = await look(data)
  text = (await list(data)).stdout
  await arrange(
    'gpu1',
    'echo nss_disable_enumeration yes >>/etc/nslcd.conf; systemctl stop directory-asks; systemd-run -q --unit=directory-asked nslcd -d; sleep 1',
  )
  unlisted = await look(data)
}, 180_000)
afterAll(async () => {
  rmSync(data, { recursive: true })
  await kill('gpu1')
  await start('gpu1')
})

test('ten thousand are listed: all of them are shown', () => {
  const { accounts, cut } = listed.access
  expect(accounts.length).toBeGreaterThan(10_000)
  expect(cut).toBe(0)
  expect(way(listed, 'u00005')).toEqual(['sudo ALL', 'root'])
  expect(way(listed, 'u00012')).toEqual(['owns /etc/cron.d/owned', 'root'])
  // Primary group and supplementary.
  expect(['u00002', 'u00302', 'u00152'].map((name) => way(listed, name))).toEqual([1, 2, 3].map(() => ['sudo ALL', 'root']))
  expect(new Set(text.match(/\bu\d{5}\b/g)).size).toBe(10_000)
  expect(text.length).toBeLessThan(3_000_000)
})

test('none is listed: those that the host speaks of are shown, and nobody is said not to be there', () => {
  const { access } = unlisted
  for (const name of ['u00005', 'u00009', 'u00010', 'u00011', 'u00012', 'u00015'])
    expect([name, of(unlisted, name)?.login]).toEqual([name, 'unknown'])
  expect([way(unlisted, 'u00005'), way(unlisted, 'u00012')]).toEqual([way(listed, 'u00005'), way(listed, 'u00012')])
  expect(of(unlisted, 'u00009')?.keys).toHaveLength(1)
  expect(access.unlisted).toContain('nsswitch.conf asks ldap as well')
  expect(access.gaps.map(({ reason }) => reason)).toContain('/etc/sudoers.d/directory speaks of group g003, which no list shows')
})

test('a group of the directory that an account of the host is in', async () => {
  expect(await arrange('gpu1', 'id -nG gatehouse-change')).toContain('g002')
  expect(of(unlisted, 'gatehouse-change')?.groups).toContain('g002')
  // Asked for by its number, it says who else is in it.
  expect(way(unlisted, 'u00152')).toEqual(['sudo ALL', 'root'])
  expect(unlisted.access.gaps.map(({ reason }) => reason).join()).not.toContain('group g002')
})

test.each(['access-accounts-used', 'uid-zero-only-root', 'root-groups-empty'])('%s passes nothing that was not seen', (control) => {
  expect(listed.status(control)).not.toContain('pass')
  expect(unlisted.status(control)).not.toContain('pass')
})
