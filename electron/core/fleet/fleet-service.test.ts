import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFleetService } from './fleet-service.ts'
import { createRecentFiles } from './recent-files.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-fleet-'))
  path = join(folder, 'fleet.yaml')
})
afterEach(() => rmSync(folder, { recursive: true }))

const service = () => createFleetService(createRecentFiles(join(folder, 'recent.json')), undefined, () => undefined)
const good = 'version: 1\nname: dc1\nidentities: { audit: { user: a } }\nhosts: [{ name: gpu-01, address: 10.0.0.1 }]\n'

test('a file of 10 MB is open with its problem, one far beyond is not even read, and the fleet before it stays', async () => {
  const fleet = service()
  writeFileSync(path, good)
  await fleet.load(path)
  const large = join(folder, 'large.yaml')
  writeFileSync(large, '')
  truncateSync(large, 20_000_000_000)
  await expect(fleet.load(large)).rejects.toMatchObject({
    failure: { code: 'fleet.unreadable', detail: expect.stringContaining('at most') },
  })
  expect(fleet.require().name).toBe('dc1')
  truncateSync(large, 10_000_000)
  expect(await fleet.load(large)).toMatchObject({ path: large, fleet: null, problems: [{ line: 1, column: 1 }] })
})

test('only a sound file is remembered, and a broken one can be mended and opened again', async () => {
  const fleet = service()
  writeFileSync(path, good.replace('address', 'addres'))
  expect(await fleet.load(path)).toMatchObject({ fleet: null, problems: [{ line: 4 }, {}], recent: [] })
  expect(() => fleet.require()).toThrow()
  writeFileSync(path, good)
  expect(await fleet.load(path)).toMatchObject({ fleet: { name: 'dc1' }, problems: [], recent: [path] })
})
