import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown } from '../../../facts/fact.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import gpuUsable from './inference-unit-gpu-usable.control.ts'
import { askUnit, unit } from './unit-facts.testing.ts'

describe('inference-unit-gpu-usable', () => {
  const health = (...processes: readonly object[]) => ({
    'gpu-health': known({ gpus: [{ uuid: 'GPU-1' }], processes, xids: [], xidLine: 0 }),
  })
  test.each(['PrivateDevices', 'DevicePolicy'])('%s was not printed', (name) => {
    const { [name]: _, ...rest }: Record<string, string> = { PrivateDevices: 'no', DevicePolicy: 'auto' }
    expect(outcomes(askUnit(gpuUsable, unit(rest), {}, health()))).toEqual(["not-evaluated: The unit's devices could not be read"])
  })
  const vllm = { engine: 'vllm' as const }
  test.each<[string, Record<string, string>, Partial<InferenceService>, Readonly<Record<string, unknown>>, string]>([
    [
      'nothing in the way',
      { DevicePolicy: 'closed', DeviceAllow: 'char-nvidia* rw', PrivateDevices: 'no' },
      {},
      health(),
      'pass: Nothing in the unit hides the GPU',
    ],
    ['PrivateDevices', { PrivateDevices: 'yes' }, {}, health(), 'warning: The sandbox breaks CUDA'],
    [
      'a closed list without the GPU',
      { DevicePolicy: 'closed', DeviceAllow: 'char-rtc r' },
      {},
      health(),
      'warning: The sandbox breaks CUDA',
    ],
    [
      'a list alone, without the GPU',
      { DevicePolicy: 'auto', DeviceAllow: '/dev/null rw' },
      {},
      health(),
      'warning: The sandbox breaks CUDA',
    ],
    [
      'AMD',
      { DevicePolicy: 'closed', DeviceAllow: 'char-drm rw\nchar-kfd rw' },
      {},
      { 'gpu-health': known({ gpus: [], processes: [], amd: { gpus: [], processes: [] } }) },
      'pass: Nothing in the unit hides the GPU',
    ],
    // Tried with systemd 252: a path with a wildcard opens nothing, `char-mis` not char-misc, and `r` not what is opened for both.
    ...(
      [
        ['/dev/nvidia* rw', 'warning: The sandbox breaks CUDA'],
        ['char-nvidia rw', 'warning: The sandbox breaks CUDA'],
        ['char-nvidia* r', 'warning: The sandbox breaks CUDA'],
        ['char-drm rw', 'warning: The sandbox breaks CUDA'],
        ['/dev/nvidia0 rw\n/dev/nvidiactl rw', 'warning: The sandbox breaks CUDA'],
        ['/dev/nvidia0 rw\n/dev/nvidia-uvm rw', 'warning: The sandbox breaks CUDA'],
        ['/dev/nvidiactl rw\n/dev/nvidia-uvm rw', 'warning: The sandbox breaks CUDA'],
        ['/dev/nvidia0 rw\n/dev/nvidiactl rw\n/dev/nvidia-uvm rwm', 'pass: Nothing in the unit hides the GPU'],
        ['/dev/nvidia0\n/dev/nvidiactl\n/dev/nvidia-uvm', 'pass: Nothing in the unit hides the GPU'],
        ['char-nvidia-uvm rw\nchar-nvidia-frontend rw', 'pass: Nothing in the unit hides the GPU'],
        ['char-nvidiactl rw\n/dev/nvidia-uvm rw', 'pass: Nothing in the unit hides the GPU'],
        ['char-* rw', 'pass: Nothing in the unit hides the GPU'],
        ['/dev/nvmap rw\n/dev/nvhost-gpu rw', 'pass: Nothing in the unit hides the GPU'],
      ] as const
    ).map(([list, expected]): [string, Record<string, string>, Partial<InferenceService>, Readonly<Record<string, unknown>>, string] => [
      `the list ${list.replaceAll('\n', ', ')}`,
      { DevicePolicy: 'closed', DeviceAllow: list },
      {},
      health(),
      expected,
    ]),
    ['only processes in /proc', { ProcSubset: 'pid' }, {}, health(), 'warning: The sandbox breaks CUDA'],
    ['write xor execute, PyTorch', { MemoryDenyWriteExecute: 'yes' }, vllm, health(), 'warning: The sandbox breaks CUDA'],
    ['write xor execute, Ollama', { MemoryDenyWriteExecute: 'yes' }, {}, health(), 'pass: Nothing in the unit hides the GPU'],
    ['no netlink, vLLM', { RestrictAddressFamilies: 'AF_INET AF_UNIX' }, vllm, health(), 'warning: The sandbox breaks CUDA'],
    ['netlink, vLLM', { RestrictAddressFamilies: 'AF_INET AF_NETLINK AF_UNIX' }, vllm, health(), 'pass: Nothing in the unit hides the GPU'],
    ['no family at all, vLLM', { RestrictAddressFamilies: '' }, vllm, health(), 'warning: The sandbox breaks CUDA'],
    ['netlink denied, vLLM', { RestrictAddressFamilies: '~AF_PACKET AF_NETLINK' }, vllm, health(), 'warning: The sandbox breaks CUDA'],
    ['all families, vLLM', { RestrictAddressFamilies: '~' }, vllm, health(), 'pass: Nothing in the unit hides the GPU'],
    [
      'seen on the GPU all the same',
      { MemoryDenyWriteExecute: 'yes' },
      vllm,
      health({ pid: 100 }),
      'pass: The server uses the GPU all the same',
    ],
    [
      'its worker is seen',
      { MemoryDenyWriteExecute: 'yes' },
      vllm,
      health({ pid: 7, cgroup: '/system.slice/ollama.service' }),
      'pass: The server uses the GPU all the same',
    ],
    [
      'no GPU here',
      { PrivateDevices: 'yes' },
      {},
      { 'gpu-health': known({ gpus: [], processes: [] }) },
      'not-applicable: No GPU was found',
    ],
    ['GPUs unread', { PrivateDevices: 'yes' }, {}, { 'gpu-health': unknown('x', []) }, 'warning: The sandbox breaks CUDA'],
  ])('%s', (_, properties, change, more, expected) => {
    expect(outcomes(askUnit(gpuUsable, unit({ PrivateDevices: 'no', DevicePolicy: 'auto', ...properties }), change, more))).toEqual([
      expected,
    ])
  })
})
