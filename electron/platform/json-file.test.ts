import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { jsonFile } from './json-file.ts'

const schema = z.object({ n: z.int() })
let folder: string
let logged: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-json-'))
  logged = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))
const file = (name = 'a.json') => jsonFile(join(folder, name), schema, { n: 1 }, (message) => logged.push(message))

test('what was written is read, 0600, and nothing else is left in the folder', () => {
  file('deep/a.json').write({ n: 5 })
  expect(file('deep/a.json').read()).toEqual({ n: 5 })
  expect(readdirSync(join(folder, 'deep'))).toEqual(['a.json'])
  expect(statSync(join(folder, 'deep/a.json')).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700)
})

test('a file that is not there is the default, silently', () => {
  expect(file().read()).toEqual({ n: 1 })
  expect(logged).toEqual([])
})

test.each(['', '{', 'null', '[]', '{"n":"x"}', '{"n":1.5}', '\u0000\u0001'])('a file that holds %j is kept aside unchanged', (text) => {
  writeFileSync(join(folder, 'a.json'), text)
  expect(file().read()).toEqual({ n: 1 })
  const [aside] = readdirSync(folder)
  expect(aside).toMatch(/^a\.json\.damaged-\d+$/)
  expect(readFileSync(join(folder, aside ?? ''), 'utf8')).toBe(text)
  expect(logged).toHaveLength(1)
  file().write({ n: 2 })
  expect(file().read()).toEqual({ n: 2 })
})

test('a folder in its place is the default, and is said', () => {
  expect(jsonFile(folder, schema, { n: 1 }, (message) => logged.push(message)).read()).toEqual({ n: 1 })
  expect(logged).toHaveLength(1)
})

test('writing where it cannot be written throws and leaves what was there', () => {
  file().write({ n: 3 })
  chmodSync(folder, 0o700)
  expect(() => jsonFile(join(folder, 'a.json', 'b.json'), schema, { n: 1 }, () => undefined).write({ n: 4 })).toThrow()
  expect(file().read()).toEqual({ n: 3 })
})
