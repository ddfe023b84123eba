import { expect, test } from 'vitest'
import { checkDecision, dayBounds } from './decision-form.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')

test('a month is proposed, never more than is allowed', () => {
  expect(dayBounds(NOW, 90)).toEqual({ first: '2026-11-22', last: '2027-02-20', proposed: '2026-12-22' })
  expect(dayBounds(NOW, 7).proposed).toBe('2026-11-29')
})

const full = { text: 'Replaced in January', name: 'M. Ito', endsOn: '2026-12-22' }

test.each([
  ['complete', full, []],
  ['the last day', { ...full, endsOn: '2027-02-20' }, []],
  ['blanks are no words', { ...full, text: ' \n', name: ' ' }, ['text', 'name']],
  ['yesterday', { ...full, endsOn: '2026-11-21' }, ['endsOn']],
  ['too far', { ...full, endsOn: '2027-02-21' }, ['endsOn']],
  ['no day', { ...full, endsOn: '' }, ['endsOn']],
  ['half a day', { ...full, endsOn: '2026-12-5' }, ['endsOn']],
  ['a day that no month has', { ...full, endsOn: '2026-11-31' }, ['endsOn']],
])('%s', (_, form, wrong) => {
  expect(Object.keys(checkDecision(form, NOW, 90))).toEqual(wrong)
})
