import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '../fixtures/app.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const made = ['.git', 'node_modules', 'out', 'dist', join('e2e', 'results')]
let copy: string

/** The demo builds: in a tree of its own, since suites that run beside this one use what is built in ours. */
test.beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'gatehouse-demo-tree-'))
  cpSync(root, copy, { recursive: true, filter: (source) => !made.includes(relative(root, source)) })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})
test.afterAll(() => rmSync(copy, { recursive: true }))

test('without a display the demo prints the matrix and leaves a report and a picture of the window', async () => {
  test.setTimeout(180_000)
  const results = join(copy, 'dist', 'demo')
  // As from a plain shell: no display, and nothing of this test run.
  const { PATH, HOME } = process.env
  const demo = await promisify(execFile)('npm', ['run', '--silent', 'demo'], {
    cwd: copy,
    env: { PATH, HOME },
    timeout: 170_000,
    killSignal: 'SIGKILL',
  })
  expect(demo.stderr).not.toMatch(/error/i)
  for (let item = 1; item <= 7; item += 1) expect(demo.stdout).toMatch(new RegExp(`INF-${item} .*(Pass|Fail|Unknown|N/A)`))
  expect(demo.stdout).toContain(join(results, 'report.html'))
  expect(demo.stdout).toContain(join(results, 'window.png'))
  expect(readFileSync(join(results, 'report.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*INF-7/i)
  const png = readFileSync(join(results, 'window.png'))
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  // Width and height of the IHDR chunk.
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1440, 900])
})
