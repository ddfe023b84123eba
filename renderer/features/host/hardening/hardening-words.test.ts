import { expect, test } from 'vitest'
import type { HardeningRow } from '#shared/model/host-hardening.ts'
import { onlyOpen, stateOf, valueWords } from './hardening-words.ts'

const row = (more: Partial<HardeningRow>): HardeningRow => ({ id: 'a', name: 'PrivateDevices', ...more })
const verdict = (status: NonNullable<HardeningRow['verdict']>['status']) => ({ control: 'c', subject: '', status, title: 't' })

test.each([
  ['no control judges it', row({ value: 'no' }), 'Not judged', 'na'],
  ['this systemd does not print it', row({}), 'Not shown', 'unknown'],
  ['well', row({ value: 'yes', verdict: verdict('pass') }), 'Holds', 'pass'],
  ['missing', row({ value: 'no', verdict: verdict('warning') }), 'Warning', 'warn'],
  ['waived stays waived', row({ value: 'no', verdict: verdict('waived') }), 'Waived', 'waived'],
  ['could not be judged', row({ verdict: verdict('not-evaluated') }), 'Not evaluated', 'unknown'],
  ['hides the GPU', row({ value: 'yes', cuda: 'breaks', verdict: verdict('warning') }), 'Breaks CUDA', 'warn'],
  ['would hide it', row({ value: 'no', cuda: 'would-break', verdict: verdict('pass') }), 'Off, for CUDA', 'na'],
  ['not applicable', row({ value: 'no', verdict: verdict('not-applicable') }), 'Not applicable', 'na'],
])('%s', (_, given, word, tone) => {
  expect(stateOf(given)).toEqual({ word, tone })
})

test('an empty value is not an unread one', () => {
  expect([valueWords(row({ value: '' })), valueWords(row({}))]).toEqual(['empty', 'Not shown'])
  expect(valueWords(row({ value: 'char-rtc r\nchar-nvidia* rw' }))).toBe('char-rtc r, char-nvidia* rw')
})

test('only what is not well, without empty groups', () => {
  const rows = [row({ value: 'no', verdict: verdict('warning') }), row({ value: 'yes', verdict: verdict('pass') })]
  const groups = [
    { id: 'a', title: 'A', rows },
    { id: 'b', title: 'B', rows: rows.slice(1) },
  ]
  expect(onlyOpen(groups).map(({ id, rows: left }) => [id, left.length])).toEqual([['a', 1]])
})
