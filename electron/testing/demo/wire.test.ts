import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AuditedHost, auditHost, judgeRecording } from '#core/audit/audit-host.ts'
import { controls } from '#core/policy/registry.ts'
import type { Transport } from '#core/ports.ts'
import { GatehouseError } from '#shared/errors.ts'
import { type RunningDemoFleet, startDemoFleet } from './demo-fleet.ts'
import { gpu01 } from './hosts/gpu-01.ts'
import { gpu02 } from './hosts/gpu-02.ts'
import { gpu03 } from './hosts/gpu-03.ts'

/** Looking over the wire from end to end: real SSH, real forwarded channels, real HTTP. */

let demo: RunningDemoFleet
let transport: Transport
beforeAll(async () => {
  demo = await startDemoFleet([gpu01, gpu02, gpu03])
  transport = demo.createTransport({ ask: async () => null, reportChangedKey: () => undefined })
})
afterAll(async () => {
  await transport.close()
  await demo.stop()
})

const hostOf = (name: string) => {
  const host = demo.fleet.hosts.find((one) => one.name === name)
  if (!host) throw new Error(name)
  return host
}
const audit = (name: string, over = transport, expected: AuditedHost['asked'] = []) =>
  auditHost({
    host: hostOf(name),
    fleet: demo.fleet,
    transport: over,
    now: () => Date.now(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    expected,
  })
const answered = ({ audit: { findings } }: Awaited<ReturnType<typeof audit>>) =>
  findings.filter(({ control }) => control === 'endpoint-answer-authenticated')

test('an open engine: the answer is evidence, and means the same when it is judged again', async () => {
  const result = await audit('gpu-03')
  const [finding] = answered(result)
  expect(finding).toMatchObject({ status: 'fail', severity: 'critical', subject: '10.20.4.13:11434' })
  expect(finding?.evidence[0]).toMatchObject({
    section: 'wire-http-11434',
    command: 'GET http://10.20.4.13:11434/ and 4 more from bastion-01',
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  })
  expect(finding?.evidence[0]?.lines.some(({ text, note }) => text === 'GET /api/tags: 200' && note !== undefined)).toBe(true)
  const outputs = new Map(result.outputs.map((output) => [output.id, output]))
  const at = Date.parse(result.audit.startedAt)
  const again = judgeRecording({ host: hostOf('gpu-03'), fleet: demo.fleet, outputs, controls, at })
  expect(again.findings.find(({ control }) => control === 'endpoint-answer-authenticated')).toEqual(finding)
  expect(again.endpoints).toEqual(result.audit.endpoints)
})

test('the same answer twice is the same text, so that it is stored once', async () => {
  const hashes = async () => (await audit('gpu-03')).outputs.filter(({ id }) => id.startsWith('wire')).map(({ sha256 }) => sha256)
  expect(await hashes()).toEqual(await hashes())
})

describe('what an earlier audit asked is asked before the host has said a word', () => {
  const hashesOf = ({ outputs }: AuditedHost) => outputs.filter(({ id }) => id.startsWith('wire')).map(({ id, sha256 }) => [id, sha256])

  /** What is done on the session, in order. */
  async function traced(expected: AuditedHost['asked']) {
    const log: string[] = []
    const watched: Transport = {
      ...transport,
      connect: async (host, options) => {
        const session = await transport.connect(host, options)
        return {
          ...session,
          openTcp: (port, signal) => {
            log.push(`asks ${port}`)
            return session.openTcp(port, signal)
          },
          exec: (command, exec) => {
            const onStdout = (chunk: Buffer) => {
              log.push('hears')
              return exec.onStdout(chunk)
            }
            return session.exec(command, { ...exec, onStdout })
          },
        }
      },
    }
    return { log, result: await audit('gpu-03', watched, expected) }
  }

  test('and once, when it is what is to be asked', async () => {
    const late = await traced([])
    expect(late.log[0]).toBe('hears')
    expect(late.result.asked).not.toEqual([])
    const early = await traced(late.result.asked)
    expect(early.log[0]).toBe('asks 11434')
    const asks = (log: readonly string[]) => log.filter((word) => word.startsWith('asks'))
    expect(asks(early.log)).toEqual(asks(late.log))
    expect(hashesOf(early.result)).toEqual(hashesOf(late.result))
    expect(early.result.asked).toEqual(late.result.asked)
  })

  test('it does not count when the host says that something else listens', async () => {
    const { result } = await traced([])
    const [first] = result.asked
    if (first === undefined) expect.fail()
    const other = await traced([{ ...first, id: 'wire-http-9999', port: 9999 }])
    expect(other.log[0]).toBe('asks 9999')
    expect(hashesOf(other.result)).toEqual(hashesOf(result))
    expect(other.result.asked).toEqual(result.asked)
  })
})

test('a port that the rules close to the jump host: silence passes nothing and fails nothing', async () => {
  const result = await audit('gpu-01')
  expect(answered(result)).toMatchObject([{ status: 'not-applicable', title: 'Nothing answers the jump host' }])
  expect(result.outputs.find(({ id }) => id === 'wire-tls-443')?.stdout).toBe('tcp 10.20.4.11 port 443 from bastion-01: no answer\n')
  expect(result.audit.state).toBe('connected')
})

test('a jump host that forwards to SSH only: said, and the engine is heard on the host itself', async () => {
  const refused = new GatehouseError({ code: 'ssh.forwarding-refused', detail: 'administratively prohibited' })
  const strict: Transport = {
    ...transport,
    connect: async (host, options) => ({ ...(await transport.connect(host, options)), openTcp: () => Promise.reject(refused) }),
  }
  expect(answered(await audit('gpu-02', strict))).toMatchObject([
    { status: 'not-evaluated', title: 'The jump host does not forward to port 443' },
  ])
  expect(answered(await audit('gpu-03', strict))).toMatchObject([
    { status: 'fail', reason: expect.stringContaining('the host itself'), evidence: [{ section: 'loopback' }] },
  ])
})
