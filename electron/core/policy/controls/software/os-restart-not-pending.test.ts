import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { sources } from '../../../facts/sources/sources.testing.ts'
import type { Sources } from '../../../facts/sources/sources.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import osRestart from './os-restart-not-pending.control.ts'
import { ask, updates } from './software-facts.testing.ts'

describe('os-restart-not-pending', () => {
  const kernels = (...releases: string[]) => ({ kernels: releases.map((release, index) => ({ release, line: index + 1 })) })
  test.each<[string, string, Partial<Sources>, string]>([
    ['the newest runs', '6.1.0-41-amd64', kernels('6.1.0-40-amd64', '6.1.0-41-amd64'), 'pass: The newest installed kernel runs'],
    ['a newer waits', '6.1.0-9-amd64', kernels('6.1.0-9-amd64', '6.1.0-41-amd64'), 'fail: Kernel 6.1.0-9-amd64 runs, a newer waits'],
    ['another kind', '6.8.0-87-generic', kernels('6.8.0-87-generic', '6.11.0-9-lowlatency'), 'pass: The newest installed kernel runs'],
    [
      'RHEL',
      '5.14.0-427.el9.x86_64',
      kernels('5.14.0-427.el9.x86_64', '5.14.0-503.14.1.el9_5.x86_64'),
      'fail: Kernel 5.14.0-427.el9.x86_64 runs, a newer wai…',
    ],
    [
      'the distribution asks for it',
      '6.1.0-41-amd64',
      { ...kernels('6.1.0-41-amd64'), restartRequired: 4 },
      'fail: The host waits for a restart',
    ],
    ['not below /boot', '6.1.0-41-amd64', {}, 'not-evaluated: The newest kernel is not known'],
    [
      'SUSE',
      '6.4.0-150600.21-default',
      kernels('6.4.0-150600.21-default', '6.4.0-150600.23.25-default'),
      'fail: Kernel 6.4.0-150600.21-default runs, a newer w…',
    ],
    [
      'of another release of Fedora',
      '6.14.11-200.fc41.x86_64',
      kernels('6.14.11-200.fc41.x86_64', '6.17.4-200.fc42.x86_64'),
      'fail: Kernel 6.14.11-200.fc41.x86_64 runs, a newer w…',
    ],
    [
      'pages of 64 KiB, the real-time kernel beside',
      '5.14.0-503.14.1.el9_5.aarch64+64k',
      kernels('5.14.0-503.14.1.el9_5.aarch64+64k', '5.14.0-570.el9.aarch64+rt', '5.14.0-570.el9.aarch64'),
      'pass: The newest installed kernel runs',
    ],
    [
      'pages of 64 KiB',
      '5.14.0-503.14.1.el9_5.aarch64+64k',
      kernels('5.14.0-503.14.1.el9_5.aarch64+64k', '5.14.0-570.el9_6.aarch64+64k'),
      'fail: Kernel 5.14.0-503.14.1.el9_5.aarch64+64k runs,…',
    ],
    [
      'a name that has no order',
      '6.6.1-our_build',
      kernels('6.6.1-our_build', '6.6.9-our_build'),
      'not-evaluated: The newest kernel is not known',
    ],
  ])('%s', (_, kernel, more, expected) => {
    const manager = /\.(?:el9|fc)|-default/.test(kernel) ? 'rpm' : 'dpkg'
    const given = { sources: sources(more), system: { kernel }, updates: known(updates({ manager })) }
    expect(outcomes(ask(osRestart, given))).toEqual([expected])
  })
  test('another build under the same name', () => {
    const given = {
      sources: sources(kernels('5.10.0-8-amd64')),
      system: { kernel: '5.10.0-8-amd64' },
      updates: known(updates({ rebuiltKernel: { running: '5.10.46-4', installed: '5.10.46-5', line: 7 } })),
    }
    expect(outcomes(ask(osRestart, given))).toEqual(['fail: An older build of 5.10.0-8-amd64 runs'])
  })
  test('without knowledge of the package manager too', () => {
    const given = { sources: sources(kernels('6.1.0-41-amd64')), system: { kernel: '6.1.0-41-amd64' }, updates: unknown('why', []) }
    expect(outcomes(ask(osRestart, given))).toEqual(['pass: The newest installed kernel runs'])
  })
})
