import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createHandle } from '#core/handlers/handlers.ts'
import type { Ports, PromptPort } from '#core/ports.ts'
import { createServices, type Services } from '#core/services.ts'
import { type Audit, type AuditResults, hostAuditSchema } from '#shared/model/audit.ts'
import type { Policy } from '#shared/model/fleet.ts'
import { visible } from '#shared/words.ts'
import { type RunningDemoFleet, startDemoFleet } from './demo-fleet.ts'
import type { DemoFault, DemoHost } from './demo-host.ts'
import { gpu01 } from './hosts/gpu-01.ts'

/** Every fault of the protocol and of the answer, over real SSH through the real jump chain: that host alone shows it, the others finish. */

let data: string
let demo: RunningDemoFleet
let services: Services

const nobody: PromptPort = { ask: async () => null, reportChangedKey: () => undefined }

const named = (name: string, address: string, fault?: DemoFault): DemoHost => ({ ...gpu01, name, address, ...(fault && { fault }) })

async function open(hosts: readonly DemoHost[], policy: Partial<Policy> = {}): Promise<void> {
  demo = await startDemoFleet(hosts, policy)
  const ports: Ports = {
    clock: { now: () => Date.now() },
    log: () => undefined,
    paths: { data, home: demo.home },
    secrets: { available: false, get: async () => undefined, set: async () => undefined, delete: async () => undefined },
    createTransport: () => {
      throw new Error('the demo brings its own')
    },
    startDemo: async () => demo,
    changed: () => undefined,
    version: 'test',
    account: 'admin',
  }
  services = createServices(ports, nobody)
  await services.fleet.openDemo()
}

const whole = async (done: Promise<AuditResults>): Promise<Audit> => {
  const results = await done
  return { ...results, hosts: [...results.hosts] }
}
const audit = (): Promise<Audit> => whole(services.audits.start(services.fleet.require(), services.transport()).done)

const states = ({ hosts }: Audit) =>
  Object.fromEntries(hosts.map(({ name, state, failure }) => [name, failure ? `${state} ${failure.code}` : state]))

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-faults-'))
})
afterEach(async () => {
  await services.close()
  rmSync(data, { recursive: true, force: true })
})

describe('a host with a fault', () => {
  test.each<[DemoFault, string]>([
    ['hang-handshake', 'unreachable ssh.handshake-timeout'],
    ['hang-authentication', 'auth-failed ssh.auth-timeout'],
    ['refuse-exec', 'unreachable ssh.exec-refused'],
    ['no-shell', 'unreachable probe.no-shell'],
    ['hang-exec', 'unreachable probe.timeout'],
    ['flood', 'unreachable probe.garbled'],
  ])('%s: nothing of it passes, and its neighbour finishes', async (fault, expected) => {
    await open([named('sick', '10.20.9.1', fault), named('well', '10.20.9.2')], { connectTimeoutSeconds: 2, auditTimeoutSeconds: 5 })
    const result = await audit()
    expect(states(result)).toEqual({ sick: expected, well: 'connected' })
    const sick = result.hosts.find(({ name }) => name === 'sick')
    expect(new Set(sick?.items.map(({ status }) => status))).toEqual(new Set(['not-evaluated']))
  })

  test.each<DemoFault>(['drop-mid-probe', 'hang-section'])('%s: what was answered is kept, the rest is not evaluated', async (fault) => {
    await open([named('sick', '10.20.9.1', fault), named('well', '10.20.9.2')], { auditTimeoutSeconds: 5 })
    const result = await audit()
    const sick = result.hosts.find(({ name }) => name === 'sick')
    expect(sick).toMatchObject({
      state: 'limited',
      failure: { code: fault === 'drop-mid-probe' ? 'ssh.connection-lost' : 'probe.timeout' },
    })
    const kinds = new Set(sick?.sections.map(({ state }) => state))
    expect(kinds.has('ok') && kinds.has('not-run')).toBe(true)
    expect(result.hosts.find(({ name }) => name === 'well')?.state).toBe('connected')
  })

  test.each<DemoFault>(['greeting', 'forged-frames'])('%s changes nothing of the result', async (fault) => {
    await open([named('odd', '10.20.9.1', fault), named('well', '10.20.9.2')])
    const result = await audit()
    const [odd, well] = result.hosts
    expect(odd?.state).toBe('connected')
    expect(odd?.items).toEqual(well?.items)
  })

  test('hostile text stays data: no control or bidirectional character reaches a finding, and long lines are cut', async () => {
    await open([named('hostile', '10.20.9.1', 'hostile-text')])
    const result = await audit()
    const shown = result.hosts.flatMap(({ findings }) =>
      findings.flatMap((it) => [it.title, it.reason, it.subject, ...it.evidence.flatMap(({ lines }) => lines.map(({ text }) => text))]),
    )
    for (const text of shown) {
      expect(text).toBe(visible(text))
      expect(text.length).toBeLessThan(1000)
    }
    const sections = result.hosts.flatMap((host) => host.sections)
    const stored = await createHandle(services)('audit:output', { sha256: sections.find(({ id }) => id === 'listeners')?.sha256 })
    expect(stored).toMatchObject({ ok: true, value: { text: expect.stringContaining('<img src=x') } })
    expect(stored).toMatchObject({ value: { text: expect.stringContaining('not UTF-8: \ufffd(\ufffd') } })
    for (const host of result.hosts) expect(hostAuditSchema.safeParse(host).error).toBeUndefined()
  })
})

test.each([5, -20])('a clock that is %d years off is told, and changes no verdict: certificates are judged by our clock', async (years) => {
  await open([{ ...named('late', '10.20.9.1'), clockSkewSeconds: years * 31_557_600 }, named('well', '10.20.9.2')])
  const result = await audit()
  const [late, well] = result.hosts
  expect(Math.round((late?.system?.clockSkewSeconds ?? 0) / 31_557_600)).toBe(years)
  expect(late?.state).toBe('connected')
  expect(late?.items).toEqual(well?.items)
  const words = `Its clock is ${Math.abs(years)} years ${years > 0 ? 'ahead' : 'behind'}`
  for (const format of ['html', 'markdown'] as const) expect(services.report(format).split(words)).toHaveLength(2)
})

test('a jump host that dies mid-audit: the finished stay, the rest say why, and the next audit connects again', async () => {
  await open([named('fast', '10.20.9.1'), named('slow', '10.20.9.2', 'hang-section')], { auditTimeoutSeconds: 30 })
  const run = services.audits.start(services.fleet.require(), services.transport())
  while (services.audits.job()?.hosts.find(({ host }) => host === 'fast')?.stage !== 'done')
    await new Promise((resolve) => setTimeout(resolve, 20))
  demo.servers.dropConnections()
  const result = await whole(run.done)
  expect(states(result)).toEqual({
    fast: 'connected',
    slow: expect.stringMatching(/^(?:limited|unreachable) ssh\.(?:jump-lost|connection-lost)$/),
  })
  const again = await whole(services.audits.start(services.fleet.require(), services.transport(), ['fast']).done)
  expect(states(again)).toEqual({ fast: 'connected' })
})

test('a stopped audit closes what it opened', async () => {
  await open([named('slow', '10.20.9.1', 'hang-exec'), named('slower', '10.20.9.2', 'hang-handshake')], {
    auditTimeoutSeconds: 60,
    connectTimeoutSeconds: 60,
  })
  const run = services.audits.start(services.fleet.require(), services.transport())
  while (services.audits.job()?.hosts.find(({ host }) => host === 'slow')?.stage !== 'probing')
    await new Promise((resolve) => setTimeout(resolve, 20))
  services.audits.cancel()
  const result = await whole(run.done)
  expect(states(result)).toEqual({ slow: 'cancelled job.cancelled', slower: 'cancelled job.cancelled' })
  expect(result.outcome).toBe('cancelled')
  await services.transport().close()
  await expect.poll(() => demo.servers.open()).toBe(0)
})

test('a second audit changes nothing and stores no answer twice; stored answers give the same verdicts', async () => {
  await open([named('one', '10.20.9.1')])
  const first = await audit()
  await audit()
  expect(services.audits.changes(services.fleet.require())).toEqual([])
  const [stored] = services.audits.reevaluate(services.fleet.require())?.hosts ?? []
  expect(stored?.items).toEqual(first.hosts[0]?.items)
})
