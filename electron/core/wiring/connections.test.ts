import { setTimeout as pause } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { FleetService } from '../fleet/fleet-service.ts'
import type { ConnectOptions, Ports, PromptPort, Transport } from '../ports.ts'
import { createConnections } from './connections.ts'

function setup() {
  const begun: (number | undefined)[] = []
  const createTransport = (): Transport => ({
    connect: async (_host: unknown, { since }: ConnectOptions) => {
      begun.push(since)
      throw new Error('nobody is there')
    },
    jumpStates: () => [],
    close: async () => undefined,
  })
  const fleet = { require: () => ({}), demo: () => undefined } as unknown as FleetService
  return { begun, connections: createConnections(fleet, { createTransport } as unknown as Ports, {} as PromptPort) }
}

const reach = (over: Transport, more: Partial<ConnectOptions> = {}) =>
  over.connect({ name: 'gpu-01' } as never, { signal: new AbortController().signal, ...more }).catch(() => undefined)

test('whatever is begun says when, so that what was declined before is asked again, and its own hosts share one answer', async () => {
  const { begun, connections } = setup()
  const before = performance.now()
  const plan = connections.transport()
  await pause(5)
  await reach(plan)
  await pause(5)
  await reach(plan)
  const look = connections.transport()
  await reach(look)
  expect(begun[0]).toBeGreaterThanOrEqual(before)
  expect(begun[1]).toBe(begun[0])
  expect(begun[2]).toBeGreaterThan(begun[0] ?? Number.POSITIVE_INFINITY)
})

test('what was begun over connections that were handed over does not lead to the open fleet any more', () => {
  const { connections } = setup()
  const old = connections.transport()
  expect(connections.leads(old)).toBe(true)
  connections.release()
  expect(connections.leads(old)).toBe(false)
  expect(connections.leads(connections.transport())).toBe(true)
  expect(connections.leads(old)).toBe(false)
})
