import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { awks } from '#testing/installed.ts'
import { mountsScript } from './mounts.ts'

const top = mkdtempSync(join(tmpdir(), 'gatehouse-mounts-'))
afterAll(() => rmSync(top, { recursive: true }))

const asked = (awk: readonly string[]) =>
  spawnSync('sh', ['-c', `awk() { ${awk.join(' ')} "$@"; }\n${mountsScript.replaceAll(/(?<=[" ])(\/(?:proc|etc)\/)/g, `${top}$1`)}`], {
    encoding: 'utf8',
  }).stdout.split('\n')

test.each(awks)('%s: mounts without setuid, and other names of the host', (...awk) => {
  for (const folder of ['proc/sys/kernel', 'etc']) mkdirSync(join(top, folder), { recursive: true })
  writeFileSync(join(top, 'proc/sys/kernel/hostname'), 'gpu1\n')
  writeFileSync(join(top, 'proc/mounts'), '/dev/a / ext4 rw 0 0\n/dev/b /home ext4 rw,nosuid 0 0\n')
  rmSync(join(top, 'etc/hosts'), { force: true })
  expect(asked(awk)).toEqual(['@nosuid', '=+/', '=-/home', '@host-names', ''])
  const hosts =
    '127.0.0.1 localhost\n127.0.1.1\tother.example\tGPU1 # x\n10.0.0.2 gpu1 alias\n10.0.0.3 gpu2 gpu12\n# 10.0.0.4 no gpu1\n10.0.0.5 last gpu1'
  writeFileSync(join(top, 'etc/hosts'), hosts)
  expect(asked(awk).slice(3)).toEqual(['@host-names', '=other.example', '=last', ''])
})
