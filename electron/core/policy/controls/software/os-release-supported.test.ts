import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import osRelease from './os-release-supported.control.ts'
import osUpdates from './os-security-updates-installed.control.ts'
import { ask, installed, NOW, updates } from './software-facts.testing.ts'

/** Its os-release is that of Debian (pve.proxmox.com, FAQ), and its own archive has no `-security`. */
test('Proxmox is more than the Debian below it', () => {
  const pve = updates({ packages: [installed('pve-manager', '8.4.14', false)], listsMs: NOW, listLine: 1 })
  expect(outcomes(ask(osUpdates, { updates: pve }))).toEqual(['not-evaluated: Updates of Proxmox are not known'])
  const system = { os: 'Debian', osId: 'debian', osVersion: '12' }
  expect(outcomes(ask(osRelease, { system, updates: known(pve) }))).toEqual(['not-evaluated: How long Proxmox gets fixes is not known'])
  expect(outcomes(ask(osRelease, { system: { ...system, osVersion: '10' }, updates: known(pve) }))).toEqual([
    'fail: Debian gets no fixes since 2024-06-30',
  ])
})

describe('os-release-supported', () => {
  test.each([
    ['debian', '12', 'pass: Gets fixes until 2028-06-30'],
    ['rocky', '9.4', 'pass: Gets fixes until 2032-05-31'],
    ['ubuntu', '20.04', 'fail: The OS gets no fixes since 2025-05-29'],
    ['debian', '11', 'fail: The OS gets no fixes since 2026-08-31'],
    ['alpine', '3.20.3', 'fail: The OS gets no fixes since 2026-04-01'],
    ['arch', '', 'not-evaluated: The end of this release is not known'],
    ['ubuntu', '99.04', 'not-evaluated: The end of this release is not known'],
  ])('%s %s', (osId, osVersion, expected) => {
    expect(outcomes(ask(osRelease, { system: { os: 'The OS', osId, osVersion }, updates: unknown('refused', ['updates']) }))).toEqual([
      expected,
    ])
  })
  test('the last 90 days are announced', () => {
    const given = { system: { os: 'The OS', osId: 'ubuntu', osVersion: '22.04' }, updates: known(updates()) }
    expect(outcomes(ask(osRelease, given, { now: Date.UTC(2027, 2, 5) }))).toEqual(['warning: Fixes end in 88 days'])
  })
})
