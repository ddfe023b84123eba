import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseOs } from './parse.ts'
import { printTree } from './storage-tree.ts'

const fixture = readFileSync(new URL('./__fixtures__/debian12-lab.txt', import.meta.url), 'utf8')

test('a host of the lab', () => {
  const os = parseOs(fixture)
  expect(os?.sysctl['kernel/kptr_restrict']).toMatchObject({ value: '0' })
  expect(os?.sysctl['net/ipv4/conf/eth0/accept_redirects']).toMatchObject({ value: '1' })
  expect(os?.fileSystems).toMatchObject([
    { path: '/usr/share/ollama/.ollama/models', kind: 'overlay', source: 'overlay', mountedOn: '/', devices: [] },
  ])
  expect(os?.swaps).toEqual([])
  expect(os?.clockSynchronised?.value).toBe(false)
  expect(os?.journal?.value).toEqual({ storage: 'auto', directory: true })
  expect(os?.coredumpStorage?.value).toBe('external')
  expect(os?.services).toMatchObject([{ id: 'systemd-journald.service', activeState: 'active' }])
  for (const { line } of Object.values(os?.sysctl ?? {})) expect(fixture.split('\n')[line - 1]).toMatch(/^=/)
})

test('swap, storage, devices and modules, as lsblk(8), findmnt(8) and stat(1) print them', () => {
  const os = parseOs(
    [
      '@sysctl',
      '@security-modules',
      '=lockdown,capability,yama,apparmor',
      '@apparmor-enabled',
      '=Y',
      '@swaps',
      '@swap partition /dev/dm-1 - /dev/dm-1',
      '=vg-swap lvm',
      '=`-nvme0n1p3_crypt crypt',
      '=  `-nvme0n1p3 part',
      '=    `-nvme0n1 disk',
      '@file-system nfs4 store:/models /srv /srv/models with blank',
      '@devices',
      '=directory/755/root/root//',
      '=character special file/666/root/root//dev/nvidia0',
      '@lockdown',
      '=none [integrity] confidentiality',
      '@modules-signed',
      '=N',
      '@secure-boot',
      '=   1',
      '@journal',
      '=Storage=volatile',
      '=  Storage = Persistent',
    ].join('\n'),
  )
  expect(os?.swaps?.[0]).toMatchObject({ path: '/dev/dm-1', kind: 'partition', mountedOn: '' })
  expect(printTree(os?.swaps?.[0]?.devices ?? [])).toBe('lvm on crypt on part on disk')
  expect(os?.fileSystems[0]).toMatchObject({ path: '/srv/models with blank', kind: 'nfs4', source: 'store:/models' })
  expect(os?.devices.map(({ path }) => path)).toEqual(['/dev/nvidia0'])
  expect(os?.folders.map(({ path }) => path)).toEqual(['/'])
  expect([os?.lockdown?.value, os?.modulesSigned?.value, os?.secureBoot?.value]).toEqual(['integrity', false, true])
  expect(os?.journal?.value.storage).toBe('persistent')
  expect(os?.appArmorEnabled?.value).toBe(true)
  expect(os?.services).toBeUndefined()
})

test('without its first block nothing is known', () => {
  expect(parseOs('Welcome\n')).toBeUndefined()
})

test('property: never throws, whatever stands in the rows', () => {
  const block = fc.constantFrom(
    'sysctl',
    'swap x y z /s',
    'file-system a b c /d',
    'devices',
    'services',
    'journal',
    'clock',
    'logrotate',
    'lockdown',
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(block, fc.array(fc.string({ maxLength: 60 })))), (blocks) => {
      parseOs(`@sysctl\n${blocks.map(([name, rows]) => `@${name}\n${rows.map((row) => `=${row}\n`).join('')}`).join('')}`)
    }),
  )
})
