import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { whyUnreadable, whyUnwritable } from './why-unreadable.ts'

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-unreadable-'))

test.each([
  ['none', 'it is not there'],
  ['.', 'it is a folder'],
])('%s: %s', (name, words) => {
  let error: unknown
  try {
    readFileSync(join(folder, name))
  } catch (thrown) {
    error = thrown
  }
  expect(whyUnreadable(error)).toBe(words)
})

test.each([
  [join('none', 'a'), 'its folder is not there'],
  ['.', 'it is a folder'],
])('written to %s: %s', (name, words) => {
  let error: unknown
  try {
    writeFileSync(join(folder, name), 'x')
  } catch (thrown) {
    error = thrown
  }
  expect(whyUnwritable(error)).toBe(words)
})

test('anything else as it is said', () => {
  expect(whyUnwritable(new Error('odd'))).toBe('odd')
  expect(whyUnreadable(new Error('the file has 9 bytes'))).toBe('the file has 9 bytes')
  expect(whyUnreadable('odd')).toBe('odd')
})
