import { spawn } from 'node:child_process'
import { expect, test } from 'vitest'
import type { ErrorCode } from '#shared/error-catalogue.ts'
import { GatehouseError } from '#shared/errors.ts'
import { hostAuditSchema } from '#shared/model/audit.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { controls } from '../policy/registry.ts'
import type { ExecOptions, ExecResult, HostSession, Transport } from '../ports.ts'
import { auditHost, judgeRecording } from './audit-host.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'test',
  identities: { audit: { user: 'audit' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})
const host = fleet.hosts[0] as (typeof fleet.hosts)[number]
const NOW = Date.UTC(2026, 0, 2)

type Exec = (options: ExecOptions) => Promise<ExecResult>
let closed = 0
const transportOf = (exec: Exec): Transport => ({
  connect: async (_, { onStage }) => {
    onStage?.('tcp', 'jump')
    onStage?.('authentication', 'gpu-01')
    const session: HostSession = {
      exec: (_command, options) => exec(options),
      openTcp: () => Promise.reject(new Error('not here')),
      openFiles: () => Promise.reject(new Error('not here')),
      close: () => {
        closed++
      },
    }
    return session
  },
  jumpStates: () => [],
  close: () => Promise.resolve(),
})
const failing = (code: ErrorCode): Transport => ({
  ...transportOf(() => Promise.reject(new Error('never'))),
  connect: () => Promise.reject(new GatehouseError({ code, detail: 'because' })),
})

/** This machine as the host; `cut` ends the answer after so many lines. */
const local =
  (cut = Number.POSITIVE_INFINITY): Exec =>
  ({ ahead = '', stdin = '', onStdout }) =>
    new Promise((resolve, reject) => {
      const child = spawn('/bin/sh', [], { detached: true, cwd: '/' })
      let lines = 0
      child.stdout.on('data', (chunk: Buffer) => {
        for (const line of chunk.toString('latin1').split(/(?<=\n)/)) {
          if (lines++ < cut) onStdout(Buffer.from(line, 'latin1'))
        }
      })
      child.on('close', (exitCode) =>
        lines > cut ? reject(new GatehouseError({ code: 'ssh.connection-lost', detail: 'cut' })) : resolve({ exitCode }),
      )
      child.stdin.end(ahead + stdin)
    })

async function audit(transport: Transport, signal = new AbortController().signal) {
  const stages: string[] = []
  closed = 0
  const result = await auditHost({
    host,
    fleet,
    transport,
    now: () => NOW,
    signal,
    onProgress: ({ stage }) => void (stage && stages.push(stage)),
  })
  expect(hostAuditSchema.safeParse(result.audit).error).toBeUndefined()
  return { ...result, stages }
}

test('a real answer becomes findings for every control, and can be judged again to the same', async () => {
  const { audit: it, outputs, stages } = await audit(transportOf(local()))
  expect(it.failure).toBeUndefined()
  expect(['connected', 'limited']).toContain(it.state)
  expect([...new Set(stages)]).toEqual(['connecting', 'authenticating', 'probing', 'evaluating'])
  expect(closed).toBe(1)
  expect(new Set(it.findings.map(({ control }) => control))).toEqual(new Set(controls.map(({ id }) => id)))
  expect(it.items).toHaveLength(18)
  expect(it.items.find(({ id }) => id === 'OPS-2')?.status).toBe('needs-attestation')
  expect(it.system?.kernel).toBe((await import('node:os')).release())
  expect(Math.abs((it.system?.clockSkewSeconds ?? 0) - Math.round((Date.now() - NOW) / 1000))).toBeLessThan(60)
  expect(outputs.map(({ id }) => id)).toEqual(it.sections.map(({ id }) => id))
  const again = judgeRecording({ host, fleet, controls, at: NOW, outputs: new Map(outputs.map((output) => [output.id, output])) })
  expect(again.findings).toEqual(it.findings)
  expect(again.items).toEqual(it.items)
})

test('a list that could not be read says why, and one that was read does not', async () => {
  const { audit: read, outputs } = await audit(transportOf(local()))
  expect(read.unread).toEqual({})
  const hidden = outputs.map((output) => (output.id === 'processes' ? { ...output, state: 'not-run' as const, stdout: '' } : output))
  const { services, unread } = judgeRecording({ host, fleet, controls: [], at: NOW, outputs: new Map(hidden.map((it) => [it.id, it])) })
  expect([services, unread]).toEqual([[], { services: expect.stringContaining('did not run') }])
})

test('a link that drops keeps what was finished; the rest is not evaluated', async () => {
  const { audit: it, outputs } = await audit(transportOf(local(30)))
  expect(it).toMatchObject({ state: 'limited', failure: { code: 'ssh.connection-lost', host: 'gpu-01' } })
  expect(outputs.some(({ state }) => state === 'ok')).toBe(true)
  expect(it.sections.some(({ state }) => state === 'not-run')).toBe(true)
})

test.each([
  ['ssh.unreachable', 'unreachable'],
  ['ssh.jump-lost', 'unreachable'],
  ['ssh.host-key-changed', 'key-changed'],
  ['ssh.auth-failed', 'auth-failed'],
  ['prompt.declined', 'unreachable'],
] as const)('%s: %s, and nothing is evaluated', async (code, state) => {
  const { audit: it, outputs } = await audit(failing(code))
  expect(it).toMatchObject({ state, failure: { code, detail: 'because', host: 'gpu-01' }, sections: [] })
  expect(outputs).toEqual([])
  expect(it.findings.map(({ control, status, reason }) => [control, status, reason])).toEqual(
    controls.map(({ id }) => [id, 'not-evaluated', 'because']),
  )
  expect(it.items.every(({ status }) => status === 'not-evaluated')).toBe(true)
})

test('secrets are masked before anything is read from them or kept', async () => {
  const speaking: Exec = async ({ stdin = '', onStdout }) => {
    const nonce = /gh_k=([0-9a-f]{32})/.exec(stdin)?.[1]
    const said = Buffer.from('1767312000\nh\nk\n0\nroot\nsystemd\nPRETTY_NAME="X API_KEY=hunter2"\n').toString('base64')
    onStdout(Buffer.from(`${nonce} h base64 0\n${nonce} 0 b\n${nonce} 0 o ${said}\n${nonce} 0 s w ${said.length} 0 a - - -\n`))
    return { exitCode: 0 }
  }
  const { audit: it, outputs } = await audit(transportOf(speaking))
  expect(it.system?.os).toBe('X API_KEY=‹redacted›')
  expect(outputs[0]?.stdout).toContain('API_KEY=‹redacted›')
  expect(JSON.stringify([it, outputs])).not.toContain('hunter2')
})

test('a host without a shell is not evaluated, with its words', async () => {
  const { audit: it } = await audit(
    transportOf(async ({ onStdout }) => {
      onStdout(Buffer.from('This account is currently not available.\n'))
      return { exitCode: 1 }
    }),
  )
  expect(it).toMatchObject({ state: 'unreachable', failure: { code: 'probe.no-shell' } })
  expect(it.failure?.detail).toContain('currently not available')
  expect(closed).toBe(1)
})

test('stopping ends as cancelled', async () => {
  const abort = new AbortController()
  const hanging: Exec = ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new GatehouseError({ code: 'job.cancelled', detail: 'x' })))
      abort.abort()
    })
  const { audit: it } = await audit(transportOf(hanging), abort.signal)
  expect(it).toMatchObject({ state: 'cancelled', failure: { code: 'job.cancelled' } })
  expect(closed).toBe(1)
})
