import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#shared/day.ts'
import type { Updates } from '../../../facts/updates/updates.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import osUpdates from './os-security-updates-installed.control.ts'
import { ask, NOW, updates } from './software-facts.testing.ts'

describe('os-security-updates-installed', () => {
  const pending = [{ name: 'libssl3', installed: '1', available: '2', line: 5 }]
  test.each<[string, Partial<Updates>, string]>([
    ['none pending', {}, 'pass: No security update is pending'],
    ['one pending', { pending }, 'fail: 1 security update is pending'],
    ['pending by old lists', { pending, listsMs: NOW - 99 * DAY_MS }, 'fail: 1 security update is pending'],
    ['old lists', { listsMs: NOW - 15 * DAY_MS }, 'warning: The security list is 15 days old'],
    ['lists of the limit', { listsMs: NOW - 14 * DAY_MS }, 'pass: No security update is pending'],
    ['lists of a day to come', { listsMs: NOW + 2 * DAY_MS }, 'not-evaluated: The security list is of a day to come'],
    ['fixes of ESM', { withoutPro: true, behindPro: { count: 9, line: 3 } }, 'warning: 9 security fixes come by Ubuntu Pro alone'],
    ['one fix of ESM', { behindPro: { count: 1, line: 3 } }, 'warning: 1 security fix comes by Ubuntu Pro alone'],
    ['one pending beside fixes of ESM', { pending, behindPro: { count: 9, line: 3 } }, 'fail: 1 security update is pending'],
    ['unknown', { unknown: 'why' }, 'not-evaluated: Security updates could not be judged'],
    ['lists of unknown age', { listsMs: undefined }, 'not-evaluated: Security updates could not be judged'],
    ['a module stream', { ofUnknownStream: pending }, 'not-evaluated: Updates of module streams are not known'],
    ['a module stream, and one pending', { pending, ofUnknownStream: pending }, 'fail: 1 security update is pending'],
  ])('%s', (_, more, expected) => expect(outcomes(ask(osUpdates, { updates: updates(more) }))).toEqual([expected]))
})
