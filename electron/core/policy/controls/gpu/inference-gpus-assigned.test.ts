import { describe, expect, test } from 'vitest'
import { known } from '../../../facts/fact.ts'
import { service } from '../proxy/proxy-facts.ts'
import { unit } from '../units/unit-facts.testing.ts'
import { amd, gpu, health, judge, mi300 } from './gpu-facts.testing.ts'
import gpusAssigned from './inference-gpus-assigned.control.ts'

test('a host with GPUs of AMD is not one without', () => {
  const two = [service('vllm', { id: 'a' }), service('vllm', { id: 'b' })]
  expect(judge(gpusAssigned, health(amd(mi300())), two)).toEqual(['not-evaluated: Users of AMD GPUs: not read yet'])
})

/** As specifications of the Container Device Interface that nvidia-ctk writes have it (github.com/NVIDIA/nvidia-container-toolkit): `void` instead of what the image says. */
describe('in containers', () => {
  const two = health({ gpus: [gpu(), gpu({ index: 1, uuid: 'GPU-2222' })] })
  type One = readonly [devices: readonly string[], environment: Record<string, string> | undefined, more?: object]
  const judgeTwo = (...given: readonly One[]) =>
    judge(
      gpusAssigned,
      two,
      given.map(([, environment], at) => service('vllm', { id: `c${at}`, how: 'container', container: `c${at}`, environment })),
      {
        units: known([]),
        containers: known({
          ...{ runtimes: ['podman'], podContainers: [] },
          containers: given.map(([devices, , more], at) => ({ name: `c${at}`, inspected: true, privileged: false, devices, ...more })),
        }),
      },
    )
  const [own, shared, all, unread] = [
    'pass: The server has GPUs of its own',
    'warning: Two servers share a GPU',
    'warning: The server sees every GPU',
    "not-evaluated: The server's GPUs could not be read",
  ]
  const cdi = { NVIDIA_VISIBLE_DEVICES: 'void' }
  test.each<[string, One, One, readonly [string, string]]>([
    ['a name of CDI each', [['nvidia.com/gpu=0'], cdi], [['nvidia.com/gpu=GPU-2222'], cdi], [own, own]],
    ['the same name', [['nvidia.com/gpu=1'], cdi], [['nvidia.com/gpu=GPU-2222'], cdi], [shared, shared]],
    ['all by CDI', [['nvidia.com/gpu=all'], cdi], [['nvidia.com/gpu=0'], cdi], [all, own]],
    ['void without a name, as where only the process was read', [[], cdi], [[], cdi], [unread, unread]],
    ['a part of a card', [['nvidia.com/gpu=0:1'], cdi], [['nvidia.com/gpu=1'], cdi], [unread, own]],
    ['device nodes', [['/dev/nvidia0', '/dev/nvidiactl'], {}], [['/dev/nvidia1', '/dev/nvidia-uvm'], {}], [own, own]],
    ['the variable of NVIDIA’s runtime', [[], { NVIDIA_VISIBLE_DEVICES: '0' }], [[], { NVIDIA_VISIBLE_DEVICES: 'GPU-2222' }], [own, own]],
    ['nothing is said', [[], {}], [[], undefined], [unread, unread]],
    [
      'the first of what each was given',
      [['nvidia.com/gpu=0'], { CUDA_VISIBLE_DEVICES: '0' }],
      [['nvidia.com/gpu=1'], { CUDA_VISIBLE_DEVICES: '0' }],
      [own, own],
    ],
    [
      'the first of what both were given',
      [['nvidia.com/gpu=1'], { CUDA_VISIBLE_DEVICES: '0' }],
      [['nvidia.com/gpu=all'], { CUDA_VISIBLE_DEVICES: '1' }],
      [shared, shared],
    ],
    // Named the other way round, the first of them is still that of the lower address.
    [
      'the first of what was named the other way round',
      [['nvidia.com/gpu=1', 'nvidia.com/gpu=0'], { CUDA_VISIBLE_DEVICES: '0' }],
      [['nvidia.com/gpu=0'], cdi],
      [shared, shared],
    ],
    ['the first of what is not known', [[], { CUDA_VISIBLE_DEVICES: '0' }], [[], { CUDA_VISIBLE_DEVICES: 'GPU-2222' }], [unread, own]],
    // The image of CUDA says `all`; what Docker is asked for takes its place (moby, daemon/nvidia_linux.go).
    [
      '--gpus',
      [[], { NVIDIA_VISIBLE_DEVICES: 'all' }, { gpus: ['0'] }],
      [[], { NVIDIA_VISIBLE_DEVICES: 'all' }, { gpus: ['GPU-2222'] }],
      [own, own],
    ],
    ['--gpus all, where the image says nothing', [[], {}, { gpus: ['all'] }], [[], {}, { gpus: ['nvidia.com/gpu=1'] }], [all, own]],
    ['privileged', [[], { NVIDIA_VISIBLE_DEVICES: '0' }, { privileged: true }], [['nvidia.com/gpu=1'], cdi], [all, own]],
  ])('%s', (_, one, other, expected) => expect(judgeTwo(one, other)).toEqual(expected))
})

describe('in units', () => {
  const two = health({ gpus: [gpu(), gpu({ index: 1, uuid: 'GPU-2222' })] })
  const server = (id: string, environment: Record<string, string> | undefined) =>
    service('vllm', { id, unit: `${id}.service`, environment })
  const judgeTwo = (one: Record<string, string> | undefined, other: Record<string, string> | undefined, units: readonly unknown[] = []) =>
    judge(gpusAssigned, two, [server('a', one), server('b', other)], { units: known(units) })
  test.each<[string, readonly string[], readonly string[]]>([
    [
      'one each',
      judgeTwo({ CUDA_VISIBLE_DEVICES: '0' }, { CUDA_VISIBLE_DEVICES: 'GPU-2222' }),
      ['pass: The server has GPUs of its own', 'pass: The server has GPUs of its own'],
    ],
    [
      'a shared one',
      judgeTwo({ CUDA_VISIBLE_DEVICES: '0,1' }, { CUDA_VISIBLE_DEVICES: '1' }),
      ['warning: Two servers share a GPU', 'warning: Two servers share a GPU'],
    ],
    [
      'one sees all',
      judgeTwo({ CUDA_VISIBLE_DEVICES: '0' }, {}),
      ['pass: The server has GPUs of its own', 'warning: The server sees every GPU'],
    ],
    [
      'all is all',
      judgeTwo({ CUDA_VISIBLE_DEVICES: '0' }, { CUDA_VISIBLE_DEVICES: 'all' }),
      ['pass: The server has GPUs of its own', 'warning: The server sees every GPU'],
    ],
    [
      // It is for the runtime of containers.
      'the variable of containers, outside of one',
      judgeTwo({ CUDA_VISIBLE_DEVICES: '0' }, { NVIDIA_VISIBLE_DEVICES: '1' }),
      ['pass: The server has GPUs of its own', 'warning: The server sees every GPU'],
    ],
    [
      'parts of a card',
      judgeTwo({ CUDA_VISIBLE_DEVICES: 'MIG-3333' }, { CUDA_VISIBLE_DEVICES: 'MIG-GPU-1111/7/0' }),
      ["not-evaluated: The server's GPUs could not be read", "not-evaluated: The server's GPUs could not be read"],
    ],
    [
      'none',
      judgeTwo({ CUDA_VISIBLE_DEVICES: '' }, { CUDA_VISIBLE_DEVICES: '-1' }),
      ['pass: The server has GPUs of its own', 'pass: The server has GPUs of its own'],
    ],
    [
      'unread',
      judgeTwo({ CUDA_VISIBLE_DEVICES: '0' }, undefined),
      ['pass: The server has GPUs of its own', "not-evaluated: The server's GPUs could not be read"],
    ],
    [
      'devices of the unit',
      judgeTwo({ CUDA_VISIBLE_DEVICES: '0' }, {}, [unit({ DeviceAllow: '/dev/nvidia1 rw' }, { id: 'b.service' })]),
      ['pass: The server has GPUs of its own', 'pass: The server has GPUs of its own'],
    ],
  ])('%s', (_, got, expected) => {
    expect(got).toEqual(expected)
  })
  const byBus = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID' }
  const [ownEach, sharing, open] = [
    'pass: The server has GPUs of its own',
    'warning: Two servers share a GPU',
    'not-evaluated: Which cards the numbers mean is not known',
  ]
  // The first of nvidia-smi is an older card at a lower address of the bus, which CUDA counts last.
  test.each<[string, Record<string, string>, Record<string, string>, readonly string[]]>([
    ['a number, and a card by its name', { CUDA_VISIBLE_DEVICES: '0' }, { CUDA_VISIBLE_DEVICES: 'GPU-2222' }, [open, open]],
    ['a number of each count', { CUDA_VISIBLE_DEVICES: '0' }, { CUDA_VISIBLE_DEVICES: '1', ...byBus }, [open, open]],
    ['both by the bus', { CUDA_VISIBLE_DEVICES: '0', ...byBus }, { CUDA_VISIBLE_DEVICES: 'GPU-2222' }, [ownEach, ownEach]],
    ['both by the same count', { CUDA_VISIBLE_DEVICES: '0' }, { CUDA_VISIBLE_DEVICES: '1' }, [ownEach, ownEach]],
    ['the same number of it', { CUDA_VISIBLE_DEVICES: '1' }, { CUDA_VISIBLE_DEVICES: '1' }, [sharing, sharing]],
    ['all numbers, which are all cards', { CUDA_VISIBLE_DEVICES: '0,1' }, { CUDA_VISIBLE_DEVICES: 'GPU-2222' }, [sharing, sharing]],
    ['none', { CUDA_VISIBLE_DEVICES: '-1' }, { CUDA_VISIBLE_DEVICES: 'GPU-2222' }, [ownEach, ownEach]],
  ])('of different cards, %s', (_, one, other, expected) => {
    const mixed = health({ gpus: [gpu({ name: 'Tesla P40' }), gpu({ index: 1, uuid: 'GPU-2222' })] })
    expect(judge(gpusAssigned, mixed, [server('a', one), server('b', other)], { units: known([]) })).toEqual(expected)
  })
  test('a container whose devices were not shown', () => {
    const box = service('localai', { id: 'box', how: 'container', environment: {} })
    expect(judge(gpusAssigned, two, [box, server('a', { CUDA_VISIBLE_DEVICES: '0' })], { units: known([]) })).toEqual([
      "not-evaluated: The server's GPUs could not be read",
      'pass: The server has GPUs of its own',
    ])
  })
  test('one server, no server, no GPU', () => {
    expect(judge(gpusAssigned, two, [server('a', {})], { units: known([]) })).toEqual(['not-applicable: One server has the GPUs to itself'])
    expect(judge(gpusAssigned, two, [], { units: known([]) })).toEqual(['not-applicable: No inference server on this host'])
    expect(judge(gpusAssigned, health({ gpus: [] }), [server('a', {}), server('b', {})], { units: known([]) })).toEqual([
      'not-applicable: No NVIDIA GPU was found',
    ])
  })
})

describe('beside a server that is none of the engines', () => {
  const sglang = { id: 'sglang', name: 'SGLang', kind: 'inference', pids: [70, 71], user: 'ml', binds: [], section: 'processes', line: 7 }
  const beside = (visible: string | undefined, seat: string, kind = 'inference') =>
    judge(
      gpusAssigned,
      health({
        gpus: [gpu(), gpu({ index: 1, uuid: 'GPU-2222' })],
        processes: [
          { pid: 50, kind: 'C', name: 'python', gpu: 'GPU-1111', line: 8 },
          { pid: 71, kind: 'C', name: 'sglang::scheduler', gpu: seat, line: 9 },
        ],
      }),
      [service('vllm', { pids: [50], environment: visible === undefined ? {} : { CUDA_VISIBLE_DEVICES: visible } })],
      { units: known([]), programs: known([{ ...sglang, kind }]) },
    )
  test.each([
    ['each on its own', '0', 'GPU-2222', 'inference', 'pass: The server has GPUs of its own'],
    ['on the same', '0', 'GPU-1111', 'inference', 'warning: Two servers share a GPU'],
    ['one sees all', undefined, 'GPU-2222', 'inference', 'warning: The server sees every GPU'],
    ['on none that is known', '0', '', 'inference', 'not-applicable: One server has the GPUs to itself'],
    ['no server of models', '0', 'GPU-1111', 'interface', 'not-applicable: One server has the GPUs to itself'],
  ])('%s', (_, visible, seat, kind, expected) => expect(beside(visible, seat, kind)).toEqual([expected]))
})
