import { describe, expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown } from '../../../facts/fact.ts'
import type { AmdGpu, GpuDetail, GpuHealth, GpuProcess } from '../../../facts/gpu-health/gpu-health.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import { unit } from '../units/unit-facts.testing.ts'
import eccOn from './gpu-ecc-on.control.ts'
import hardwareHealthy from './gpu-hardware-healthy.control.ts'
import metricsCollected from './gpu-metrics-collected.control.ts'
import notThrottled from './gpu-not-throttled.control.ts'
import persistenceOn from './gpu-persistence-on.control.ts'
import processesKnown from './gpu-processes-known.control.ts'
import memoryHeadroom from './inference-gpu-memory-headroom.control.ts'
import gpusAssigned from './inference-gpus-assigned.control.ts'
import requestsBounded from './inference-requests-bounded.control.ts'

const shown = <T>(value: T) => ({ value, line: 5 })
const gpu = (more: Partial<GpuDetail> = {}): GpuDetail => ({
  index: 0,
  name: 'NVIDIA H100',
  uuid: 'GPU-1111',
  bus: '00000000:3B:00.0',
  line: 3,
  persistence: shown(true),
  ecc: shown(true),
  uncorrected: shown(0),
  slowdowns: [],
  slowdownsShown: true,
  ...more,
})
const health = (more: Partial<GpuHealth> = {}): GpuHealth => ({ gpus: [gpu()], processes: [], xids: [], xidLine: 9, ...more })
const judge = (
  control: AnyControl,
  given: GpuHealth,
  services: readonly InferenceService[] = [],
  more: Readonly<Record<string, unknown>> = {},
) => outcomes(ask(control, facts('', services, { 'gpu-health': given, ...more })))
const xid = (code: number, bus = '0000:3b:00') => ({ code, bus, text: '', line: 11 })

const amd = (...gpus: readonly AmdGpu[]): Partial<GpuHealth> => ({ gpus: [], amd: { gpus, processes: [] } })
const mi300 = (...errors: AmdGpu['errors']): AmdGpu => ({ bus: '0000:c1:00.0', name: '', line: 1, figures: {}, errors })
const counted = (part: string, uncorrected?: number) => ({ part, uncorrected, line: 2 })

test.each([
  ['ECC', eccOn],
  ['Faults', hardwareHealthy],
  ['Throttling', notThrottled],
  ['Persistence', persistenceOn],
] as const)('hosts without NVIDIA GPUs: %s', (asked, control) => {
  expect(judge(control, health({ gpus: [] }))).toEqual(['not-applicable: No GPU was found'])
  expect(judge(control, health({ gpus: [], amdTool: '/usr/bin/amd-smi' }))).toEqual([`not-evaluated: ${asked} of AMD GPUs: not read yet`])
  expect(judge(control, health(amd()))).toEqual([`not-evaluated: ${asked} of AMD GPUs: not read yet`])
  const gaudi = { otherMaker: { value: 'habanalabs/0000:19:00.0', line: 4 } }
  expect(judge(control, health({ gpus: [], ...gaudi }))).toEqual([`not-evaluated: ${asked} of this accelerator: not read`])
})

test.each<[string, AmdGpu, string]>([
  ['sound', mi300(counted('umc', 0), counted('gfx', 0)), 'pass: The GPU counts no errors'],
  ['errors of its memory', mi300(counted('umc', 2)), 'fail: The GPU reports hardware faults'],
  ['errors elsewhere', mi300(counted('umc', 0), counted('gfx', 1)), 'fail: The GPU reports hardware faults'],
  ['errors beside what is not read', mi300(counted('umc'), counted('gfx', 1)), 'fail: The GPU reports hardware faults'],
  ['a count that is not read', mi300(counted('umc', 0), counted('gfx')), 'not-evaluated: Memory errors of the GPU were not shown'],
  ['no counts of the memory', mi300(counted('gfx', 0)), 'not-evaluated: Memory errors of the GPU were not shown'],
  ['errors that amd-smi alone counts', { ...mi300(), allUncorrected: { value: 1, line: 4 } }, 'fail: The GPU reports hardware faults'],
  [
    'no errors that amd-smi counts',
    { ...mi300(), allUncorrected: { value: 0, line: 4 } },
    'not-evaluated: Memory errors of the GPU were not shown',
  ],
  ['no counts', mi300(), 'not-evaluated: Memory errors of the GPU were not shown'],
])('an AMD GPU: %s', (_, gpu, expected) => {
  const log = 'not-evaluated: Faults of AMD GPUs in the log were not read'
  expect(judge(hardwareHealthy, health(amd(gpu)))).toEqual([expected, log])
})

test.each<[string, GpuHealth, string]>([
  ['sound', health(), 'pass: The GPU reports no faults'],
  ['no ECC, nothing counted', health({ gpus: [gpu({ ecc: undefined, uncorrected: undefined })] }), 'pass: The GPU reports no faults'],
  [
    'a count that is an error',
    health({ gpus: [gpu({ memoryUnread: { value: 'Unknown Error', line: 4 } })] }),
    'not-evaluated: Memory errors of the GPU were not shown',
  ],
  ['ECC on, but no counts', health({ gpus: [gpu({ uncorrected: undefined })] }), 'not-evaluated: Memory errors of the GPU were not shown'],
  ['uncorrectable errors', health({ gpus: [gpu({ uncorrected: shown(2) })] }), 'fail: The GPU reports hardware faults'],
  ['a row that could not be remapped', health({ gpus: [gpu({ remapFailed: shown(true) })] }), 'fail: The GPU reports hardware faults'],
  ['a row that waits', health({ gpus: [gpu({ remapPending: shown(true) })] }), 'warning: The GPU reports faults to look into'],
  ['a corrupted InfoROM', health({ gpus: [gpu({ inforomCorrupted: shown(true) })] }), 'fail: The GPU reports hardware faults'],
  ['wants a reset', health({ gpus: [gpu({ recovery: shown('Reset') })] }), 'fail: The GPU reports hardware faults'],
  ['fallen off the bus', health({ xids: [xid(79)] }), 'fail: The GPU reports hardware faults'],
  ['with the function part', health({ xids: [xid(79, '0000:3b:00.0')] }), 'fail: The GPU reports hardware faults'],
  ['a row remapped', health({ xids: [xid(63)] }), 'warning: The GPU mended a memory fault'],
  ['an error of a program', health({ xids: [xid(31), xid(13)] }), 'pass: The GPU reports no faults'],
  ['memory that cannot be repaired', health({ gpus: [gpu({ unrepairable: shown(true) })] }), 'fail: The GPU reports hardware faults'],
  ['an uncorrectable error in the log', health({ gpus: [gpu()], xids: [xid(171)] }), 'fail: The GPU reports hardware faults'],
  ['memory marked for repair', health({ gpus: [gpu()], xids: [xid(160)] }), 'warning: The GPU mended a memory fault'],
  ['static memory past its limit', health({ gpus: [gpu({ sramExceeded: shown(true) })] }), 'fail: The GPU reports hardware faults'],
  [
    'a part that waits to be repaired',
    health({ gpus: [gpu({ repairPending: shown(true) })] }),
    'warning: The GPU reports faults to look into',
  ],
  [
    'what it asks for is an error',
    health({ gpus: [gpu({ recovery: shown('Unknown Error') })] }),
    'warning: The GPU reports faults to look into',
  ],
  ['an Xid that nobody explains here', health({ xids: [xid(161)] }), 'warning: The GPU reports faults to look into'],
])('gpu-hardware-healthy: %s', (_, given, expected) => {
  expect(judge(hardwareHealthy, given)).toEqual([expected])
})

test('gpu-hardware-healthy: a card that the driver holds and nvidia-smi does not show', () => {
  expect(judge(hardwareHealthy, health({ hidden: 1 }))).toEqual([
    'pass: The GPU reports no faults',
    'not-evaluated: A GPU does not show itself',
  ])
})

test.each<[string, Partial<GpuHealth>, readonly string[]]>([
  ['fallen off the bus', { xids: [xid(79, '0000:07:00')] }, ['fail: A GPU that is not shown had faults']],
  ['an error of a program there', { xids: [xid(31, '0000:07:00')] }, []],
  ['a row remapped there', { xids: [xid(63, '0000:07:00')] }, ['warning: A GPU that is not shown had faults']],
  [
    'a switch, by numbers of its own',
    { xids: [{ ...xid(79), nvswitch: true, text: 'Non-fatal, Link 3' }] },
    ['warning: An NVSwitch reports faults'],
  ],
  ['a switch', { xids: [{ ...xid(11001, '0000:c1:00.0'), nvswitch: true, text: 'Fatal, Link 12' }] }, ['fail: An NVSwitch reports faults']],
])('gpu-hardware-healthy: a fault beside the GPUs that are shown: %s', (_, given, expected) => {
  expect(judge(hardwareHealthy, health(given))).toEqual(['pass: The GPU reports no faults', ...expected])
})

test('gpu-hardware-healthy: a log that was not read is said once, and is no pass', () => {
  const two = health({ gpus: [gpu(), gpu({ uuid: 'GPU-2' })], xids: undefined })
  expect(judge(hardwareHealthy, two)).toEqual([
    'pass: The GPU reports no faults',
    'pass: The GPU reports no faults',
    'not-evaluated: Faults in the kernel log were not read',
  ])
})

test.each<[AnyControl, string, Partial<GpuDetail>, string]>([
  [eccOn, 'on', {}, 'pass: ECC is on'],
  [eccOn, 'off', { ecc: shown(false) }, 'warning: ECC is off'],
  [eccOn, 'ERR!', { ecc: undefined, memoryUnread: { value: 'ERR!', line: 4 } }, 'not-evaluated: What its memory does was not shown'],
  [notThrottled, 'not shown', { slowdownsShown: undefined }, 'not-evaluated: What holds its clocks was not shown'],
  [eccOn, 'a game card', { ecc: undefined }, 'not-applicable: The GPU has no ECC'],
  [persistenceOn, 'on', {}, 'pass: The driver stays loaded'],
  [persistenceOn, 'off', { persistence: shown(false) }, 'warning: The driver is unloaded when idle'],
  [persistenceOn, 'not shown', { persistence: undefined }, 'not-evaluated: Persistence was not shown'],
  [notThrottled, 'cool', {}, 'pass: Clocks are not held down'],
  [notThrottled, 'hot', { slowdowns: [shown('hw_thermal_slowdown')] }, 'warning: Heat or power slows the GPU down'],
])('$id: %s', (control, _, more, expected) => {
  expect(judge(control, health({ gpus: [gpu(more)] }))).toEqual([expected])
})

describe('gpu-processes-known', () => {
  test('a card that does not show its processes is not known to have none', () => {
    const unread = health({ gpus: [gpu({ processesUnread: { value: 'N/A', line: 5 } })] })
    expect(judge(processesKnown, unread)).toEqual(['not-evaluated: Processes of the GPU were not shown'])
  })

  test('a card that does not show itself, and one of several users that shows nothing of them, are not known to have none', () => {
    expect(judge(processesKnown, health({ hidden: 1 }))).toEqual(['not-evaluated: Processes of a GPU were not shown'])
    expect(judge(processesKnown, health({ gpus: [gpu({ mig: shown(true) })] }))).toEqual([
      'not-evaluated: Processes of the GPU were not shown',
    ])
    expect(judge(processesKnown, health({ gpus: [gpu({ mig: shown(false) })] }))).toEqual(['pass: Every GPU process is known'])
  })

  const process = (pid: number, name: string, cgroup?: string, uid?: number) => ({
    pid,
    kind: 'C',
    name,
    gpu: 'GPU-1111',
    line: 20,
    cgroup,
    uid,
  })
  const id = 'a'.repeat(64)
  const rest = {
    programs: known([
      { kind: 'inference', pids: [300, 301] },
      { kind: 'notebook', pids: [201] },
    ]),
    processes: known([]),
    accounts: known({ accounts: [{ name: 'ada', uid: 1000, gid: 1000, home: '/', shell: '/bin/sh', line: 1 }], groups: [] }),
    containers: known({ runtimes: ['docker'], containers: [{ id, name: 'notebook', image: 'jupyter', running: true, line: 4 }] }),
  }
  const ours = service('vllm', { unit: 'vllm.service', pids: [100, 101] })
  test.each<[string, ReturnType<typeof process>, string]>([
    ['the server', process(100, '/opt/vllm'), 'pass: Every GPU process is known'],
    ['its worker in the same unit', process(150, 'VLLM::Worker', '/system.slice/vllm.service'), 'pass: Every GPU process is known'],
    ['a tool of NVIDIA', process(9, '/usr/bin/nv-hostengine', '/system.slice/nvidia-dcgm.service'), 'pass: Every GPU process is known'],
    ['the screen of the host', process(10, '/usr/lib/xorg/Xorg', '/system.slice/gdm.service', 0), 'pass: Every GPU process is known'],
    [
      'what calls itself one',
      process(11, '/home/ada/Xorg', '/user.slice/user-1000.slice/session-3.scope', 1000),
      'warning: A GPU process is no inference server',
    ],
    ['another model server', process(301, 'sglang::scheduler'), 'pass: Every GPU process is known'],
    [
      'a notebook',
      process(200, '/usr/bin/python3', `/system.slice/docker-${id}.scope`, 1000),
      'warning: A GPU process is no inference server',
    ],
    [
      'a person’s session',
      process(201, 'python', '/user.slice/user-1000.slice/session-3.scope', 1000),
      'warning: A GPU process is no inference server',
    ],
    ['a miner', process(202, '/tmp/.x/xmrig', '/user.slice', 1000), 'fail: A suspicious program uses a GPU'],
    ['not to be seen', process(203, '[Not Found]'), 'not-evaluated: A GPU process could not be seen'],
  ])('%s', (_, one, expected) => {
    expect(judge(processesKnown, health({ processes: [one] }), [ours], rest)).toEqual([expected])
  })
  test.each<[string, string, Partial<Process>, string]>([
    ['by its name alone', 'nvidia-smi', { name: 'nvidia-smi' }, 'pass: Every GPU process is known'],
    [
      'the server of MPS, whose package was updated',
      '/usr/bin/nvidia-cuda-mps-server',
      { name: 'nvidia-cuda-mps', executable: '/usr/bin/nvidia-cuda-mps-server (deleted)' },
      'pass: Every GPU process is known',
    ],
    ['somewhere else', '/home/ada/nvidia-smi', { name: 'nvidia-smi' }, 'warning: A GPU process is no inference server'],
    ['in /tmp', '/tmp/nvidia-smi', { name: 'nvidia-smi' }, 'fail: A suspicious program uses a GPU'],
    [
      'by what it calls itself',
      '/usr/bin/nvidia-smi',
      { name: 'nvidia-smi', argv: ['/usr/bin/nvidia-smi'], executable: '/dev/shm/m' },
      'fail: A suspicious program uses a GPU',
    ],
    [
      'another program of the system',
      'nvidia-smi',
      { name: 'nvidia-smi', executable: '/usr/bin/python3.12' },
      'warning: A GPU process is no inference server',
    ],
  ])('a tool of NVIDIA %s', (_, name, seen, expected) => {
    const processes = known([{ pid: 9, ppid: 1, user: 'ada', uid: 1000, name: '', argv: [name], line: 2, ...seen }])
    expect(judge(processesKnown, health({ processes: [process(9, name, '/user.slice', 1000)] }), [ours], { ...rest, processes })).toEqual([
      expected,
    ])
  })
  test('a stranger is traced to account and container', () => {
    const given = health({ processes: [process(200, 'python', `/docker/${id}`, 1000)] })
    const [verdict] = ask(processesKnown, facts('', [ours], { 'gpu-health': given, ...rest }))
    expect(verdict?.reason).toContain('of ada uses GPU')
    expect(verdict?.reason).toContain('container notebook (jupyter)')
  })
  test('no process, no GPU', () => {
    expect(judge(processesKnown, health(), [ours], rest)).toEqual(['pass: Every GPU process is known'])
    expect(judge(processesKnown, health({ gpus: [], amdTool: '/usr/bin/amd-smi' }), [ours], rest)).toEqual([
      'not-evaluated: Processes of AMD GPUs: not read yet',
    ])
    expect(judge(processesKnown, health({ gpus: [] }), [ours], rest)).toEqual(['not-applicable: No GPU was found'])
  })
  test('what computes on a GPU of AMD, by the name that the process has', () => {
    const on = (...processes: readonly GpuProcess[]) => health({ ...amd(mi300()), amd: { gpus: [mi300()], processes } })
    const partly = 'not-evaluated: Not every use of AMD GPUs can be seen'
    expect(judge(processesKnown, on(), [ours], rest)).toEqual([partly])
    expect(judge(processesKnown, on({ ...process(100, 'python3'), gpu: '' }), [ours], rest)).toEqual([partly])
    expect(judge(processesKnown, on({ ...process(400, 'python3'), gpu: '' }), [ours], rest)).toEqual([
      'warning: A GPU process is no inference server',
    ])
    const miner = known([{ pid: 400, name: 'a', argv: ['/tmp/.x/a'], line: 1 }])
    expect(judge(processesKnown, on({ ...process(400, 'a'), gpu: '' }), [ours], { ...rest, processes: miner })).toEqual([
      'fail: A suspicious program uses a GPU',
    ])
  })
})

test.each<[string, Readonly<Record<string, unknown>>, string]>([
  ['a process', { processes: [{ name: 'dcgm-exporter', argv: [], line: 2 }] }, 'pass: An exporter of GPU figures runs'],
  [
    'a container',
    {
      containers: known({ runtimes: [], containers: [{ name: 'd', image: 'nvcr.io/nvidia/k8s/dcgm-exporter:4', running: true, line: 1 }] }),
    },
    'pass: An exporter of GPU figures runs',
  ],
  [
    'a stopped container',
    { containers: known({ runtimes: [], containers: [{ name: 'd', image: 'dcgm-exporter', running: false, line: 1 }] }) },
    'warning: Nothing exports GPU figures',
  ],
  [
    'an agent may',
    { processes: [{ name: 'telegraf', argv: [], line: 2 }] },
    'needs-attestation: An agent runs that may export GPU figures',
  ],
  [
    'an exporter beside an agent',
    {
      processes: [
        { name: 'alloy', argv: [], line: 2 },
        { name: 'x', argv: ['/usr/bin/nvidia_gpu_exporter'], line: 3 },
      ],
    },
    'pass: An exporter of GPU figures runs',
  ],
  ['node_exporter alone has no GPU', { processes: [{ name: 'node_exporter', argv: [], line: 2 }] }, 'warning: Nothing exports GPU figures'],
  ['containers unread', { containers: unknown('refused', []) }, 'not-evaluated: Containers could not be searched'],
])('gpu-metrics-collected: %s', (_, more, expected) => {
  expect(judge(metricsCollected, health(), [], { processes: [], os: unknown('', []), ...more })).toEqual([expected])
})

test('beside a card of NVIDIA, the graphics of an AMD processor are none to judge, and a card that counts is', () => {
  const beside = (card: AmdGpu) => judge(hardwareHealthy, health({ amd: { gpus: [card], processes: [] } }))
  const sound = 'pass: The GPU reports no faults'
  expect(beside(mi300())).toEqual([sound])
  expect(beside(mi300(counted('umc', 1)))).toEqual([
    'fail: The GPU reports hardware faults',
    'not-evaluated: Faults of AMD GPUs in the log were not read',
    sound,
  ])
})

test('inference-gpus-assigned: a host with GPUs of AMD is not one without', () => {
  const two = [service('vllm', { id: 'a' }), service('vllm', { id: 'b' })]
  expect(judge(gpusAssigned, health(amd(mi300())), two)).toEqual(['not-evaluated: Users of AMD GPUs: not read yet'])
})

/** As specifications of the Container Device Interface that nvidia-ctk writes have it (github.com/NVIDIA/nvidia-container-toolkit): `void` instead of what the image says. */
describe('inference-gpus-assigned, in containers', () => {
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

describe('inference-gpus-assigned', () => {
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

const vllm = (...words: readonly string[]) => [service('vllm', { argv: ['vllm', 'serve', 'm', ...words] })]
test.each<[AnyControl, string, readonly InferenceService[], string]>([
  [memoryHeadroom, 'default', vllm(), 'pass: GPU memory is left free'],
  [memoryHeadroom, '0.95', vllm('--gpu-memory-utilization', '0.95'), 'pass: GPU memory is left free'],
  [memoryHeadroom, '0.98 with underscores', vllm('--gpu_memory_utilization=0.98'), 'warning: The server takes nearly all GPU memory'],
  [
    memoryHeadroom,
    'a cache in bytes, for which its share is not asked',
    vllm('--gpu-memory-utilization', '0.9', '--kv-cache-memory-bytes=70G'),
    "not-evaluated: The server's memory share could not be read",
  ],
  [memoryHeadroom, 'a file', vllm('--config', 'x.yaml'), 'not-evaluated: Settings of the server stand in a file'],
  [memoryHeadroom, 'nonsense', vllm('--gpu-memory-utilization', 'lots'), "not-evaluated: The server's memory share could not be read"],
  [memoryHeadroom, 'unread', [service('vllm')], "not-evaluated: The server's command line could not be read"],
  [memoryHeadroom, 'Ollama', [service('ollama')], 'not-applicable: The engine asks for memory as needed'],
  [requestsBounded, 'both', vllm('--max-model-len', '8192', '--max_num_seqs=32'), 'pass: Length and number of requests are bounded'],
  [requestsBounded, 'one', vllm('--max-model-len', '8192'), 'warning: --max-num-seqs is not set'],
  [requestsBounded, 'none', vllm(), 'warning: Requests are not bounded'],
  [requestsBounded, 'as long as fits', vllm('--max-model-len=auto', '--max-num-seqs=32'), 'warning: --max-model-len is not set'],
  [requestsBounded, 'as long as fits, as a number', vllm('--max-model-len', '-1'), 'warning: Requests are not bounded'],
  [requestsBounded, 'a file', vllm('--config=x.yaml'), 'not-evaluated: Settings of the server stand in a file'],
  [requestsBounded, 'unread', [service('vllm')], "not-evaluated: The server's command line could not be read"],
  [requestsBounded, 'Ollama', [service('ollama')], 'not-applicable: The engine has bounds of its own'],
])('$id: %s', (control, _, services, expected) => {
  expect(outcomes(ask(control, facts('', services, { processes: known([]) })))).toEqual([expected])
})
