import { expect, test } from 'vitest'
import type { Advisory } from '#shared/model/advisory.ts'
import { fixedIn, record } from './software-facts.testing.ts'
import { printMatch } from './version-verdict.ts'

test('a rating that is in CVSS 4 only is not said to be missing', () => {
  const bare = record('CVE-1', 'PyPI', 'vllm', fixedIn('0.9.0'), {})
  const rated = { ...bare, severity: [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:L/VA:N/SC:N/SI:N/SA:N' }] }
  const printed = (advisory: Advisory) => printMatch({ advisory, severity: undefined, exploited: false, fixed: '0.9.0' })
  expect(printed(bare)).toBe('CVE-1 (not rated), fixed in 0.9.0')
  expect(printed(rated)).toBe('CVE-1 (rated in CVSS 4 only, counted as medium), fixed in 0.9.0')
})
