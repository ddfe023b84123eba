import { expect, test } from 'vitest'
import { missingIn, type StepField } from './step-form.ts'

const fields: readonly StepField[] = [
  { name: 'name', label: 'Approver', kind: 'line' },
  { name: 'note', label: 'Note', kind: 'lines', optional: true },
  { name: 'hosts', label: 'Hosts', kind: 'choices', options: ['a'] },
]

test('names what is missing, and nothing else', () => {
  expect(missingIn(fields, {})).toEqual({ name: 'Approver is missing.', hosts: 'Choose at least one.' })
  expect(missingIn(fields, { name: '  ', hosts: [] })).toEqual({ name: 'Approver is missing.', hosts: 'Choose at least one.' })
  expect(missingIn(fields, { name: 'Eve', hosts: ['a'] })).toEqual({})
})

test('a day is written as every day is', () => {
  const day: readonly StepField[] = [{ name: 'readOn', label: 'Read on', kind: 'day' }]
  expect(missingIn(day, { readOn: '27/11/2026' })).toEqual({ readOn: 'Write the day as YYYY-MM-DD.' })
  expect(missingIn(day, { readOn: '2026-02-30' })).toEqual({ readOn: 'Write the day as YYYY-MM-DD.' })
  expect(missingIn(day, { readOn: '2026-11-27' })).toEqual({})
})
