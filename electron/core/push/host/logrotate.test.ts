import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { logrotateOnHost } from './logrotate.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-logrotate-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** With a logrotate that prints this before the file of ours is there, and that once it is. */
function checked(
  before: readonly string[],
  after: readonly string[],
  status = 1,
): { readonly status: number | null; readonly said: string } {
  const tool = (lines: readonly string[]): string => {
    writeFileSync(
      join(folder, 'logrotate'),
      `#!/bin/sh\nprintf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} >&2\nexit ${status}\n`,
    )
    chmodSync(join(folder, 'logrotate'), 0o755)
    return `PATH=${folder}:$PATH gh_base=${folder}\n`
  }
  spawnSync('/bin/sh', { input: `${tool(before)}gh() { ${logrotateOnHost.validate}\n}; gh` })
  const ran = spawnSync('/bin/sh', { input: `${tool(after)}${logrotateOnHost.check}`, encoding: 'utf8' })
  return { status: ran.status, said: ran.stdout }
}
const theirs = 'error: aa-broken:2 unknown option -- ignoring line'
const ours = 'error: gatehouse-ai:3 bad rotation count'

test('a neighbour that was broken before is no fault of ours', () => {
  expect(checked(['reading config file nginx', theirs], ['reading config file nginx', theirs])).toEqual({ status: 0, said: '' })
  expect(checked([], [], 0)).toEqual({ status: 0, said: '' })
})

test('an error that was not there before is refused, and it alone is told', () => {
  expect(checked([theirs], [theirs, ours])).toEqual({ status: 1, said: `${ours}\n` })
  expect(checked(['reading config file nginx'], [ours])).toEqual({ status: 1, said: `${ours}\n` })
})

test('what fails without an error is refused with its last words', () =>
  expect(checked([theirs], ['reading', 'out of memory'])).toEqual({ status: 1, said: 'reading\nout of memory\n' }))
