import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { controls } from './registry.ts'

const files = readdirSync(fileURLToPath(new URL('./controls', import.meta.url)), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.control.ts'))
  .map((file) => basename(file, '.control.ts'))

test('every control file is registered under its name, once', () => {
  expect(controls.map(({ id }) => id).sort()).toEqual(files.sort())
  expect(new Set(files).size).toBe(files.length)
})

test.each(controls.map((control) => [control.id, control] as const))('%s is complete', (id, control) => {
  expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+){1,6}$/)
  expect(control.needs.length).toBeGreaterThan(0)
  expect(control.references.length).toBeGreaterThan(0)
  for (const words of [control.title, control.rationale]) expect(words.trim()).not.toBe('')
})

test.each(['INF-1', 'INF-2', 'INF-3', 'INF-4', 'INF-5', 'INF-6', 'INF-7'])('%s has at least two controls', (item) => {
  expect(controls.filter((control) => control.item === item).length).toBeGreaterThanOrEqual(2)
})
