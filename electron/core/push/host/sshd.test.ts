import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { sshdOnHost } from './sshd.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-sshd-'))
afterAll(() => rmSync(folder, { recursive: true }))
const OURS = join(folder, 'ours.conf')

/** As `sshd -T` of OpenSSH 9.2 prints: of the file alone, and of all files. */
function checked(alone: string, all: string, reverts = ''): readonly [number | null, string] {
  const text =
    '# a\nAllowUsers a\nAllowUsers b\nMaxAuthTries 3\nChallengeResponseAuthentication no\nLoginGraceTime 30\nMatch User c\nLogLevel DEBUG\n'
  writeFileSync(OURS, text)
  const script = `#!/bin/sh\ncase "$*" in -t) ;; *-f*) printf '%b' '${alone}' ;; *) printf '%b' '${all}' ;; esac\n${alone === '' ? 'case "$*" in *-f*) exit 1 ;; esac\n' : ''}`
  writeFileSync(join(folder, 'sshd'), script, { mode: 0o755 })
  const input = `PATH=${folder}:$PATH gh_reverts=${reverts}\n${sshdOnHost.check} ${OURS}\n`
  const { status, stdout } = spawnSync('/bin/sh', { input, encoding: 'utf8' })
  return [status, stdout]
}

const ALONE = 'allowusers a\\nallowusers b\\nmaxauthtries 3\\nlogingracetime 30\\nloglevel INFO\\n'
const taken = (what: string) => [1, expect.stringContaining(`sshd would not take ${what} from ${OURS}`)]

test('all of it holds, beside names of others and stricter numbers; what stands below a Match is not looked for', () => {
  expect(checked(ALONE, ALONE.replace('INFO', 'VERBOSE'))).toEqual([0, ''])
  expect(checked(ALONE, `allowusers z\\n${ALONE.replace('maxauthtries 3', 'maxauthtries 2')}`)).toEqual([0, ''])
})

test('another value comes first, or the file is not read', () => {
  expect(checked(ALONE, ALONE.replace('maxauthtries 3', 'maxauthtries 6'))).toEqual(
    taken('maxauthtries 3 (it goes on with maxauthtries 6)'),
  )
  expect(checked(ALONE, 'maxauthtries 3\\nlogingracetime 30\\n')).toEqual(taken('allowusers a (it goes on with none)'))
})

test('OpenSSH 10.6 prints keywords as its manual writes them', () => {
  const alone = 'AllowUsers a\\nMaxAuthTries 3\\n'
  expect(checked(alone, `${alone}LogLevel INFO\\n`)).toEqual([0, ''])
  expect(checked(alone, alone.replace('MaxAuthTries 3', 'MaxAuthTries 6'))).toEqual(
    taken('MaxAuthTries 3 (it goes on with MaxAuthTries 6)'),
  )
})

test('where the file alone is no configuration nothing is said, and what is taken back need not hold', () => {
  expect(checked('', 'maxauthtries 6\\n')).toEqual([0, ''])
  expect(checked(ALONE, 'maxauthtries 6\\n', 'id')).toEqual([0, ''])
})
