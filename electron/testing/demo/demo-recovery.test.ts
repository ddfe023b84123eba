import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPlanArchive } from '#core/push/plan-archive.ts'
import { createServices, type Services } from '#core/services.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
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

const planned = (): Promise<PushPlan> => {
  const choice = { host: 'gpu-03', template: 'ollama-loopback', parameters: { port: 11434 } }
  return services.pushes.plan(services.fleet.require(), services.transport(), choice, signal)
}
const pushed = (plan: PushPlan) =>
  services.pushes.push(services.fleet.require(), services.transport(), plan, { signal, onStep: () => undefined })

test('a drill: the undo fires by itself, once, and the ledger says so', async () => {
  expect(services.recovery.drilled('gpu-03')).toBeUndefined()
  const result = await services.recovery.drill(services.fleet.require(), services.transport(), 'gpu-03', signal)
  expect(result).toMatchObject({ verdict: 'rolled-back-proven', reason: '', readBack: expect.stringContaining('drill.conf: absent') })
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
  expect(await pushed(back)).toMatchObject({ verdict: 'committed-proven', reason: '' })
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
