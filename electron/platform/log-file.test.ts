import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { logFile } from './log-file.ts'

test('one line per message, whatever it holds; 0600; never more than two files of about 1 MB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-log-'))
  const log = logFile(join(folder, 'logs', 'a.log'))
  log('one\ntwo\r\nthree')
  const text = readFileSync(join(folder, 'logs/a.log'), 'utf8')
  expect(text.split('\n')).toHaveLength(2)
  expect(text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z one ⏎ two ⏎ three\n$/)
  expect(statSync(join(folder, 'logs/a.log')).mode & 0o777).toBe(0o600)
  for (let line = 0; line < 900; line += 1) log('x'.repeat(100_000))
  expect(readdirSync(join(folder, 'logs')).sort()).toEqual(['a.log', 'a.log.1'])
  for (const name of ['a.log', 'a.log.1']) expect(statSync(join(folder, 'logs', name)).size).toBeLessThan(1_010_000)
  rmSync(folder, { recursive: true })
})
