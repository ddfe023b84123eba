import { readFileSync } from 'node:fs'
import { beforeEach, expect, test, vi } from 'vitest'
import { channels, events } from '#shared/ipc/channels.ts'

interface Pipe {
  invoke(channel: string, input: unknown): Promise<string>
  on(event: string, callback: (...args: unknown[]) => void): () => void
}

const invoked: unknown[][] = []
const listeners = new Map<string, Set<(...args: unknown[]) => void>>()
const exposed: Record<string, unknown> = {}
vi.mock('electron', () => ({
  contextBridge: {
    exposeInMainWorld: (name: string, api: unknown) => {
      exposed[name] = api
    },
  },
  ipcRenderer: {
    invoke: async (...args: unknown[]) => {
      invoked.push(args)
      return '{"ok":true,"value":1}'
    },
    on: (pipe: string, listener: (...args: unknown[]) => void) => {
      listeners.set(pipe, (listeners.get(pipe) ?? new Set()).add(listener))
    },
    off: (pipe: string, listener: (...args: unknown[]) => void) => void listeners.get(pipe)?.delete(listener),
  },
}))
await import('./index.ts')
const { callPipe, eventPipe } = await import('../main/ipc-relay.ts')
const pipe = exposed.gatehouse as Pipe
const emit = (...args: unknown[]): void => {
  for (const listener of listeners.get(eventPipe) ?? []) listener({ sender: 'an Electron event' }, ...args)
}
beforeEach(() => {
  invoked.length = 0
})

test('only one thing is exposed, frozen, with two functions', () => {
  expect(Object.keys(exposed)).toEqual(['gatehouse'])
  expect(Object.keys(pipe)).toEqual(['invoke', 'on'])
  expect(Object.isFrozen(pipe)).toBe(true)
})

test.each(channels)('%s passes', async (channel) => {
  expect(JSON.parse(await pipe.invoke(channel, { a: 1 }))).toEqual({ ok: true, value: 1 })
  expect(invoked).toEqual([[callPipe, channel, { a: 1 }]])
})

test.each(['no:such', '', 'toString', '__proto__', 'gatehouse:call', 'ELECTRON_BROWSER_SANDBOX_LOAD', 7, null, ['app:info']])(
  'the channel %j does not leave the page',
  async (channel) => {
    expect(JSON.parse(await pipe.invoke(channel as string, null))).toMatchObject({ ok: false, failure: { code: 'ipc.invalid' } })
    expect(invoked).toEqual([])
  },
)

test('an event calls back without arguments, and only its own', () => {
  const heard: unknown[][] = []
  const stop = pipe.on('job:changed', (...args) => heard.push(args))
  emit('job:changed', 'extra')
  emit('audit:changed')
  expect(heard).toEqual([[]])
  stop()
  emit('job:changed')
  expect(heard).toHaveLength(1)
})

test.each(events)('%s can be heard', (event) => {
  let heard = 0
  const stop = pipe.on(event, () => {
    heard += 1
  })
  emit(event)
  stop()
  expect(heard).toBe(1)
})

test('an unknown event is not listened to', () => {
  const before = listeners.get(eventPipe)?.size ?? 0
  pipe.on('no:such', () => undefined)()
  expect(listeners.get(eventPipe)?.size ?? 0).toBe(before)
})

test('it stays small and builds no schema', () => {
  const source = readFileSync(new URL('./index.ts', import.meta.url), 'utf8')
  expect(source.split('\n').length).toBeLessThanOrEqual(60)
  expect(source).not.toMatch(/zod|contract|node:/)
})
