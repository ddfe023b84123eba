import { expect, test } from 'vitest'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { known, unknown } from '../../../facts/fact.ts'
import type { AmdGpu, GpuDetail, GpuHealth } from '../../../facts/gpu-health/gpu-health.ts'
import type { AnyControl } from '../../control.ts'
import { ask, facts, outcomes, service } from '../proxy/proxy-facts.ts'
import eccOn from './gpu-ecc-on.control.ts'
import { amd, gpu, health, judge, mi300, shown } from './gpu-facts.testing.ts'
import hardwareHealthy from './gpu-hardware-healthy.control.ts'
import metricsCollected from './gpu-metrics-collected.control.ts'
import notThrottled from './gpu-not-throttled.control.ts'
import persistenceOn from './gpu-persistence-on.control.ts'
import memoryHeadroom from './inference-gpu-memory-headroom.control.ts'
import requestsBounded from './inference-requests-bounded.control.ts'

const xid = (code: number, bus = '0000:3b:00') => ({ code, bus, text: '', line: 11 })
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
  [memoryHeadroom, 'a file', vllm('--config', 'x.yaml'), 'not-evaluated: Not all settings of the server are in sight'],
  [memoryHeadroom, 'a variable that was not read', vllm('$VLLM_ARGS'), 'not-evaluated: Not all settings of the server are in sight'],
  [memoryHeadroom, 'nonsense', vllm('--gpu-memory-utilization', 'lots'), "not-evaluated: The server's memory share could not be read"],
  [memoryHeadroom, 'unread', [service('vllm')], "not-evaluated: The server's command line could not be read"],
  [memoryHeadroom, 'Ollama', [service('ollama')], 'not-applicable: The engine asks for memory as needed'],
  [requestsBounded, 'both', vllm('--max-model-len', '8192', '--max_num_seqs=32'), 'pass: Length and number of requests are bounded'],
  [requestsBounded, 'one', vllm('--max-model-len', '8192'), 'warning: --max-num-seqs is not set'],
  [requestsBounded, 'none', vllm(), 'warning: Requests are not bounded'],
  [requestsBounded, 'as long as fits', vllm('--max-model-len=auto', '--max-num-seqs=32'), 'warning: --max-model-len is not set'],
  [requestsBounded, 'as long as fits, as a number', vllm('--max-model-len', '-1'), 'warning: Requests are not bounded'],
  [requestsBounded, 'a file', vllm('--config=x.yaml'), 'not-evaluated: Not all settings of the server are in sight'],
  [requestsBounded, 'a variable that was not read', vllm('$VLLM_ARGS'), 'not-evaluated: Not all settings of the server are in sight'],
  [requestsBounded, 'unread', [service('vllm')], "not-evaluated: The server's command line could not be read"],
  [requestsBounded, 'Ollama', [service('ollama')], 'not-applicable: The engine has bounds of its own'],
])('$id: %s', (control, _, services, expected) => {
  expect(outcomes(ask(control, facts('', services, { processes: known([]) })))).toEqual([expected])
})
