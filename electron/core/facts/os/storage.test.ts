import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { collectOs } from './collect.ts'
import { parseOs } from './parse.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-storage-'))
afterAll(() => rmSync(folder, { recursive: true }))

const [section] = collectOs({ modelPaths: [] } as never)
const script = section?.kind === 'script' ? section.script : ''
/** From the functions that ask to the end of the loop over the model directories. */
const storage = script.slice(script.indexOf('rows() {'), script.indexOf('echo @devices'))

test.each([
  ['ext4 /', 'rows of /dev/mapper/a'],
  ['btrfs /srv', 'rows of /dev/dm-0 /dev/sdb'],
])('what lies below %s', (found, expected) => {
  for (const [name, body] of Object.entries({
    findmnt: `echo '/dev/mapper/a[/@models] ${found}'`,
    readlink: 'echo /dev/dm-0',
    lsblk: 'shift 3; echo "rows of $*"',
  }))
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  for (const device of ['one/devices/sdc', 'two/devices/dm-0', 'two/devices/sdb']) mkdirSync(join(folder, device), { recursive: true })
  const printed = execFileSync('/bin/sh', ['-c', storage.replaceAll('/sys/fs/btrfs', folder), 'sh', folder], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
  })
  expect(printed.split('\n')).toContain(`=${expected}`)
})

test('of a device that lsblk does not find nothing is told, also of those beside it', () => {
  writeFileSync(join(folder, 'findmnt'), "#!/bin/sh\necho '/dev/sdb btrfs /srv'\n", { mode: 0o755 })
  writeFileSync(join(folder, 'lsblk'), "#!/bin/sh\necho 'sdb disk'; exit 64\n", { mode: 0o755 })
  const printed = execFileSync('/bin/sh', ['-c', storage.replaceAll('/sys/fs/btrfs', '/none'), 'sh', folder], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    encoding: 'utf8',
  })
  expect(printed).toContain('@file-system btrfs /dev/sdb /srv')
  expect(printed).not.toContain('=sdb')
})

test('how cryptsetup set a device up', () => {
  for (const [device, uuid, name] of [
    ['dm-0', 'CRYPT-LUKS2-0123-a', 'a'],
    ['dm-1', 'LVM-xyz', 'vg-b'],
    ['dm-2', 'CRYPT-VERITY-0123-c', 'c'],
  ] as const) {
    mkdirSync(join(folder, 'block', device, 'dm'), { recursive: true })
    writeFileSync(join(folder, 'block', device, 'dm/uuid'), `${uuid}\n`)
    writeFileSync(join(folder, 'block', device, 'dm/name'), `${name}\n`)
  }
  const mapped = storage.slice(storage.indexOf('echo @mapped'), storage.indexOf('if [ -r /proc/swaps'))
  expect(execFileSync('/bin/sh', ['-c', mapped.replace('/sys/block', `${folder}/block`)], { encoding: 'utf8' })).toBe(
    '@mapped\n=LUKS2 a\n=VERITY c\n',
  )
})

test('directories that lie elsewhere by links', () => {
  const home = mkdtempSync(join(folder, 'links-'))
  mkdirSync(join(home, 'data/models'), { recursive: true })
  symlinkSync(join(home, 'data'), join(home, 'above'))
  symlinkSync(join(home, 'data/models'), join(home, 'models'))
  const paths = ['data/models', 'above/models', 'models'].map((path) => join(home, path))
  const printed = execFileSync('/bin/sh', ['-c', storage, 'sh', ...paths], { encoding: 'utf8' })
  const real = join(home, 'data/models')
  expect(parseOs(`@sysctl\n${printed}`)?.linked).toEqual([
    { path: join(home, 'above/models'), real, itself: false, line: expect.any(Number) },
    { path: join(home, 'models'), real, itself: true, line: expect.any(Number) },
  ])
})
