import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { fleetSudoers } from './fleet-sudoers.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  identities: { audit: { user: 'gh-audit' } },
  hosts: [
    { name: 'gpu-01', address: '10.0.0.1', modelPaths: ['/data/a, b:c=*'] },
    { name: 'gpu-02', address: '10.0.0.2', identity: { user: 'CORP\\ann' } },
    { name: 'gpu-03', address: '10.0.0.3', identity: { user: 'root' } },
    { name: 'gpu-04', address: '10.0.0.4', modelPaths: ['/data -delete'] },
  ],
})
const changedBy = (user: string) => fleetSchema.parse({ ...fleet, identities: { ...fleet.identities, change: { user } } })
const rules = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

test('exact commands for every audit account but root, and nothing else', () => {
  const text = fleetSudoers(fleet)
  expect(fleetSudoers(fleet)).toBe(text)
  expect(rules(text).length).toBeGreaterThan(10)
  for (const rule of rules(text)) expect(rule).toMatch(/^(?:gh-audit|CORP\\\\ann) ALL=\(root\) NOPASSWD: \/[a-z]/)
  expect(text).toContain('/data/a\\,\\ b\\:c\\=\\*')
  expect(rules(text).filter((rule) => rule.includes('-delete'))).toEqual([])
  expect(text).toContain('# cannot be allowed exactly: ')
  // Who may connect to daemons that do as root what they are told: that of Incus where Debian has it (incus.socket).
  expect(text).toContain(' /run/docker.sock ')
  expect(text).toContain(' /var/lib/incus/unix.socket ')
  expect(rules(fleetSudoers(fleet, 'gpu-02')).every((rule) => rule.startsWith('CORP'))).toBe(true)
  expect(rules(fleetSudoers(fleet, 'gpu-03'))).toEqual([])
})

test('an account that changes hosts gets a shell without arguments, one that only looks never does', () => {
  const added = rules(fleetSudoers(changedBy('gh-change'))).filter((rule) => !rules(fleetSudoers(fleet)).includes(rule))
  expect(added).toEqual(['gh-change ALL=(root) NOPASSWD: /bin/sh ""'])
  expect(fleetSudoers(changedBy('gh-audit'))).toBe(fleetSudoers(fleet))
})

test.skipIf(spawnSync('visudo', ['--version']).status !== 0)('passes visudo', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-visudo-'))
  try {
    writeFileSync(join(folder, 'drop-in'), fleetSudoers(changedBy('CORP\\bob')), { mode: 0o440 })
    const { stdout, stderr, status } = spawnSync('visudo', ['-c', '-f', join(folder, 'drop-in')], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toContain('parsed OK')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
