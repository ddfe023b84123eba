import { expect, test } from 'vitest'
import { hostHardeningSchema } from '#shared/model/host-hardening.ts'
import { gpu01 } from '#testing/demo/hosts/gpu-01.ts'
import { gpu02 } from '#testing/demo/hosts/gpu-02.ts'
import { gpu03 } from '#testing/demo/hosts/gpu-03.ts'
import { gpu04 } from '#testing/demo/hosts/gpu-04.ts'
import { ollamaUnit } from '#testing/demo/hosts/ollama.ts'
import { sourcesOf } from './demo-sources.testing.ts'
import { hostHardening } from './hardening-view.ts'

const rowsOf = (...given: Parameters<typeof sourcesOf>) => hostHardening(sourcesOf(...given)).groups.flatMap(({ rows }) => rows)
const named = (rows: ReturnType<typeof rowsOf>, name: string) => rows.find((row) => row.name === name)

test('a sound unit: every directive that a control judges holds, with the line that shows it', () => {
  const view = hostHardeningSchema.parse(hostHardening(sourcesOf(gpu01)))
  expect(view.gaps).toEqual([])
  expect(view.groups.map(({ title }) => title)).toEqual([
    'Unit of vLLM (vllm.service)',
    'Account of vLLM (vllm.service)',
    'SSH server',
    'Kernel',
    'Firewall',
    'Audit trail',
    'Updates',
    'Time',
    'Disks',
    'Accounts and devices',
    'Services without a place here',
  ])
  const open = view.groups
    .flatMap(({ rows }) => rows)
    .filter(({ verdict }) => verdict && !['pass', 'not-applicable'].includes(verdict.status))
  expect(open).toEqual([])
  expect(named(view.groups[0]?.rows ?? [], 'ProtectSystem')).toMatchObject({
    value: 'strict',
    verdict: { control: 'inference-unit-sandboxed', status: 'pass' },
    proof: { section: 'units', text: 'ProtectSystem=strict' },
  })
  expect(named(view.groups[1]?.rows ?? [], 'Ways to root')).toMatchObject({ value: 'none', verdict: { status: 'pass' } })
  expect(named(view.groups[1]?.rows ?? [], 'Groups')?.value).toBe('vllm, video, render')
})

test('of a loose unit the lines that the finding marks are open, and the others are not', () => {
  const rows = rowsOf(gpu02)
  expect(named(rows, 'NoNewPrivileges')).toMatchObject({ value: 'no', verdict: { control: 'inference-unit-sandboxed', status: 'warning' } })
  expect(named(rows, 'systemd-analyze security')).toMatchObject({ value: '9.2 of 10, UNSAFE', verdict: { status: 'warning' } })
  expect(named(rows, 'LimitCORE')).toMatchObject({ value: 'infinity', verdict: { control: 'inference-core-dumps-off', status: 'warning' } })
  expect(named(rows, 'Core dumps')).toBeUndefined()
  expect(named(rows, 'kernel.kptr_restrict')).toMatchObject({
    value: '0',
    verdict: { control: 'kernel-settings-hardened', status: 'warning' },
  })
  expect(named(rows, 'kernel.randomize_va_space')).toMatchObject({ verdict: { control: 'kernel-settings-hardened', status: 'pass' } })
})

test('of sshd the setting that is loose is open, with its reason', () => {
  const rows = rowsOf(gpu03)
  expect(named(rows, 'passwordauthentication')).toMatchObject({
    value: 'yes',
    verdict: { control: 'sshd-keys-only', status: 'fail' },
    reason: expect.stringContaining('passwordauthentication is yes'),
  })
  expect(named(rows, 'permitemptypasswords')).toMatchObject({ value: 'no', verdict: { status: 'pass' } })
  expect(named(rows, 'permitrootlogin')).toMatchObject({ verdict: { control: 'sshd-no-root-login', status: 'fail' } })
})

const withUnit = (properties: Readonly<Record<string, string>>) => ({
  ...gpu01,
  processes: gpu01.processes,
  units: gpu01.units.map((unit) => ({ ...unit, properties: { ...unit.properties, ...properties } })),
})

test('what would break CUDA is said to have to stay off; what breaks it is open', () => {
  const off = rowsOf(withUnit({ PrivateDevices: 'no', MemoryDenyWriteExecute: 'no' }))
  expect(named(off, 'PrivateDevices')?.cuda).toBe('would-break')
  expect(named(off, 'MemoryDenyWriteExecute')?.cuda).toBe('would-break')
  const seen = rowsOf(withUnit({ PrivateDevices: 'yes' }))
  // The demo's nvidia-smi shows the server on the GPU, so nothing is broken.
  expect(named(seen, 'PrivateDevices')?.cuda).toBeUndefined()
  const broken = rowsOf(withUnit({ PrivateDevices: 'yes' }), {
    edit: {
      'gpu-health': (text) =>
        text.replaceAll(/=<process_info>[\s\S]*?<\/process_info>|=<pid>\d+<\/pid>\n|@process[\s\S]*?(?=@kernel)/g, ''),
    },
  })
  expect(named(broken, 'PrivateDevices')).toMatchObject({
    cuda: 'breaks',
    verdict: { control: 'inference-unit-gpu-usable', status: 'warning' },
  })
})

test('a finding whose line no row shows has a row of its own', () => {
  const rows = rowsOf(withUnit({ DeviceAllow: 'char-nvidia* rw block-sd rw' }))
  expect(rows.find(({ verdict }) => verdict?.control === 'inference-unit-devices-limited' && verdict.status === 'fail')).toMatchObject({
    name: 'Devices',
    value: 'The unit may use disks or memory',
  })
})

test('a container is confined otherwise: what a listing does not tell is not read, and never well', () => {
  const rows = rowsOf(gpu04)
  expect(named(rows, 'Privileged')).toEqual({ id: 'container localai Privileged', name: 'Privileged', proof: expect.anything() })
  expect(named(rows, 'Account')).toMatchObject({ verdict: { control: 'inference-not-root', status: 'fail' } })
})

test('what sudo refused is a gap, and its rows are not evaluated instead of well', () => {
  const view = hostHardening(sourcesOf(gpu01, { denied: ['sshd', 'privileged'] }))
  expect(view.gaps.flatMap(({ sudoers }) => sudoers)).toContain('gatehouse-ro ALL=(root) NOPASSWD: /usr/bin/sshd')
  // Four facts rest on that section: one gap, with one line.
  const [privileged] = view.gaps.filter(({ sudoers }) => sudoers.includes('gatehouse-ro ALL=(root) NOPASSWD: /usr/bin/privileged'))
  expect(privileged?.reason).toMatch(/sudo.*; /)
  expect(view.gaps).toHaveLength(2)
  const rows = view.groups.flatMap((group) => group.rows)
  expect(named(rows, 'Ways to root')).toMatchObject({ verdict: { status: 'not-evaluated' } })
  expect(named(rows, 'Ways to root')?.value).toBeUndefined()
  expect(rows.filter(({ verdict }) => verdict?.control.startsWith('sshd-') && verdict.status === 'pass')).toEqual([])
})

test('settings that are well for all, while Match blocks were not read, are not evaluated', () => {
  expect(named(rowsOf(gpu01, { denied: ['privileged'] }), 'passwordauthentication')).toMatchObject({
    value: 'no',
    verdict: { control: 'sshd-keys-only', status: 'not-evaluated' },
  })
})

test('of two servers each is judged by what is found about it', () => {
  const { DevicePolicy: _, ...properties } = ollamaUnit({ pid: 2247, user: 'ollama' }).properties
  const ollama = { id: 'ollama.service', properties }
  const both = {
    ...gpu01,
    units: [ollama, ...gpu01.units],
    processes: [...gpu02.processes.filter(({ name }) => name === 'ollama'), ...gpu01.processes],
  }
  const { groups } = hostHardening(sourcesOf(both))
  const of = (title: string) => groups.find((group) => group.title === title)?.rows ?? []
  expect(named(of('Unit of vLLM (vllm.service)'), 'NoNewPrivileges')).toMatchObject({
    verdict: { subject: 'vllm.service', status: 'pass' },
  })
  expect(named(of('Unit of vLLM (vllm.service)'), 'DevicePolicy')).toMatchObject({ verdict: { subject: 'vllm.service', status: 'pass' } })
  expect(named(of('Unit of Ollama (ollama.service)'), 'NoNewPrivileges')).toMatchObject({ verdict: { status: 'warning' } })
  expect(named(of('Unit of Ollama (ollama.service)'), 'Devices')?.verdict).toMatchObject({ subject: 'ollama.service' })
})

test('where a finding marks no line, the command proves it as a whole', () => {
  expect(named(rowsOf(gpu01), 'Swap')?.proof).toMatchObject({ section: 'os', line: 0, text: '' })
  expect(named(rowsOf(gpu02), 'Swap')?.proof?.text).toContain('/swap.img')
})
