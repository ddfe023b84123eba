import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from '../fixtures/app.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('without a display the demo prints the matrix and leaves a report and a picture of the window', async () => {
  test.setTimeout(180_000)
  const results = join(root, 'dist', 'demo')
  rmSync(results, { recursive: true, force: true })
  // As from a plain shell: no display, and nothing of this test run.
  const { PATH, HOME } = process.env
  const demo = await promisify(execFile)('npm', ['run', '--silent', 'demo'], {
    cwd: root,
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
