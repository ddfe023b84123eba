import { expect, test } from 'vitest'
import { isForSystem, systemsText } from './template-systems.ts'

const systems = { debian: ['12', '13'], ubuntu: ['24.04'], rocky: ['9'] }

test.each([
  ['debian', '12', true],
  ['debian', '11', false],
  ['debian', '', false],
  ['ubuntu', '24.04', true],
  ['ubuntu', '24.10', false],
  ['rocky', '9.4', true],
  ['rocky', '90', false],
  ['', '', false],
])('%s %s: %s', (id, version, expected) => expect(isForSystem({ systems }, id, version)).toBe(expected))

test('left out, it is for any, also for one that could not be read', () => {
  expect(isForSystem({}, '', '')).toBe(true)
  expect(systemsText({})).toBe('any system')
  expect(systemsText({ systems })).toBe('Debian 12, 13; Ubuntu 24.04; rocky 9')
})
