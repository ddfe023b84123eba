import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { collectGpuHealth } from './collect.ts'
import { parseGpuHealth, readXid } from './parse.ts'

/** Element names and nesting of R580, several elements on a line as `nvidia-smi -q -x` prints them, after public outputs of an H100. */
const h100 = `@nvidia-smi 0
=<cuda_version>13.0</cuda_version>
=<gpu id="00000000:3B:00.0">
=<product_name>NVIDIA H100 80GB HBM3</product_name>
=<persistence_mode>Enabled</persistence_mode>
=<mig_mode><current_mig>Disabled</current_mig><pending_mig>Disabled</pending_mig></mig_mode>
=<uuid>GPU-66666666-7777-8888-9999-aaaaaaaaaaaa</uuid>
=<gpu_recovery_action>Reset</gpu_recovery_action>
=<ecc_mode><current_ecc>Enabled</current_ecc><pending_ecc>Enabled</pending_ecc></ecc_mode>
=<ecc_errors>
=<volatile><sram_correctable>7</sram_correctable><sram_uncorrectable_parity>0</sram_uncorrectable_parity><dram_uncorrectable>2</dram_uncorrectable></volatile>
=<aggregate><dram_uncorrectable>5</dram_uncorrectable></aggregate>
=</ecc_errors>
=<remapped_rows><remapped_row_pending>Yes</remapped_row_pending><remapped_row_failure>No</remapped_row_failure></remapped_rows>
=<clocks_event_reason_hw_thermal_slowdown>Active</clocks_event_reason_hw_thermal_slowdown>
=<clocks_event_reason_sw_power_cap>Active</clocks_event_reason_sw_power_cap>
=<processes>
=<process_info><pid>301990</pid><type>C</type><process_name>/tmp/.x/a &amp; b</process_name><used_memory>1822 MiB</used_memory></process_info>
=<process_info><pid>302117</pid><type>C</type><process_name>[Not Found]</process_name><used_memory>N/A</used_memory></process_info>
=</processes>
=</gpu>
@process 301990
=uid 1001
=cgroup /user.slice/user-1001.slice/session-4.scope
@kernel-log 0
=[30522.000001] NVRM: Xid (PCI:0000:3b:00): 79, pid=0, GPU has fallen off the bus.
`
/** R470: clocks_throttle_reasons, double_bit totals, no remapped rows. */
const t4 = `@nvidia-smi 0
=<gpu id="00000000:65:00.0">
=<product_name>Tesla T4</product_name>
=<persistence_mode>Disabled</persistence_mode>
=<uuid>GPU-12121212-3434-5656-7878-909090909090</uuid>
=<ecc_mode>
=<current_ecc>Enabled</current_ecc>
=</ecc_mode>
=<volatile>
=<single_bit>
=<total>9</total>
=</single_bit>
=<double_bit>
=<total>1</total>
=</double_bit>
=</volatile>
=<pending_retirement>No</pending_retirement>
=<clocks_throttle_reason_hw_slowdown>Active</clocks_throttle_reason_hw_slowdown>
=</gpu>
`

test('an H100 of R580 in trouble', () => {
  const health = parseGpuHealth(h100)
  expect(health).toMatchObject({
    known: true,
    value: {
      cuda: { value: '13.0', line: 2 },
      gpus: [
        {
          index: 0,
          name: 'NVIDIA H100 80GB HBM3',
          bus: '00000000:3B:00.0',
          persistence: { value: true, line: 5 },
          mig: { value: false },
          ecc: { value: true },
          // Only what is uncorrectable, and only since the driver was loaded.
          uncorrected: { value: 2, line: 11 },
          remapPending: { value: true },
          remapFailed: { value: false },
          recovery: { value: 'Reset' },
          slowdowns: [{ value: 'hw_thermal_slowdown' }],
          powerCapped: { value: true },
        },
      ],
      processes: [
        { pid: 301990, name: '/tmp/.x/a & b', memoryMiB: 1822, uid: 1001, cgroup: '/user.slice/user-1001.slice/session-4.scope' },
        { pid: 302117, name: '[Not Found]' },
      ],
      xids: [{ code: 79, bus: '0000:3b:00' }],
    },
  })
})

test('a T4 of R470', () => {
  const health = parseGpuHealth(t4)
  expect(health.known && health.value.gpus[0]).toMatchObject({
    uncorrected: { value: 1 },
    remapPending: { value: false },
    slowdowns: [{ value: 'hw_slowdown' }],
    persistence: { value: false },
  })
  expect(health.known && health.value.xids).toBeUndefined()
})

test.each<[string, string | undefined]>([
  ['N/A', undefined],
  ['[N/A]', undefined],
  ['ERR!', 'ERR!'],
  ['Unknown Error', 'Unknown Error'],
  ['GPU requires reset', 'GPU requires reset'],
])('memory that says %j', (said, expected) => {
  const read = (text: string) => {
    const health = parseGpuHealth(`@nvidia-smi 0\n=<gpu id="0">\n=<uuid>GPU-1</uuid>\n=${text}\n=</gpu>\n`)
    return health.known ? health.value.gpus[0]?.memoryUnread?.value : 'unknown'
  }
  expect(read(`<current_ecc>${said}</current_ecc>`)).toBe(expected)
  expect(read(`<volatile><sram_uncorrectable>0</sram_uncorrectable><dram_uncorrectable>${said}</dram_uncorrectable></volatile>`)).toBe(
    expected,
  )
})

test.each([
  'remapped_row_pending',
  'remapped_row_failure',
  'pending_retirement',
  'channel_repair_pending',
  'sram_threshold_exceeded',
  'unrepairable_memory',
])('an error where %s should stand', (tag) => {
  const read = (said: string) => {
    const health = parseGpuHealth(`@nvidia-smi 0\n=<gpu id="0"><uuid>GPU-1</uuid>\n=<${tag}>${said}</${tag}>\n=</gpu>\n`)
    return health.known ? health.value.gpus[0]?.memoryUnread?.value : 'unknown'
  }
  expect([read('Unknown Error'), read('N/A'), read('No')]).toEqual(['Unknown Error', undefined, undefined])
})

test.each<[string, object | undefined]>([
  ['=<processes>N/A</processes>\n', { value: 'N/A', line: 3 }],
  ['=<processes>[Insufficient Permissions]</processes>\n', { value: '[Insufficient Permissions]', line: 3 }],
  ['=<processes>\n=</processes>\n', undefined],
  ['=<processes></processes>\n', undefined],
  ['', undefined],
])('processes that stand as %j', (text, expected) => {
  const health = parseGpuHealth(`@nvidia-smi 0\n=<gpu id="0"><uuid>GPU-1</uuid>\n${text}=</gpu>\n`)
  expect(health.known && health.value.gpus[0]?.processesUnread).toEqual(expected)
})

test.each(['N/A', '[N/A]', 'ERR!', 'Unknown Error', '[Not Supported]', 'GPU requires reset', ''])(
  'a value that is missing as %j stays absent',
  (nothing) => {
    const health = parseGpuHealth(
      `@nvidia-smi 0\n=<gpu id="0">\n=<uuid>GPU-1</uuid>\n=<persistence_mode>${nothing}</persistence_mode><current_ecc>${nothing}</current_ecc><volatile><dram_uncorrectable>${nothing}</dram_uncorrectable></volatile>\n=</gpu>\n`,
    )
    const gpu = health.known ? health.value.gpus[0] : undefined
    expect([gpu?.uuid, gpu?.persistence, gpu?.ecc, gpu?.uncorrected]).toEqual(['GPU-1', undefined, undefined, undefined])
  },
)

test.each<[string, string, object]>([
  ['no nvidia-smi', '', { known: true, value: { gpus: [], amdTool: undefined } }],
  ['AMD', '@amd /opt/rocm/bin/amd-smi\n', { known: true, value: { gpus: [], amdTool: '/opt/rocm/bin/amd-smi' } }],
  [
    'Gaudi',
    '@other habanalabs/0000:19:00.0\n',
    { known: true, value: { gpus: [], otherMaker: { value: 'habanalabs/0000:19:00.0', line: 1 } } },
  ],
  [
    'what a driver since 590 says of memory',
    '@nvidia-smi 0\n=<gpu id="0"><uuid>GPU-1</uuid>\n=<unrepairable_memory>Yes</unrepairable_memory>\n=</gpu>\n',
    { known: true, value: { gpus: [{ unrepairable: { value: true, line: 3 } }] } },
  ],
  ['AMD without any tool', '@amd-driver\n', { known: true, value: { gpus: [], amd: { gpus: [], processes: [] } } }],
  ['no devices', '@nvidia-smi 6\n=No devices were found\n', { known: true, value: { gpus: [] } }],
  ['no device that this account may open', '@nvidia-smi 6\n=No devices were found\n@driver 2\n', { known: false }],
  ['a driver without its tools', '@driver 2\n@kernel-log 126\n', { known: false }],
  ['a driver whose cards are not told', '@driver\n@kernel-log 126\n', { known: false }],
  ['one card of two', '@nvidia-smi 0\n=<gpu id="0"><uuid>GPU-1</uuid></gpu>\n@driver 2\n', { known: true, value: { hidden: 1 } }],
  [
    'a card that tells nothing but an error',
    '@nvidia-smi 0\n=<gpu id="00000000:3B:00.0"><uuid>GPU-1</uuid></gpu>\n=<gpu id="00000000:5E:00.0"><product_name>Unknown Error</product_name><uuid>GPU is lost</uuid></gpu>\n@driver 1\n',
    { known: true, value: { hidden: 1, gpus: [{ uuid: 'GPU-1' }] } },
  ],
  [
    'what R550 and newer say of repairs',
    '@nvidia-smi 0\n=<gpu id="0"><uuid>GPU-1</uuid>\n=<aggregate><sram_threshold_exceeded>Yes</sram_threshold_exceeded></aggregate>\n=<channel_repair_pending>No</channel_repair_pending><tpc_repair_pending>Yes</tpc_repair_pending>\n=</gpu>\n',
    { known: true, value: { gpus: [{ sramExceeded: { value: true, line: 3 }, repairPending: { value: true, line: 4 } }] } },
  ],
  ['all cards', '@nvidia-smi 0\n=<gpu id="0"><uuid>GPU-1</uuid></gpu>\n@driver 1\n', { known: true, value: { hidden: undefined } }],
  ['driver mismatch', '@nvidia-smi 18\n=Failed to initialize NVML: Driver/library version mismatch\n', { known: false }],
  ['driver missing', "@nvidia-smi 9\n=NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", { known: false }],
  ['an answer without GPUs', '@nvidia-smi 0\n=<driver_version>580</driver_version>\n', { known: false }],
  ['log refused', '@nvidia-smi 0\n=<gpu id="0"><uuid>GPU-1</uuid></gpu>\n@kernel-log 126\n', { known: true, value: { xids: undefined } }],
])('%s', (_, text, expected) => {
  expect(parseGpuHealth(text)).toMatchObject(expected)
})

/** Elements of nvsmi_device_v12.dtd: mig_device, ecc_error_count, volatile_count. */
test.each([
  [3, { value: 3, line: 7 }],
  [0, undefined],
])('an instance of MIG that counts %s errors', (count, expected) => {
  const instance = (errors: number) => `=<volatile_count>\n=<sram_uncorrectable>${errors}</sram_uncorrectable>\n=</volatile_count>\n`
  const health = parseGpuHealth(
    `@nvidia-smi 0\n=<gpu id="0"><uuid>GPU-1</uuid>\n${instance(0)}${instance(count)}=<volatile><dram_uncorrectable>N/A</dram_uncorrectable></volatile>\n=</gpu>\n`,
  )
  expect(health.known && health.value.gpus[0]?.uncorrected).toEqual(expected)
})

test.each<[string, readonly object[]]>([
  ["[12.3] NVRM: Xid (PCI:0000:3b:00): 48, pid='<unknown>', name=<unknown>, An uncorrectable double bit error (DBE)", [{ code: 48 }]],
  ['[30522.000500] NVRM: Xid (PCI:0000:3b:00.0): 79, GPU has fallen off the bus.', [{ code: 79, bus: '0000:3b:00.0' }]],
  // Of a MIG instance, as NVIDIA's guide to Xid errors prints it.
  [
    '[9.1] NVRM: Xid (PCI:0000:01:00 GPU-I:05): 94, pid=7194, Contained: CE User Channel (0x9). RST: No, D-RST: No',
    [{ code: 94, bus: '0000:01:00' }],
  ],
  ['2026-08-20T03:20:00,000000+00:00 NVRM: Xid (PCI:0000:07:00): 13, pid=9001, name=python3, Graphics Exception', [{ code: 13 }]],
  ['[40000.0] nvidia-nvswitch0: SXid (PCI:0000:c1:00.0): 11001, Fatal, Link 12', [{ code: 11001, nvswitch: true }]],
  ['[1.0] NVRM: GPU at PCI:0000:3b:00: GPU-6666', []],
])('%s', (text, expected) => {
  expect(readXid({ text, line: 1 })).toMatchObject(expected)
})

test('property: never throws, whatever the elements are', () => {
  const piece = fc.constantFrom(
    '<gpu id="x">',
    '</gpu>',
    '<uuid>GPU-1</uuid>',
    '<volatile>',
    '<process_info>',
    '</process_info>',
    '<pid>1</pid>',
    '<',
    '>',
    '&lt;',
    'Active',
    '<total>9',
    '\n=',
  )
  fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => void parseGpuHealth(`@nvidia-smi 0\n=${pieces.join('')}`)))
  fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void parseGpuHealth(`@nvidia-smi 0\n=${text}`)))
})

/** Folders of drivers as the kernel has them: a link for each device, by its bus. */
test.skipIf(process.platform !== 'linux').each([
  ['the graphics of the processor', ['i915/0000:00:02.0'], undefined],
  ['a card of Intel', ['i915/0000:00:02.0', 'xe/0000:03:00.0'], 'xe/0000:03:00.0'],
  ['Gaudi', ['habanalabs/0000:19:00.0', 'habanalabs/0000:b3:00.0'], 'habanalabs/0000:19:00.0'],
])('accelerators of other makers: %s', (_, devices, expected) => {
  const drivers = mkdtempSync(join(tmpdir(), 'gatehouse-drivers-'))
  for (const device of devices) mkdirSync(join(drivers, device), { recursive: true })
  const [section] = collectGpuHealth()
  const text = section?.kind === 'script' ? section.script : ''
  const { stdout } = spawnSync('sh', ['-c', text.replaceAll('/sys/bus/pci/drivers', drivers).replaceAll('/dev/', `${drivers}/dev/`)], {
    encoding: 'utf8',
  })
  rmSync(drivers, { recursive: true })
  expect(/^@other (.*)$/m.exec(stdout)?.[1]).toBe(expected)
})

test.skipIf(process.platform !== 'linux')(
  'a card with a corrupted InfoROM tells all the same, with an exit code and a line of its own',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-smi-'))
    const xml = h100.slice(h100.indexOf('=<cuda'), h100.indexOf('@process')).replace(/^=/gm, '')
    const card = `${xml.replace(/<processes>[\s\S]*<\/processes>\n/, '')}WARNING: infoROM is corrupted at gpu 0000:3B:00.0\n`
    writeFileSync(join(folder, 'nvidia-smi'), `#!/bin/sh\ncat <<'END'\n${card}END\nexit 14\n`, { mode: 0o755 })
    const [section] = collectGpuHealth()
    const [text, parameters] = section?.kind === 'script' ? [section.script, section.parameters] : ['', []]
    const { stdout } = spawnSync('sh', ['-c', text.replace('/usr/bin /usr/local/bin', folder), 'sh', ...parameters], { encoding: 'utf8' })
    rmSync(folder, { recursive: true })
    expect(parseGpuHealth(stdout)).toMatchObject({
      known: true,
      value: { gpus: [{ name: 'NVIDIA H100 80GB HBM3', uncorrected: { value: 2 }, inforomCorrupted: { value: true } }] },
    })
  },
)
