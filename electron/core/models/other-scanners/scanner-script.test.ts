import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readScannerAnswer } from './parse-scanners.ts'
import { scannerScript } from './scanner-script.ts'

const nonce = 'a'.repeat(32)
let folder: string
let program: string
let model: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'gatehouse-scanners-')))
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'bin'), { mode: 0o755 })
  program = join(folder, 'bin/picklescan')
  model = join(folder, "it's a model.pkl")
  writeFileSync(model, 'x')
  stand('echo "$2: dangerous import \'posix system\' FOUND"; exit 1')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Stands for picklescan. */
function stand(body: string): void {
  writeFileSync(program, `#!/bin/sh\n${body}\n`, { mode: 0o755 })
}

/** The script on this machine, where whoever runs the tests stands for root, and the folder of the test for /. */
function run(shell: readonly string[], calls: Parameters<typeof scannerScript>[0]) {
  const script = scannerScript(calls, nonce)
    .replace('/usr/local/bin/$1', `${folder}/bin/$1`)
    .replace('-user 0', `\\( -user 0 -o -user ${userInfo().uid} \\)`)
    .replace('while [ -n "$gs_d" ]', `while [ -n "$gs_d" ] && [ "$gs_d" != '${folder}' ]`)
  const [first = 'sh', ...words] = shell
  return readScannerAnswer(
    spawnSync(first, words, { input: script, encoding: 'utf8', env: { SECRET: 'x', PATH: process.env.PATH } }).stdout,
    nonce,
  )
}

describe.each([[['dash']], [['bash', '--posix']]])('on %s', (shell) => {
  const once = () => run(shell, [{ scanner: 'picklescan', program, path: model }])

  test('a scanner that root alone can change is found, and run on the file', () => {
    expect(run(shell, []).found).toEqual([{ scanner: 'picklescan', program, safe: true }])
    const { runs, finished } = once()
    const [one] = runs
    expect([finished, runs.length, one?.status, one?.output.trim()]).toEqual([
      true,
      1,
      1,
      `${model}: dangerous import 'posix system' FOUND`,
    ])
    expect(one?.before).toEqual(one?.after)
    expect(one?.before?.size).toBe(1)
  })

  test.each([
    ['the program', () => chmodSync(program, 0o775)],
    ['its directory', () => chmodSync(join(folder, 'bin'), 0o777)],
    [
      'what it imports',
      () =>
        mkdirSync(join(folder, 'lib/python3.11/site-packages'), { recursive: true, mode: 0o755 }) &&
        chmodSync(join(folder, 'lib/python3.11/site-packages'), 0o777),
    ],
  ])('others can change %s: it is not run', (_, open) => {
    open()
    expect(run(shell, []).found).toEqual([{ scanner: 'picklescan', program, safe: false }])
    expect(once().runs).toEqual([])
  })

  test('it gets no environment of ours, can write no file, and what it says too much is dropped', () => {
    stand(`(echo written >'${folder}/out'); env; pwd; head -c 300000 /dev/zero | tr '\\0' x; exit 3`)
    const [one] = once().runs
    expect(one?.status).toBe(3)
    expect(one?.output.length).toBeLessThanOrEqual(16_400)
    expect(one?.output).not.toContain('SECRET')
    expect(one?.output).toMatch(/^PYTHONNOUSERSITE=1$/m)
    expect(one?.output).toMatch(/^\/$/m)
    expect(existsSync(join(folder, 'out')) ? readFileSync(join(folder, 'out'), 'utf8') : '').toBe('')
  })

  test('words that pose as the end of a run do not end it', () => {
    stand(`echo '${'c'.repeat(32)} e 0 0 1/2/3/4.5/6.7'; exit 1`)
    expect(once().runs[0]?.status).toBe(1)
  })
})
