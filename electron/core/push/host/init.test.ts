import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { initRuntime, watchRuntime } from './init.ts'

test('the process that waits writes nothing any more once its undo is not held: the folder may be on its way out', async () => {
  const base = mkdtempSync(join(tmpdir(), 'gatehouse-watch-'))
  const sh = (script: string) => execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
  const runtime = `${initRuntime}${watchRuntime}`.replaceAll('/var/lib/gatehouse-push', base)
  // Of the host it has nothing but its clock and its processes.
  sh(`${runtime}gh_base=${base} gh_seconds=600\ngh_init() { echo none; }\n: >"$gh_base/undo"\ngh_arm_watch`)
  expect(readdirSync(base).sort()).toEqual(['due', 'undo', 'watch', 'watching'])
  const [pid] = sh(`cat ${base}/watching`).split(' ')
  sh(`rm ${base}/watch ${base}/watching ${base}/due`)
  while (existsSync(`/proc/${pid}`)) await pause(50)
  expect(readdirSync(base)).toEqual(['undo'])
  rmSync(base, { recursive: true })
})
