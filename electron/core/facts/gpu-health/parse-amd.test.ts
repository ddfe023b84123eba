import { expect, test } from 'vitest'
import { parseGpuHealth } from './parse.ts'

/**
 * Files of sysfs as the kernel documents and prints them: amdgpu_ras.c (`de` since Linux 6.10), amdgpu_pm.c, kfd_process.c, kfd_topology.c. The JSON as
 * amdsmi_commands.py of ROCm 7 makes it. No recording of our own.
 */
const amdHost = `@amd /opt/rocm/bin/amd-smi
@amd-gpu 0000:c1:00.0
=name AMD Instinct MI300X OAM
=errors gfx ue: 0 ce: 3
=errors umc ue: 2 ce: 0 de: 1
=errors sdma
=figure gpu_busy_percent 97
=figure mem_info_vram_used 2815950848
=figure mem_info_vram_total 206141652992
=figure temp2_input 61000
=figure power1_input 612000000
=figure power1_cap 750000000
@amd-gpu 0000:c6:00.0
@amd-smi static 0
={
="gpu_data": [
={
="gpu": 0,
="asic": { "market_name": "AMD Instinct MI300X", "asic_serial": "N/A" },
="bus": { "bdf": "0000:C1:00.0" }
=},
={
="gpu": 1,
="asic": { "market_name": "AMD Radeon PRO W7900" },
="bus": { "bdf": "0000:c6:00.0" }
=}
=]
=}
@amd-smi metric 0
={
="gpu_data": [
={ "gpu": 0, "power": { "socket_power": { "value": 612, "unit": "W" },
="throttle_status": "N/A" },
="ecc": {
="total_uncorrectable_count": 2 }
=},
={ "gpu": 1, "power": {
="throttle_status": "UNTHROTTLED" },
="ecc": {
="total_uncorrectable_count": "N/A" }
=}
=]
=}
@amd-node 51545
=location_id 49408
=domain 0
@amd-node 4242
=location_id 50688
=domain 0
@amd-process 4242
=name python3
=uid 997
=cgroup /system.slice/vllm.service
=vram 51545 2815950848
=vram 4242 0
@amd-process 4243
=name python3
=vram 51545 1048576
=vram 4242 1048576
@amd-driver
`

test('cards of AMD and the processes that compute on them, as the kernel and amd-smi tell', () => {
  const health = parseGpuHealth(amdHost)
  expect(health.known && health.value.amd).toEqual({
    gpus: [
      {
        bus: '0000:c1:00.0',
        name: 'AMD Instinct MI300X OAM',
        line: 2,
        figures: {
          utilizationPercent: 97,
          memoryUsedMiB: 2685.5,
          memoryTotalMiB: 196592,
          temperatureC: 61,
          powerDrawW: 612,
          powerLimitW: 750,
        },
        throttled: undefined,
        allUncorrected: { value: 2, line: 35 },
        errors: [
          { part: 'gfx', uncorrected: 0, line: 4 },
          { part: 'umc', uncorrected: 2, line: 5 },
          { part: 'sdma', uncorrected: undefined, line: 6 },
        ],
      },
      {
        bus: '0000:c6:00.0',
        name: 'AMD Radeon PRO W7900',
        line: 13,
        figures: {},
        throttled: { value: false, line: 38 },
        allUncorrected: undefined,
        errors: [],
      },
    ],
    processes: [
      {
        pid: 4242,
        kind: 'C',
        name: 'python3',
        memoryMiB: 2686,
        gpu: '0000:c1:00.0',
        line: 50,
        uid: 997,
        cgroup: '/system.slice/vllm.service',
      },
      { pid: 4243, kind: 'C', name: 'python3', memoryMiB: 2, gpu: '', line: 56, uid: undefined, cgroup: undefined },
    ],
  })
})

const smi = (metric: string, code = 0) =>
  parseGpuHealth(
    `@amd-gpu 0000:c1:00.0\n@amd-smi static 0\n=[{"gpu": 0, "bus": {"bdf": "0000:c1:00.0"}, "asic": {"market_name": "N/A"}}]\n@amd-smi metric ${code}\n=${metric}\n`,
  )

test.each<[string, string, number, object]>([
  [
    'a list, as until ROCm 6',
    '[{"gpu": 0, "power": {"throttle_status": "THROTTLED"}, "ecc": {"total_uncorrectable_count": 0}}]',
    0,
    { throttled: { value: true }, allUncorrected: { value: 0 } },
  ],
  [
    'a count with a unit',
    '[{"gpu": 0, "ecc": {"total_uncorrectable_count": {"value": 3, "unit": ""}}}]',
    0,
    { allUncorrected: { value: 3 } },
  ],
  [
    'a warning before it, as an account outside render and video gets',
    'WARNING: User is missing the following required groups: render, video. Please add user to these groups.\n=[{"gpu": 0, "ecc": {"total_uncorrectable_count": 3}}]',
    0,
    { allUncorrected: { value: 3 } },
  ],
  ['of another GPU', '[{"gpu": 1, "ecc": {"total_uncorrectable_count": 3}}]', 0, { allUncorrected: undefined }],
  [
    'counts that are not known',
    '[{"gpu": 0, "power": "N/A", "ecc": {"total_uncorrectable_count": "N/A"}}]',
    0,
    { throttled: undefined, allUncorrected: undefined },
  ],
  ['cut off', '[{"gpu": 0, "ecc": {"total_unc', 0, { allUncorrected: undefined }],
  ['its end by the time limit', '[{"gpu": 0, "ecc": {"total_uncorrectable_count": 0}}]', 124, { allUncorrected: undefined }],
])('amd-smi: %s', (_, metric, code, expected) => {
  const health = smi(metric, code)
  expect(health.known && health.value.amd?.gpus[0]).toMatchObject({ name: '', ...expected })
})
