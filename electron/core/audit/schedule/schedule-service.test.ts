import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { GatehouseError } from '#shared/errors.ts'
import { fleetSchema } from '#shared/model/fleet.ts'
import { createScheduleService, nextOf } from './schedule-service.ts'

const NOW = Date.parse('2026-11-26T12:00:00Z')
const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'a' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})

let folder: string
let started: number
let last: string | undefined
let fails: Error | undefined
let logged: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-schedule-'))
  started = 0
  last = undefined
  fails = undefined
  logged = []
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

const file = () => join(folder, 'data', 'schedule.json')
const service = (open = true) =>
  createScheduleService({
    ...{ clock: { now: () => NOW }, file: file(), open: () => (open ? fleet : null), lastStarted: () => last },
    log: (_, message) => void logged.push(message),
    start: () => {
      if (fails) throw fails
      started += 1
    },
  })

test.each([
  [0, undefined, null],
  [6, undefined, '2026-11-26T12:00:00.000Z'],
  [6, '2026-11-26T06:00:00.000Z', '2026-11-26T12:00:00.000Z'],
  [6, '2026-11-26T06:00:00.001Z', '2026-11-26T12:00:00.001Z'],
  [24, '2026-11-26T06:00:00.000Z', '2026-11-27T06:00:00.000Z'],
  [168, '2026-11-10T12:00:00.000Z', '2026-11-26T12:00:00.000Z'],
  [6, '2026-11-27T00:00:00.000Z', '2026-11-27T06:00:00.000Z'],
] as const)('every %i hours, last at %s: the next at %s', (everyHours, at, next) => {
  const found = nextOf({ everyHours }, at, NOW)
  expect(found === null ? null : new Date(found).toISOString()).toBe(next)
})

test('nothing starts by itself until somebody asks for it; then it does, for that fleet, also after a restart', () => {
  service().look()
  expect([started, service().of(fleet)]).toEqual([0, { everyHours: 0, nextAt: null }])
  service().set(fleet, { everyHours: 24 })
  service(false).look()
  expect(started).toBe(0)
  service().look()
  expect([started, service().of(fleet)]).toEqual([1, { everyHours: 24, nextAt: '2026-11-26T12:00:00.000Z' }])
  last = '2026-11-26T11:59:00.000Z'
  expect(service().of(fleet).nextAt).toBe('2026-11-27T11:59:00.000Z')
  service().look()
  expect(started).toBe(1)
})

test('one that runs is no trouble, another failure is logged, and neither is thrown', () => {
  service().set(fleet, { everyHours: 6 })
  fails = new GatehouseError({ code: 'audit.running', detail: '' })
  service().look()
  fails = new Error('no database')
  service().look()
  expect(logged).toEqual(['the scheduled audit did not start'])
})

test('a file that is damaged or cannot be written', () => {
  service().set(fleet, { everyHours: 6 })
  writeFileSync(file(), '{"dc1":{"everyHours":1}}')
  expect(service().of(fleet)).toEqual({ everyHours: 0, nextAt: null })
  rmSync(join(folder, 'data'), { recursive: true })
  writeFileSync(join(folder, 'data'), '')
  expect(() => service().set(fleet, { everyHours: 6 })).toThrow(/schedule\.json/)
})

test('it looks every minute until it is stopped', () => {
  vi.useFakeTimers()
  const it = service()
  it.set(fleet, { everyHours: 6 })
  const stop = it.begin()
  vi.advanceTimersByTime(120_000)
  expect(started).toBe(2)
  stop()
  vi.advanceTimersByTime(600_000)
  expect(started).toBe(2)
})
