import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { HostSession } from '../ports.ts'
import { type SudoPassword, withSudoPassword } from './root-shell.ts'

const never = new AbortController().signal
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-sudo-'))
  // As sudo does: -n runs nothing, -S asks on stderr and reads one line, three times.
  writeFileSync(
    join(folder, 'sudo'),
    `#!/bin/sh
echo "$*" >>'${folder}/words'
case $1 in -n) echo 'sudo: ein Passwort ist notwendig' >&2; exit 1 ;; esac
prompt=$4
shift 4
for try in 1 2 3; do
  printf %s "$prompt" >&2
  read -r given || exit 1
  echo "$given" >>'${folder}/given'
  if [ "$given" = "$(cat '${folder}/right')" ]; then [ "$1" = -v ] || exec "$@"; exit 0; fi
  echo 'Sorry, try again.' >&2
done
exit 1
`,
  )
  chmodSync(join(folder, 'sudo'), 0o755)
  writeFileSync(join(folder, 'right'), 'open sesame\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

const given = () => readFileSync(join(folder, 'given'), 'utf8')
const exec: HostSession['exec'] = (command, { stdin = '', feed, signal, onStdout, onStderr }) => {
  const child = spawn('/bin/sh', ['-c', command], { env: { PATH: `${folder}${delimiter}${process.env.PATH}` } })
  child.stdout.on('data', onStdout)
  child.stderr.on('data', (chunk) => onStderr?.(chunk))
  child.stdin.on('error', () => undefined)
  child.stdin.write(stdin)
  const input = Readable.from(feed ?? [])
  input.pipe(child.stdin)
  return new Promise((resolve, reject) => {
    child.on('close', (exitCode) => {
      input.destroy()
      resolve({ exitCode })
    })
    signal.addEventListener('abort', () => {
      child.kill()
      reject(signal.reason)
    })
  })
}

function asking(...answers: readonly (string | null)[]): SudoPassword & { readonly attempts: number[] } {
  const attempts: number[] = []
  const ask = async (attempt: number) => {
    attempts.push(attempt)
    return answers[attempt - 1] ?? null
  }
  return { known: undefined, attempts, ask }
}

async function run(password: SudoPassword, input: string, feed?: AsyncIterable<Uint8Array>) {
  let stdout = ''
  let stderr = ''
  const { exitCode } = await withSudoPassword(exec, password)('sudo -n /bin/sh', {
    ...(feed ? { feed } : { stdin: input }),
    timeoutMs: 5000,
    signal: never,
    onStdout: (chunk) => {
      stdout += chunk
      return true
    },
    onStderr: (chunk) => {
      stderr += chunk
    },
  })
  return { exitCode, stdout, stderr }
}

test('it is asked once, and stays in memory', async () => {
  const password = asking('open sesame')
  expect(await run(password, 'echo one\n')).toEqual({ exitCode: 0, stdout: 'one\n', stderr: '' })
  expect(await run(password, 'echo two >&2; exit 3\n')).toEqual({ exitCode: 3, stdout: '', stderr: 'two\n' })
  expect([password.attempts, password.known]).toEqual([[1], 'open sesame'])
  expect(readFileSync(join(folder, 'words'), 'utf8')).not.toContain('sesame')
})

test('all that was fed before and comes after gets there, once', async () => {
  const feed = new PassThrough()
  feed.write('echo one\n')
  const ask = async () => {
    feed.write('echo two\n')
    return 'open sesame'
  }
  const running = run({ known: undefined, ask }, '', feed)
  setTimeout(() => feed.end('echo three\n'), 600)
  expect(await running).toMatchObject({ exitCode: 0, stdout: 'one\ntwo\nthree\n' })
})

describe('a wrong one', () => {
  test('is asked for again; no word of what is to run is taken for a guess', async () => {
    const password = asking('wrong', 'open sesame')
    expect(await run(password, 'echo one\n')).toMatchObject({ stdout: 'one\n' })
    expect([password.attempts, given()]).toEqual([[1, 2], 'wrong\nopen sesame\nopen sesame\n'])
  })

  test('three times: refused with what sudo said, and forgotten', async () => {
    const password = asking('a', 'b', 'c')
    await expect(run(password, 'echo one\n')).rejects.toMatchObject({
      failure: { code: 'push.not-possible', detail: expect.stringMatching(/did not take it: Sorry/) },
    })
    expect([password.known, given()]).toEqual([undefined, 'a\nb\nc\n'])
  })

  test('another one since: forgotten', async () => {
    const password = asking('open sesame')
    await run(password, 'echo one\n')
    writeFileSync(join(folder, 'right'), 'new\n')
    await expect(run(password, 'echo two\n')).rejects.toMatchObject({ failure: { code: 'push.not-possible' } })
    expect(password.known).toBeUndefined()
  })
})

test('nobody answers: declined, and nothing runs', async () => {
  await expect(run(asking(null), 'echo one\n')).rejects.toMatchObject({ failure: { code: 'prompt.declined' } })
})

test('sudo wants something else: what it said at first, and nobody is asked', async () => {
  writeFileSync(join(folder, 'sudo'), '#!/bin/sh\necho "sudo: $1: no tty" >&2; exit 1\n')
  const password = asking('open sesame')
  expect(await run(password, 'echo one\n')).toEqual({ exitCode: 1, stdout: '', stderr: 'sudo: -n: no tty\n' })
  expect(password.attempts).toEqual([])
})

test('other commands are not touched', async () => {
  const password = asking('x')
  const { exitCode } = await withSudoPassword(exec, password)('sudo -n true', {
    ...{ timeoutMs: 5000, signal: never, onStdout: () => undefined },
  })
  expect([exitCode, password.attempts]).toEqual([1, []])
})
