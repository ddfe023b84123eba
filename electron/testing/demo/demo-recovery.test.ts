import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parsePushedFiles } from '#core/facts/pushed-files/parse.ts'
import { createDrift } from '#core/push/drift.ts'
import { createPlanArchive } from '#core/push/journal/plan-archive.ts'
import { DRILL_SECONDS } from '#core/push/transaction/recovery.ts'
import { createServices, type Services } from '#core/services.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'
import { startDemoFleet } from './demo-fleet.ts'

/** Before and after a push, over the demo fleet: the drill, what has no end, and taking back. */
const data = mkdtempSync(join(tmpdir(), 'gatehouse-demo-recovery-'))
let services: Services
const signal = AbortSignal.timeout(120_000)

beforeAll(async () => {
  const clock = { now: () => Date.now() }
  const log = () => undefined
  const paths = { data, home: data }
  const secrets = { available: false, get: async () => undefined, set: async () => undefined, delete: async () => undefined }
  services = createServices({
    ...{ clock, log, paths, secrets, account: 'ada', version: '0.0.0', startDemo: () => startDemoFleet(), changed: () => undefined },
    createTransport: (fleet, prompts) => createSsh2Transport({ fleet, clock, log, paths, prompts }),
  })
  await services.openDemo()
})
afterAll(async () => {
  await services.close()
  rmSync(data, { recursive: true })
})

const planned = (port = 11434): Promise<PushPlan> => {
  const choice = { host: 'gpu-03', template: 'ollama-loopback', parameters: { port } }
  return services.pushes.plan(services.fleet.require(), services.transport(), choice, signal)
}
const pushed = (plan: PushPlan) =>
  services.pushes.push(services.fleet.require(), services.transport(), plan, { signal, onStep: () => undefined })

test('a drill: the undo fires by itself, once, and the ledger says so', async () => {
  expect(services.recovery.drilled('gpu-03')).toBeUndefined()
  const fires: number[] = []
  const told = (at: Date) => void fires.push(at.getTime() - Date.now())
  const result = await services.recovery.drill(services.fleet.require(), services.transport(), 'gpu-03', signal, told)
  expect(result).toMatchObject({ verdict: 'rolled-back-proven', reason: '', readBack: expect.stringContaining('drill.conf: absent') })
  // Once it was armed, and not before.
  expect(fires).toEqual([expect.closeTo(DRILL_SECONDS * 1000, -3)])
  expect(services.recovery.drilled('gpu-03')).toMatchObject({ who: 'ada', detail: expect.stringContaining('fired by itself') })
}, 60_000)

test('what was committed is taken back by a plan of its own, once; a plan that says otherwise is refused', async () => {
  const plan = await planned()
  expect(() => services.recovery.takeBack(plan.id)).toThrow('made no push')
  expect(await pushed(plan)).toMatchObject({ verdict: 'committed-proven' })
  const back = services.recovery.takeBack(plan.id)
  expect(back).toMatchObject({ reverts: plan.id, files: [{ before: plan.files[0]?.after, after: 'absent' }] })
  expect(back.files[0]?.diff).toContain('-Environment="OLLAMA_HOST=127.0.0.1:11434"')
  const elsewhere = { ...back, files: back.files.map((file) => ({ ...file, path: '/etc/passwd' })) }
  await expect(async () => pushed(elsewhere)).rejects.toThrow('is not what takes')
  const read = pushPlanSchema.parse(JSON.parse(JSON.stringify(back)))
  expect(await pushed(read)).toMatchObject({ verdict: 'committed-proven', reason: '' })
  expect((await planned()).files[0]?.before).toBe('absent')
  await expect(pushed({ ...back, id: plan.id.replace(/^./, '0') })).rejects.toThrow()
}, 60_000)

test('a push without an end is found, and its end is written down', async () => {
  const plan = await planned()
  createPlanArchive(data).keep(plan)
  services.ledger.append({ action: 'push.write', host: plan.host, subject: plan.id, detail: 'and the console died' })
  const fleet = services.fleet.require()
  expect(services.recovery.open(fleet)).toMatchObject([{ record: { action: 'push.write' }, plan: { id: plan.id } }])
  expect(await services.recovery.finish(fleet, services.transport(), plan.id)).toMatchObject({ verdict: 'rolled-back-proven' })
  expect(services.recovery.open(fleet)).toEqual([])
  await expect(services.recovery.finish(fleet, services.transport(), plan.id)).rejects.toThrow('no push')
}, 60_000)

test('a file that is not as it was pushed is told with the difference, until it is adopted', async () => {
  const [fleet, transport] = [services.fleet.require(), services.transport()]
  const host = fleet.hosts.find(({ name }) => name === 'gpu-03')
  if (host === undefined) throw new Error('the demo has no gpu-03')
  const finding = async () => {
    const audit = await services.audits.start(fleet, transport, ['gpu-03']).done
    return [...audit.hosts].flatMap(({ findings }) => findings).filter(({ control }) => control === 'pushed-files-unchanged')
  }
  expect(await finding()).toMatchObject([{ status: 'not-applicable' }])
  const first = await planned()
  expect(await pushed(first)).toMatchObject({ verdict: 'committed-proven' })
  expect(await finding()).toMatchObject([{ status: 'pass', subject: first.files[0]?.path }])

  // A console that knows of the first push only, after somebody made a second one.
  const reading = services.ledger.read()
  expect(await pushed(await planned(12000))).toMatchObject({ verdict: 'committed-proven' })
  const other = createDrift({ ...services.ledger, read: () => reading }, createPlanArchive(data))
  const session = await transport.connect(host, { signal })
  const seen = await other.look(session, fleet, host, signal)
  session.close()
  expect(parsePushedFiles(seen?.stdout ?? '')).toMatchObject([
    {
      state: 'changed',
      diff: expect.arrayContaining(['-Environment="OLLAMA_HOST=127.0.0.1:11434"', '+Environment="OLLAMA_HOST=127.0.0.1:12000"']),
    },
  ])
  const path = first.files[0]?.path ?? ''
  await expect(other.adopt(fleet, transport, 'gpu-03', '/etc/passwd', signal)).rejects.toThrow('has pushed no')
  expect(await other.adopt(fleet, transport, 'gpu-03', path, signal)).toMatch(/^[0-9a-f]{64}:0:0:644$/)
  expect(await finding()).toMatchObject([{ status: 'pass' }])
}, 60_000)
