import { describe, expect, test } from 'vitest'
import type { FromEngine, ToEngine } from '../engine/engine-protocol.ts'
import { createEngineHost, type EngineProcess } from './engine-host.ts'

class FakeEngine implements EngineProcess {
  readonly received: ToEngine[] = []
  killed = false
  private message: (message: FromEngine) => void = () => undefined
  private exit: (code: number | null) => void = () => undefined
  postMessage(message: ToEngine): void {
    this.received.push(message)
  }
  kill(): boolean {
    this.killed = true
    return true
  }
  onMessage(listener: (message: FromEngine) => void): void {
    this.message = listener
  }
  onExit(listener: (code: number | null) => void): void {
    this.exit = listener
  }
  say(message: FromEngine): void {
    this.message(message)
  }
  die(code: number | null): void {
    this.exit(code)
  }
  calls(): ToEngine[] {
    return this.received.filter((message) => message.kind === 'call')
  }
}

const ready: FromEngine = { kind: 'ready', storeFailure: null }
const init = { dataFolder: '/d', logFolder: '/l', home: '/h', version: '1', secretsAvailable: false }

function setup() {
  const engines: FakeEngine[] = []
  const events: string[] = []
  const delays: number[] = []
  const tasks: (() => void)[] = []
  let beat = (): void => undefined
  let time = 0
  const host = createEngineHost({
    fork: () => {
      const engine = new FakeEngine()
      engines.push(engine)
      return engine
    },
    init,
    changed: (event) => events.push(event),
    secret: async (request) => ({ ok: true, value: request.operation === 'get' ? `value of ${request.name}` : null }),
    restore: () => ({ channel: 'fleet:load', input: { path: '/f.yaml' } }),
    log: () => undefined,
    now: () => time,
    every: (task) => {
      beat = task
    },
    later: (task, delayMs) => {
      delays.push(delayMs)
      tasks.push(task)
    },
  })
  return {
    host,
    engines,
    events,
    delays,
    engine: (): FakeEngine => engines.at(-1) as FakeEngine,
    runLater: () =>
      tasks.splice(0).forEach((task) => {
        task()
      }),
    pass: (ms: number) => {
      time += ms
    },
    beats: (times: number) => {
      for (let at = 0; at < times; at += 1) beat()
    },
  }
}

describe('the engine host', () => {
  test('sends init first and holds calls until the engine is ready', async () => {
    const { host, engine } = setup()
    host.start()
    const answer = host.call('fleet:current', null)
    expect(engine().received).toEqual([{ kind: 'init', init }])
    engine().say(ready)
    expect(engine().calls()).toEqual([{ kind: 'call', id: 1, channel: 'fleet:current', input: null }])
    engine().say({ kind: 'reply', id: 1, reply: { ok: true, value: 7 } })
    expect(await answer).toEqual({ ok: true, value: 7 })
    expect(host.status().state).toBe('running')
  })

  test('answers go to their own call, in any order', async () => {
    const { host, engine } = setup()
    host.start()
    engine().say(ready)
    const both = Promise.all([host.call('a', null), host.call('b', null)])
    engine().say({ kind: 'reply', id: 2, reply: { ok: true, value: 'b' } })
    engine().say({ kind: 'reply', id: 99, reply: { ok: true, value: 'nobody' } })
    engine().say({ kind: 'reply', id: 1, reply: { ok: true, value: 'a' } })
    expect(await both).toEqual([
      { ok: true, value: 'a' },
      { ok: true, value: 'b' },
    ])
  })

  test('a crash rejects what was under way, is told, and another engine is started with init', async () => {
    const { host, engine, engines, events, runLater } = setup()
    host.start()
    engine().say(ready)
    const lost = host.call('audit:start', {})
    engine().say({ kind: 'fatal', message: 'out of cheese' })
    events.length = 0
    engine().die(70)
    expect(await lost).toMatchObject({ ok: false, failure: { code: 'engine.stopped' } })
    expect(host.status()).toMatchObject({ state: 'restarting', message: 'The engine ended with code 70: out of cheese.' })
    expect(events).toEqual(['engine:changed'])
    runLater()
    expect(engines).toHaveLength(2)
    expect(engine().received).toEqual([{ kind: 'init', init }])
    engine().say(ready)
    expect(host.status().state).toBe('running')
    expect(engine().calls()).toEqual([{ kind: 'call', id: 0, channel: 'fleet:load', input: { path: '/f.yaml' } }])
  })

  test('a call made while it restarts is answered by the next engine, once', async () => {
    const { host, engine, runLater } = setup()
    host.start()
    engine().say(ready)
    engine().die(1)
    const answer = host.call('fleet:current', null)
    runLater()
    engine().die(1)
    runLater()
    engine().say(ready)
    expect(
      engine()
        .calls()
        .map((message) => message.kind === 'call' && message.channel),
    ).toEqual(['fleet:load', 'fleet:current'])
    engine().say({ kind: 'reply', id: 1, reply: { ok: true, value: null } })
    expect(await answer).toEqual({ ok: true, value: null })
  })

  test('waits longer each time and stays down after five restarts within a minute', async () => {
    const { host, engine, engines, delays, runLater } = setup()
    host.start()
    for (let crash = 0; crash < 5; crash += 1) {
      engine().die(139)
      runLater()
    }
    const held = host.call('fleet:current', null)
    engine().die(139)
    runLater()
    expect(delays).toEqual([500, 1000, 2000, 4000, 8000])
    expect(engines).toHaveLength(6)
    expect(host.status()).toMatchObject({ state: 'stopped', message: expect.stringContaining('139') })
    expect(await held).toMatchObject({ ok: false, failure: { code: 'engine.stopped' } })
    expect(await host.call('fleet:current', null)).toMatchObject({ ok: false, failure: { code: 'engine.stopped' } })
  })

  test('crashes that are far apart do not add up', () => {
    const { host, engine, delays, runLater, pass } = setup()
    host.start()
    for (let crash = 0; crash < 20; crash += 1) {
      engine().die(1)
      runLater()
      pass(60_000)
    }
    expect(host.status().state).toBe('restarting')
    expect(new Set(delays)).toEqual(new Set([500]))
  })

  test('what one engine said of its end is not said of the next', () => {
    const { host, engine, runLater } = setup()
    host.start()
    engine().say({ kind: 'fatal', message: 'out of cheese' })
    engine().die(70)
    expect(host.status().message).toBe('The engine ended with code 70: out of cheese.')
    for (const code of [9, 11]) {
      runLater()
      engine().die(code)
      expect(host.status().message).toBe(`The engine ended with code ${code}.`)
    }
  })

  test('words of an engine that is gone are not heard', () => {
    const { host, engine, engines, events, runLater } = setup()
    host.start()
    engine().die(1)
    runLater()
    events.length = 0
    engines[0]?.say({ kind: 'changed', event: 'fleet:changed' })
    engines[0]?.say(ready)
    engines[0]?.die(1)
    expect(events).toEqual([])
    expect(engines).toHaveLength(2)
  })

  test('passes events on, tells a store failure, and answers for secrets', async () => {
    const { host, engine, events } = setup()
    host.start()
    engine().say({ kind: 'ready', storeFailure: { code: 'store.corrupt', detail: 'kept aside' } })
    engine().say({ kind: 'changed', event: 'job:changed' })
    expect(events).toEqual(['engine:changed', 'job:changed'])
    expect(host.status().storeFailure?.code).toBe('store.corrupt')
    engine().say({ kind: 'secret', id: 3, request: { operation: 'get', name: 'n' } })
    await Promise.resolve()
    await Promise.resolve()
    expect(engine().received.at(-1)).toEqual({ kind: 'secret', id: 3, reply: { ok: true, value: 'value of n' } })
  })

  test('one that says nothing is said not to answer, goes on when it speaks, and is left alone until then', () => {
    const { host, engine, events, beats } = setup()
    host.start()
    engine().say(ready)
    events.length = 0
    beats(1)
    engine().say({ kind: 'pong' })
    beats(2)
    expect(events).toEqual([])
    beats(3)
    expect(host.status().state).toBe('unresponsive')
    expect(events).toEqual(['engine:changed'])
    expect(engine().received.filter(({ kind }) => kind === 'ping')).toHaveLength(2)
    engine().say({ kind: 'changed', event: 'job:changed' })
    expect(host.status().state).toBe('running')
    expect(engine().killed).toBe(false)
  })

  test('one that says nothing is ended on demand, what waited for it is answered, and another one is started', async () => {
    const { host, engine, engines, beats, runLater } = setup()
    host.start()
    engine().say(ready)
    host.restart()
    expect(engine().killed).toBe(false)
    const lost = host.call('audit:start', {})
    beats(3)
    host.restart()
    expect(engine().killed).toBe(true)
    engine().die(15)
    expect(await lost).toMatchObject({ ok: false, failure: { code: 'engine.stopped' } })
    expect(host.status()).toMatchObject({ state: 'restarting', message: 'The engine ended with code 15: it did not answer.' })
    beats(3)
    runLater()
    expect(engines).toHaveLength(2)
    engine().say(ready)
    expect(host.status().state).toBe('running')
  })

  test('one that stays silent from its start is said not to answer', () => {
    const { host, beats } = setup()
    host.start()
    beats(3)
    expect(host.status().state).toBe('unresponsive')
  })

  test('after too many crashes it is started again on demand', async () => {
    const { host, engine, engines, runLater } = setup()
    host.start()
    for (let crash = 0; crash < 6; crash += 1) {
      engine().die(139)
      runLater()
    }
    expect(host.status().state).toBe('stopped')
    host.restart()
    expect(engines).toHaveLength(7)
    const answer = host.call('fleet:current', null)
    engine().say(ready)
    engine().say({ kind: 'reply', id: 1, reply: { ok: true, value: null } })
    expect(await answer).toEqual({ ok: true, value: null })
    expect(host.status().state).toBe('running')
  })

  test('stop ends it for good', async () => {
    const { host, engine, engines, runLater } = setup()
    host.start()
    engine().say(ready)
    const lost = host.call('a', null)
    host.stop()
    expect(engine().killed).toBe(true)
    engine().die(0)
    runLater()
    expect(engines).toHaveLength(1)
    expect(await lost).toMatchObject({ ok: false })
    expect(await host.call('a', null)).toMatchObject({ ok: false })
  })
})
