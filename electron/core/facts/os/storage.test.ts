import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { collectOs } from './collect.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-storage-'))
afterAll(() => rmSync(folder, { recursive: true }))

const [section] = collectOs({ modelPaths: [] } as never)
const script = section?.kind === 'script' ? section.script : ''
/** From the functions that ask to the end of the loop over the model directories. */
const storage = script.slice(script.indexOf('rows() {'), script.indexOf("printf '@devices"))

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
