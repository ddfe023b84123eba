import { expect, test } from 'vitest'
import type { LedgerRecord } from '../audit/ledger/record.ts'
import { extendedSeconds, openPushes } from './history.ts'

const records = (...said: readonly (readonly [string, string?, string?])[]): LedgerRecord[] =>
  said.map(([action, detail = '', subject = 'p']) => ({ action, detail, subject }) as LedgerRecord)

test('more time that is asked for after the end does not open a push again', () => {
  expect(openPushes(records(['push.arm'], ['push.extend', 'by 120 s'])).map(({ action }) => action)).toEqual(['push.extend'])
  expect(openPushes(records(['push.arm'], ['push.verdict'], ['push.extend', 'by 120 s'], ['push.not-extended']))).toEqual([])
})

test('what was put off adds up, for this push alone', () => {
  const all = records(
    ['push.arm'],
    ['push.extend', 'by 120 s'],
    ['push.extended', 'by 9 s'],
    ['push.extend', 'by 30 s'],
    ['push.extend', 'by 60 s', 'q'],
  )
  expect([extendedSeconds(all, 'p'), extendedSeconds(all, 'none')]).toEqual([150, 0])
  expect(extendedSeconds(records(['push.extend', 'by 9999 s']), 'p')).toBe(0)
})
