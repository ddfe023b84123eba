import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { schemaText } from './schema.command.ts'

test.each([
  ['fleet', 'fleet.schema.json'],
  ['report', 'audit-report.schema.json'],
  ['controls', 'controls.schema.json'],
  ['audits', 'audits.schema.json'],
  ['comparison', 'comparison.schema.json'],
  ['access', 'access.schema.json'],
  ['access-review', 'access-review.schema.json'],
  ['access-reviews', 'access-reviews.schema.json'],
])('the shipped schema of %s is what the code checks', (name, file) => {
  expect(readFileSync(new URL(`../../assets/schemas/${file}`, import.meta.url), 'utf8')).toBe(schemaText(name))
})
