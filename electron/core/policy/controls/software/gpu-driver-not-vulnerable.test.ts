import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import gpuDriver from './gpu-driver-not-vulnerable.control.ts'
import { ask, packages } from './software-facts.testing.ts'

describe('gpu-driver-not-vulnerable', () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ['none', undefined, undefined, 'not-applicable: No NVIDIA driver is loaded'],
    ['fixed in its branch', '535.309.01', undefined, 'pass: NVIDIA driver 535.309.01 has no known holes'],
    ['not fixed in its branch', '535.288.01', undefined, 'fail: NVIDIA driver 535.288.01 is vulnerable'],
    ['a branch without fixes, nothing listed', '570.211.01', undefined, 'fail: Driver branch R570 gets no fixes any more'],
    ['a branch without fixes, holes listed', '550.90.07', undefined, 'fail: Driver branch R550 gets no fixes any more'],
    ['a branch between', '590.48.01', undefined, 'fail: Driver branch R590 gets no fixes any more'],
    ['newer than the data', '610.10.01', undefined, 'pass: NVIDIA driver 610.10.01 has no known holes'],
    ['by nvidia-smi', undefined, '580.95.05', 'fail: NVIDIA driver 580.95.05 is vulnerable'],
    ['no version', 'beta', undefined, 'not-evaluated: NVIDIA driver beta could not be compared'],
  ])('%s', (_, version, smi, expected) => {
    const given = {
      packages: packages(version === undefined ? {} : { driver: { version, line: 2 } }),
      gpus: smi ? [{ driverVersion: smi }] : [],
      system: unknown('why', []),
    }
    expect(outcomes(ask(gpuDriver, given))).toEqual([expected])
  })
  test('of a Jetson, whose branches are its own', () => {
    const given = { packages: packages({ driver: { version: '540.4.0', line: 2 } }), gpus: [], system: known({ kernel: '5.15.148-tegra' }) }
    expect(outcomes(ask(gpuDriver, given))).toEqual(['not-evaluated: The driver of a Jetson is not followed'])
  })
  test('the holes of a branch without fixes are named too', () => {
    const [verdict] = ask(gpuDriver, {
      packages: packages({ driver: { version: '550.90.07', line: 2 } }),
      gpus: [],
      system: unknown('why', []),
    })
    expect([verdict?.reason.includes('CVE-D1'), verdict?.hint]).toEqual([true, 'Move to a release of R535 or R580 or R595.'])
  })
})
