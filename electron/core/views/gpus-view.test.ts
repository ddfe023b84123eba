import { expect, test } from 'vitest'
import { hostGpusSchema } from '#shared/model/host-gpus.ts'
import { gpu01 } from '#testing/demo/hosts/gpu-01.ts'
import { gpu02 } from '#testing/demo/hosts/gpu-02.ts'
import { sourcesOf } from './demo-sources.testing.ts'
import { hostGpus } from './gpus-view.ts'

test('figures and health of a GPU stand in one row, with the line that shows them', () => {
  const view = hostGpusSchema.parse(hostGpus(sourcesOf(gpu02)))
  expect(view).toMatchObject({ driver: '570.195.03', cuda: '12.8', gaps: [] })
  expect(view.gpus).toHaveLength(2)
  expect(view.gpus[1]).toMatchObject({
    index: 1,
    memoryTotalMiB: 49_140,
    persistence: false,
    ecc: true,
    uncorrectedErrors: 0,
    slowdowns: ['hw_slowdown', 'hw_thermal_slowdown'],
    powerCapped: true,
    xids: [],
    open: [{ control: 'gpu-not-throttled' }, { control: 'gpu-persistence-on' }],
  })
  expect(view.gpus[1]?.mig).toBeUndefined()
  expect(view.gpus[1]?.proof).toMatchObject({ section: 'gpus', line: 2, text: expect.stringContaining(view.gpus[1]?.uuid ?? '?') })
})

test('a process is traced to account, unit and inference server', () => {
  expect(hostGpus(sourcesOf(gpu01)).users[0]).toMatchObject({
    pid: 1410,
    gpu: 0,
    account: 'vllm',
    unit: 'vllm.service',
    placed: true,
    belongsTo: { kind: 'service', name: 'vLLM (vllm.service)' },
  })
})

test('a process of nobody known is flagged as the finding about it says', () => {
  const stranger =
    '=<process_info>\n=<pid>4711</pid>\n=<type>C</type>\n=<process_name>/tmp/.x/xmrig</process_name>\n=</process_info>\n=</gpu>'
  const sources = sourcesOf(gpu01, { edit: { 'gpu-health': (text) => `${text.replace('=</gpu>', stranger)}@process 4711\n=uid 1401\n` } })
  expect(hostGpus(sources).users.find(({ pid }) => pid === 4711)).toMatchObject({
    account: 'uid 1401',
    placed: false,
    verdict: { control: 'gpu-processes-known', status: 'fail', title: 'A suspicious program uses a GPU' },
  })
})

test('processes that nvidia-smi keeps back are a gap, never none', () => {
  const keptBack = (text: string) => text.replace('=</gpu>', '=<processes>N/A</processes>\n=</gpu>')
  const view = hostGpusSchema.parse(hostGpus(sourcesOf(gpu01, { edit: { 'gpu-health': keptBack } })))
  expect(view).toMatchObject({ usersKnown: false, gaps: [{ reason: expect.stringContaining('nvidia-smi shows N/A') }] })
  expect(hostGpus(sourcesOf(gpu01))).toMatchObject({ usersKnown: true, gaps: [] })
})

test.each([
  ['no tool', { state: 'missing' }, 'no-tool'],
  ['no device', { state: 'ok', exitCode: 6, stdout: 'No devices were found\n' }, 'no-device'],
] as const)('without GPUs it says why: %s', (_, gpus, none) => {
  const view = hostGpus(sourcesOf({ ...gpu01, gpus: [] }, { outputs: { gpus } }))
  expect(view).toMatchObject({ gpus: [], users: [], none, gaps: [] })
})

test('a driver that does not answer is a gap, never a host without GPUs', () => {
  const stderr = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."
  const view = hostGpus(sourcesOf({ ...gpu01, gpus: [] }, { outputs: { gpus: { state: 'ok', exitCode: 9, stderr } } }))
  expect(view.none).toBeUndefined()
  expect(view.gaps).toEqual([{ reason: expect.stringContaining("couldn't communicate with the NVIDIA driver"), sudoers: [] }])
})

test('tools of AMD alone are named, and not taken for no GPU', () => {
  const view = hostGpus(sourcesOf({ ...gpu01, gpus: [] }, { edit: { 'gpu-health': (text) => `${text}@amd /usr/bin/rocm-smi\n` } }))
  expect(view.none).toBe('amd-only')
})

test('cards of AMD stand beside those of NVIDIA, with whose the processes on them are', () => {
  const amd = `@amd-gpu 0000:c1:00.0
=name AMD Instinct MI300X OAM
=errors umc ue: 0 ce: 0
=figure gpu_busy_percent 12
=figure mem_info_vram_used 1073741824
=figure mem_info_vram_total 206141652992
@amd-node 51545
=location_id 49408
@amd-process 1410
=name python3
=cgroup /system.slice/vllm.service
=vram 51545 1073741824
`
  const view = hostGpusSchema.parse(hostGpus(sourcesOf({ ...gpu01, gpus: [] }, { edit: { 'gpu-health': (text) => text + amd } })))
  expect(view.none).toBeUndefined()
  expect(view.gpus).toMatchObject([
    {
      vendor: 'amd',
      uuid: '0000:c1:00.0',
      index: 0,
      utilizationPercent: 12,
      memoryUsedMiB: 1024,
      uncorrectedErrors: 0,
      passing: 1,
      proof: { section: 'gpu-health', text: '@amd-gpu 0000:c1:00.0' },
    },
  ])
  expect(view.users).toMatchObject([{ pid: 1410, gpu: 0, memoryMiB: 1024, unit: 'vllm.service', belongsTo: { kind: 'service' } }])
})

test('of a card of AMD no errors are said where its memory is not counted', () => {
  const view = (rows: string) =>
    hostGpus(sourcesOf({ ...gpu01, gpus: [] }, { edit: { 'gpu-health': (text) => `${text}@amd-gpu 0000:c1:00.0\n${rows}` } })).gpus[0]
  expect(view('')?.uncorrectedErrors).toBeUndefined()
  expect(view('=errors gfx ue: 0 ce: 0\n')?.uncorrectedErrors).toBeUndefined()
  expect(view('=errors umc\n=errors gfx ue: 1 ce: 0\n')?.uncorrectedErrors).toBe(1)
})

test('a fault in the kernel log stands with its card', () => {
  const line = '=[30522.0] NVRM: Xid (PCI:0000:2c:00): 79, pid=0, GPU has fallen off the bus.'
  const view = hostGpus(sourcesOf(gpu01, { edit: { 'gpu-health': (text) => `${text}${line}\n` } }))
  expect(view.gpus.map(({ xids }) => xids?.map(({ code }) => code))).toEqual([[], [79]])
  const unread = hostGpus(sourcesOf({ ...gpu01, sudo: false }))
  expect(unread.gpus[0]?.xids).toBeUndefined()
})
