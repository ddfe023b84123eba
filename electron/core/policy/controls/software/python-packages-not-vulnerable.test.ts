import { describe, expect, test } from 'vitest'
import { DAY_MS } from '#shared/day.ts'
import { createAdvisoryBook } from '../../../advisories/advisory-book.ts'
import { type FactResult, known, unknown } from '../../../facts/fact.ts'
import type { PythonEnvironment } from '../../../facts/packages/packages.ts'
import type { Updates } from '../../../facts/updates/updates.ts'
import { outcomes, service } from '../proxy/proxy-facts.ts'
import pythonPackages from './python-packages-not-vulnerable.control.ts'
import { ask, NOW, packages, record, updates } from './software-facts.testing.ts'

const askAll = (given: object, more?: Parameters<typeof ask>[2]) =>
  ask(pythonPackages, { services: known([]), updates: unknown('not asked', ['updates']), ...given }, more)

describe('python-packages-not-vulnerable', () => {
  const environment = (list: readonly string[], more: Partial<PythonEnvironment> = {}): PythonEnvironment => ({
    folder: '/opt/vllm',
    services: ['vllm.service'],
    line: 7,
    readable: true,
    packages: list.map((one, index) => ({ name: one.split(' ')[0] ?? '', version: one.split(' ')[1] ?? '', line: index + 8 })),
    ...more,
  })
  test.each<[string, readonly PythonEnvironment[], string]>([
    ['none', [], 'not-applicable: No Python environment of an engine'],
    ['sound', [environment(['vllm 0.1.0', 'torch 2.8.0+cu128'])], 'pass: No vulnerable Python package is known'],
    ['vulnerable, the worst first', [environment(['ray 2.9.0', 'torch 2.5.1'])], 'fail: torch 2.5.1 is vulnerable, 1 more'],
    ['nothing that the data names', [environment(['numpy 2.0'])], 'not-evaluated: No advisory data for these packages'],
    ['not comparable', [environment(['torch unknown'])], 'not-evaluated: Some versions could not be compared'],
    ['not readable', [environment([], { readable: false })], 'not-evaluated: Python packages could not be listed'],
    ['empty', [environment([])], 'not-evaluated: Python packages could not be listed'],
  ])('%s', (_, environments, expected) => {
    expect(outcomes(askAll({ packages: packages({ environments }) }))).toEqual([expected])
  })

  test.each<[string, FactResult<Updates>, string]>([
    ['nothing pending', known(updates()), "pass: The distribution's Python packages are current"],
    [
      'an update of one pending',
      known(updates({ pending: [{ name: 'python3-requests', installed: '2.28.1-1', available: '2.28.1-1+deb12u1', line: 3 }] })),
      'fail: An update of python3-requests is pending',
    ],
    ['Ubuntu without Pro', known(updates({ withoutPro: true })), "not-evaluated: The distribution's Python could not be judged"],
    ['lists of months ago', known(updates({ listsMs: NOW - 90 * DAY_MS })), "not-evaluated: The distribution's Python could not be judged"],
    ['no lists', unknown('dpkg did not run', ['updates']), "not-evaluated: The distribution's Python could not be judged"],
  ])('packages of Debian, whatever PyPI says of their numbers: %s', (_, list, expected) => {
    const environments = [environment(['torch 1.13.1', 'ray 2.0'], { folder: '/usr/lib/python3/dist-packages' })]
    expect(outcomes(askAll({ packages: packages({ environments }), updates: list }))).toEqual([expected])
  })

  test.each<[string, string, FactResult<Updates>, string]>([
    [
      'of RHEL, nothing pending',
      '/usr/lib/python3.9/site-packages',
      known(updates({ manager: 'rpm' })),
      "pass: The distribution's Python packages are current",
    ],
    [
      'of RHEL, an update of one pending',
      '/usr/lib64/python3.12/site-packages',
      known(
        updates({
          manager: 'rpm',
          pending: [{ name: 'python3.12-requests', installed: '2.28.2-3.el9', available: '2.28.2-4.el9', line: 3 }],
        }),
      ),
      'fail: An update of python3.12-requests is pending',
    ],
    [
      'of RHEL, an update for another Python',
      '/usr/lib/python3.9/site-packages',
      known(
        updates({
          manager: 'rpm',
          pending: [{ name: 'python3.12-requests', installed: '2.28.2-3.el9', available: '2.28.2-4.el9', line: 3 }],
        }),
      ),
      "pass: The distribution's Python packages are current",
    ],
    [
      'CentOS Stream, which has no list',
      '/usr/lib/python3.9/site-packages',
      known(updates({ manager: 'rpm', unknown: 'no list of security updates' })),
      "not-evaluated: The distribution's Python could not be judged",
    ],
    [
      'of pip, beside them',
      '/usr/local/lib/python3.9/site-packages',
      known(updates({ manager: 'rpm' })),
      'fail: torch 1.13.1 is vulnerable, 1 more',
    ],
    [
      'of Arch, where pip writes there',
      '/usr/lib/python3.14/site-packages',
      unknown('no list', ['updates']),
      'fail: torch 1.13.1 is vulnerable, 1 more',
    ],
  ])('packages of RPM: %s', (_, folder, list, expected) => {
    const environments = [environment(['torch 1.13.1', 'ray 2.0'], { folder })]
    expect(outcomes(askAll({ packages: packages({ environments }), updates: list }))).toEqual([expected])
  })

  test('a release that attacks whoever installs it', () => {
    const malicious = record('MAL-2026-2144', 'PyPI', 'litellm', [{ introduced: '1.82.7' }, { last_affected: '1.82.8' }], {})
    const advisories = createAdvisoryBook([malicious], [])
    const environments = [environment(['litellm 1.82.8'])]
    const [found] = askAll({ packages: packages({ environments }) }, { advisories })
    expect([found?.status, found?.severity, found?.title]).toEqual(['fail', 'critical', 'litellm 1.82.8 is malicious'])
    expect(found?.hint).toMatch(/^Take the host for broken into/)
  })

  test.each<[string, readonly PythonEnvironment[], readonly string[]]>([
    ['none listed', [], ['not-evaluated: Where its Python packages lie is not known']],
    [
      'another listed',
      [environment(['torch 2.8.0'])],
      ['not-evaluated: Where its Python packages lie is not known', 'pass: No vulnerable Python package is known'],
    ],
  ])('a server that is in none of the folders that were listed: %s', (_, environments, expected) => {
    const found = packages({ environments, ofUnknownFolder: ['vllm.service'] })
    expect(outcomes(askAll({ packages: found })).toSorted()).toEqual(expected)
  })

  test.each<[string, Parameters<typeof service>[1], readonly string[]]>([
    ['a container', { how: 'container', container: 'vllm' }, ['not-evaluated: Packages inside its container were not read']],
    ['one that does not run', { how: 'container', running: false }, ['not-applicable: No Python environment of an engine']],
  ])('a server in %s', (_, change, expected) => {
    const services = known([service('vllm', change)])
    expect(outcomes(askAll({ services, packages: packages() }))).toEqual(expected)
  })
})
