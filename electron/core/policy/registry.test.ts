import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checklist, itemIds } from '#shared/model/checklist.ts'
import { catalogueOf } from './catalogue.ts'
import { parseReference } from './references.ts'
import { controls } from './registry.ts'

const files = readdirSync(fileURLToPath(new URL('./controls', import.meta.url)), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.control.ts'))
  .map((file) => basename(file, '.control.ts'))

test('every control file is registered under its name, once', () => {
  expect(controls.map(({ id }) => id).sort()).toEqual(files.sort())
  expect(new Set(files).size).toBe(files.length)
})

const sentences = (text: string): number => text.split(/[.!?](?:\s|$)/).filter((part) => part.trim() !== '').length

test.each(controls.map((control) => [control.id, control] as const))('%s is complete', (id, control) => {
  expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+){1,6}$/)
  if (control.attestation === undefined) expect(control.needs.length).toBeGreaterThan(0)
  // The title is the condition under which it passes, not advice and not what is wrong.
  expect(control.title).toMatch(/^[A-Z].*[^.!?]$/)
  expect(control.title).not.toMatch(/\b(?:should|must|ought|ensure|check|verify that)\b/i)
  expect(control.title.length).toBeLessThan(100)
  expect(sentences(control.rationale)).toBeGreaterThanOrEqual(1)
  expect(sentences(control.rationale)).toBeLessThanOrEqual(3)
  // What turns it: a template, a person who states it, or steps.
  expect(control.remediation ?? control.attestation ?? control.steps).toBeDefined()
})

test.each(controls.map(({ id, references }) => [id, references] as const))('%s refers to what exists', (_, references) => {
  const parsed = references.map((text) => [text, parseReference(text)] as const)
  expect(parsed.filter(([, reference]) => reference === undefined).map(([text]) => text)).toEqual([])
  expect(new Set(references).size).toBe(references.length)
  const frameworks = parsed.map(([, reference]) => reference?.framework ?? null)
  expect(frameworks.some((name) => name?.startsWith('NIST'))).toBe(true)
  // A second opinion beside NIST: another framework, or the vendor's own page.
  expect(frameworks.some((name) => !name?.startsWith('NIST'))).toBe(true)
})

test.each(['INF-1', 'INF-2', 'INF-3', 'INF-4', 'INF-5', 'INF-6', 'INF-7'])('%s has at least two controls', (item) => {
  expect(controls.filter((control) => control.item === item).length).toBeGreaterThanOrEqual(2)
})

test.each(itemIds)('%s has a control or a statement', (item) => {
  expect(controls.filter((control) => control.item === item)).not.toEqual([])
})

test.each(checklist)('the README lists the controls of $id, as gatehouse controls does', ({ id, title }) => {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
  const listed = catalogueOf(controls)
    .filter(({ item }) => item === id)
    .map((control) => `- \`${control.id}\` ${control.title}\n`)
  expect(readme).toContain(`**${id} ${title}**\n\n${listed.join('')}`)
})
