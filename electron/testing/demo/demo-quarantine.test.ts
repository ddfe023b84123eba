import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { modelHandlers } from '#core/handlers/model.handlers.ts'
import { quarantineProgram } from '#core/models/registry/quarantine/quarantine-program.ts'
import type { Services } from '#core/services.ts'
import { failureOf } from '#shared/errors.ts'
import { demoMachine } from './demo-machine.ts'
import { moveAside } from './demo-quarantine.ts'
import { openDemoServices } from './demo-services.testing.ts'
import { gpu04 } from './hosts/gpu-04.ts'

const path = '/srv/models/whisper-large-v3.bin'
const data = mkdtempSync(join(tmpdir(), 'gatehouse-demo-quarantine-'))
let services: Services
beforeAll(async () => {
  services = await openDemoServices([gpu04], { clock: { now: () => Date.now() }, data })
})
afterAll(async () => {
  await services.close()
  rmSync(data, { recursive: true })
})

const never = new AbortController().signal
const take = (file: string) =>
  services.quarantine.take(services.fleet.require(), services.transport(), { host: 'gpu-04', path: file, reason: 'it runs code' }, never)
const listed = async () => {
  const fleet = services.fleet.require()
  await services.models.start(fleet, services.transport(), { hosts: ['gpu-04'], scan: false, hash: false }).done
  return known()
}
const known = () => services.models.overview(services.fleet.require()).artifacts.flatMap(({ places }) => places.map((place) => place.path))

test('a demo host moves a file aside and back, as the host of an admin does', async () => {
  expect(await listed()).toContain(path)
  const { id } = await take(path)
  expect(await listed()).not.toContain(path)
  expect(await take(path).catch((error) => failureOf(error))).toMatchObject({ code: 'quarantine.not-possible', detail: /no regular file/ })
  await services.quarantine.release(services.fleet.require(), services.transport(), id, never)
  expect(await listed()).toContain(path)
  expect(services.quarantine.list(services.fleet.require())).toEqual([])
})

test('the window looks at the host again by itself, both ways', async () => {
  const handlers = modelHandlers({ ...services, stepUp: { ...services.stepUp, require: () => undefined } })
  const taken = await handlers['quarantine:take']?.({ host: 'gpu-04', path, reason: 'it runs code' })
  await expect.poll(() => services.models.job()?.state, { timeout: 20_000 }).toBe('finished')
  expect(known()).not.toContain(path)
  await handlers['quarantine:release']?.({ id: taken?.id ?? '' })
  await expect.poll(() => services.models.job()?.state, { timeout: 20_000 }).toBe('finished')
  await expect.poll(known).toContain(path)
})

test('another program than this build would send is not answered', () => {
  const target = { root: '/srv/models', path, id: 'a'.repeat(32) }
  const program = quarantineProgram('take', target, 'b'.repeat(32))
  expect(moveAside(demoMachine(gpu04), program)).toBe(`${'b'.repeat(32)} end\n`)
  expect(moveAside(demoMachine(gpu04), program.replace('umask 077', 'umask 022'))).toBeUndefined()
})
