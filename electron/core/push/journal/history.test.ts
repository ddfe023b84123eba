import { expect, test } from 'vitest'
import type { LedgerRecord } from '../../ledger/record.ts'
import { extendedSeconds, openPushes, pushRecords, startedBefore } from './history.ts'

const records = (...said: readonly (readonly [string, string?, string?])[]): LedgerRecord[] =>
  said.map(([action, detail = '', subject = 'p']) => ({ action, detail, subject }) as LedgerRecord)

test('more time that is asked for after the end does not open a push again', () => {
  expect(openPushes(records(['push.arm'], ['push.extend', 'by 120 s'])).map(({ action }) => action)).toEqual(['push.extend'])
  expect(
    openPushes(records(['push.arm'], ['push.verdict', 'committed-proven. x'], ['push.extend', 'by 120 s'], ['push.not-extended'])),
  ).toEqual([])
})

test('a push that nobody could tell the end of stays open until the host was asked again', () => {
  const open = (...said: readonly (readonly [string, string?])[]) => openPushes(records(...said)).map(({ action }) => action)
  for (const verdict of ['unknown. x', 'rolled-back-not-proven. x']) {
    expect(open(['push.begin'], ['push.verdict', verdict])).toEqual(['push.verdict'])
    expect(open(['push.begin'], ['push.verdict', verdict], ['push.finish'])).toEqual(['push.finish'])
    expect(open(['push.begin'], ['push.verdict', verdict], ['push.finish'], ['push.verdict', verdict])).toEqual([])
    expect(open(['push.begin'], ['push.verdict', verdict], ['push.collect'])).toEqual([])
  }
  expect(open(['push.begin'], ['push.verdict', 'rolled-back-proven. x'])).toEqual([])
})

test('a push that may be ended says so, whatever it ended with', () => {
  const said = (...all: readonly (readonly [string, string?])[]) =>
    pushRecords(records(...all), () => undefined).map(({ state, isOpen }) => [state, isOpen])
  expect(said(['push.begin'])).toEqual([['open', true]])
  expect(said(['push.begin'], ['push.verdict', 'unknown. x'])).toEqual([['unknown', true]])
  expect(said(['push.begin'], ['push.verdict', 'unknown. x'], ['push.finish'], ['push.verdict', 'unknown. x'])).toEqual([
    ['unknown', false],
  ])
  expect(said(['push.begin'], ['push.verdict', 'committed-proven. x'])).toEqual([['committed-proven', false]])
})

test('a plan is carried out once: what was not undone is not taken for the push that came after it', () => {
  const before = (...all: readonly (readonly [string, string?])[]) => startedBefore(records(...all), 'p')
  expect(startedBefore(records(['push.begin', '', 'q'], ['push.verdict', 'committed-proven. x', 'q']), 'p')).toBe('')
  expect(before(['push.begin'], ['push.refused', 'sudo'])).toBe('')
  expect(before(['push.begin'], ['push.verdict', 'rolled-back-proven. x'])).toBe('')
  expect(before(['push.begin'], ['push.commit'])).toMatch(/has no end yet: gatehouse undo/)
  expect(before(['push.begin'], ['push.verdict', 'unknown. x'])).toMatch(/has no end yet/)
  expect(before(['push.begin'], ['push.verdict', 'committed-proven. x'])).toBe(
    'this plan was carried out before, and committed and proven; plan again',
  )
  expect(before(['push.begin'], ['push.collect', 'met by q: it was committed'])).toBe('this plan was carried out before; plan again')
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
