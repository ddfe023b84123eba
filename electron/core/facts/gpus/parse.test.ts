import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SectionOutput } from '../../probe/section.ts'
import { printed } from '../../probe/section-output.testing.ts'
import type { FactSources } from '../fact-definition.ts'
import { gpusFact } from './gpus.fact.ts'
import { parseGpus } from './parse.ts'

const uuid = 'GPU-11111111-2222-3333-4444-555555555555'

test('an H100, every value', () => {
  expect(parseGpus(`0, NVIDIA H100 80GB HBM3, ${uuid}, 580.159.03, 97, 74210, 81559, 41, 612.44, 700.00, 2\n`)).toEqual([
    {
      index: 0,
      name: 'NVIDIA H100 80GB HBM3',
      uuid,
      driverVersion: '580.159.03',
      utilizationPercent: 97,
      memoryUsedMiB: 74210,
      memoryTotalMiB: 81559,
      temperatureC: 41,
      powerDrawW: 612.44,
      powerLimitW: 700,
      eccUncorrected: 2,
    },
  ])
})

test.each(['[N/A]', 'N/A', '[Not Supported]', '[Unknown Error]', '[GPU requires reset]', '[Insufficient Permissions]', 'ERR!', ''])(
  'a value that is missing as %j is undefined, never zero',
  (nothing) => {
    const [gpu] = parseGpus(`1, NVIDIA L40S, ${uuid}, 550.144.03, ${nothing}, 45120, 46068, 52, ${nothing}, 350.00, ${nothing}`) ?? []
    expect(gpu).toMatchObject({
      index: 1,
      utilizationPercent: undefined,
      powerDrawW: undefined,
      eccUncorrected: undefined,
      memoryUsedMiB: 45120,
    })
  },
)

test.each([
  'Unable to determine the device handle for GPU0000:3B:00.0: GPU is lost.  Reboot the system to recover this GPU',
  'Failed to initialize NVML: Driver/library version mismatch',
  'index, name, uuid, driver_version, utilization.gpu [%], a, b, c, d, e, f',
  '0, NVIDIA, nonsense, 1, 2, 3, 4, 5, 6, 7, 8',
])('what is no row of values is not read: %s', (text) => {
  expect(parseGpus(text)).toBeUndefined()
})

test('property: never throws', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parseGpus(text)))
})

const read = (given: Partial<SectionOutput>) =>
  gpusFact.read({
    section: () => printed('gpus', '', { command: 'nvidia-smi', ...given }),
  } as unknown as FactSources)

test.each<[string, Partial<SectionOutput>, object]>([
  ['no nvidia-smi: no GPUs to measure', { state: 'missing', exitCode: null }, { known: true, value: [] }],
  ['no devices', { exitCode: 6, stdout: 'No devices were found\n' }, { known: true, value: [] }],
  [
    'a card with a corrupted InfoROM, which is told behind the rows',
    {
      exitCode: 14,
      stdout: `0, NVIDIA L40S, ${uuid}, 550.144.03, 1, 2, 3, 4, 5, 6, 7\nWARNING: infoROM is corrupted at gpu 0000:3B:00.0\n`,
    },
    { known: true, value: [{ index: 0, name: 'NVIDIA L40S' }] },
  ],
  ['driver mismatch', { exitCode: 18, stdout: 'Failed to initialize NVML: Driver/library version mismatch\n' }, { known: false }],
  ['no driver', { exitCode: 9, stderr: "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver." }, { known: false }],
  ['unknown field', { exitCode: 2, stdout: 'Field "x" is not a valid field to query.\n' }, { known: false }],
  [
    'a row, then an error',
    { exitCode: 15, stdout: `0, NVIDIA L40S, ${uuid}, 550.144.03, 1, 2, 3, 4, 5, 6, 7\n`, stderr: 'GPU is lost' },
    { known: false, reason: 'GPUs: nvidia-smi ended with exit code 15: GPU is lost' },
  ],
  [
    'a row of another form',
    {
      stdout: `0, NVIDIA L40S, ${uuid}, 550.144.03, 1, 2, 3, 4, 5, 6, 7\n1, NVIDIA L40S, [Unknown Error], 550.144.03, 1, 2, 3, 4, 5, 6, 7\n`,
    },
    {
      known: false,
      reason: 'GPUs: nvidia-smi has a row that is none of a GPU: "1, NVIDIA L40S, [Unknown Error], 550.144.03, 1, 2, 3, 4, 5, 6, 7"',
    },
  ],
  ['hangs', { state: 'timed-out', exitCode: null }, { known: false }],
])('%s', (_, given, expected) => {
  expect(read(given)).toMatchObject(expected)
})
