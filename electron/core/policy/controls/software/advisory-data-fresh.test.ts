import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#shared/day.ts'
import { createAdvisoryBook } from '../../../advisories/advisory-book.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import advisoryDataFresh from './advisory-data-fresh.control.ts'
import { ask, NOW, packages, records } from './software-facts.testing.ts'

describe('advisory-data-fresh', () => {
  const at = (days: number, more: object = {}) => ({ kind: 'osv-dump' as const, publishedMs: NOW - days * DAY_MS, ...more })
  test.each<[string, readonly ReturnType<typeof at>[], string]>([
    ['fresh', [at(30)], 'pass: The advisory data is fresh'],
    ['newer than the audit', [at(-9)], 'pass: The advisory data is fresh'],
    ['old', [at(31)], 'warning: The advisory data is 31 days old'],
    ['renewed in part', [at(90), at(1, { ecosystems: ['PyPI'] })], 'warning: The advisory data is 90 days old'],
    [
      'renewed in all parts',
      [at(90), at(1, { ecosystems: ['PyPI', 'Go'] }), at(2, { ecosystems: ['upstream'] })],
      'pass: The advisory data is fresh',
    ],
    ['none', [], 'warning: The advisory data is of unknown age'],
  ])('%s', (_, list, expected) => {
    expect(outcomes(ask(advisoryDataFresh, { packages: packages() }, { advisories: createAdvisoryBook(records, list) }))).toEqual([
      expected,
    ])
  })
})
