import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { GatehouseError } from '#shared/errors.ts'
import { channels } from '#shared/ipc/channels.ts'
import { type Contract, contract } from '#shared/ipc/contract.ts'
import { contracts } from '#shared/ipc/contracts.ts'
import { createRelay, type RelayOptions, type Sender, senderOf } from './ipc-relay.ts'

const own: Sender = { contents: 1, url: 'gatehouse://app/index.html', isTopFrame: true }
const secret = 'hunter2-correct-horse'

const tried: Record<string, Contract> = {
  'thing:read': contract({ input: z.object({ name: z.string() }), output: z.object({ size: z.int() }), effect: 'read', by: 'main' }),
  'thing:far': contract({ input: z.null(), output: z.string(), effect: 'read', by: 'engine' }),
  'thing:throws': contract({ input: z.null(), output: z.null(), effect: 'read', by: 'main' }),
  'thing:unanswered': contract({ input: z.null(), output: z.null(), effect: 'read', by: 'main' }),
  'trust:change': contract({ input: z.null(), output: z.null(), effect: 'changes-trust', by: 'engine' }),
  'host:change': contract({ input: z.object({ host: z.string() }), output: z.null(), effect: 'changes-host', by: 'engine' }),
}

let logged: string[]
let engineCalls: [string, unknown][]
let confirmed: boolean
let asked: string[]
beforeEach(() => {
  logged = []
  engineCalls = []
  confirmed = false
  asked = []
})

const relay = (over: Partial<RelayOptions> = {}) =>
  createRelay({
    contracts: tried,
    handlers: {
      'thing:read': ({ name }: { name: string }) =>
        name === 'odd' ? { size: 'big', [secret]: secret } : { size: name.length, extra: 'dropped' },
      'thing:throws': () => {
        throw new GatehouseError({ code: 'fleet.unreadable', detail: 'no' })
      },
    } as RelayOptions['handlers'],
    engine: async (channel, input) => {
      engineCalls.push([channel, input])
      return channel === 'thing:far' ? { ok: true, value: 'from afar' } : { ok: true, value: null }
    },
    confirm: async (channel) => {
      asked.push(channel)
      return confirmed
    },
    refusal: async () => undefined,
    isOwnWindow: (id) => id === 1,
    allowedOrigins: ['gatehouse://app'],
    log: (message) => logged.push(message),
    ...over,
  })

describe('who is heard', () => {
  test.each<[string, Partial<Sender>]>([
    ['a frame inside the page', { isTopFrame: false }],
    ['another window', { contents: 2 }],
    ['a frame that is gone', { url: null }],
    ['another origin', { url: 'https://example.com/' }],
    ['a look-alike origin', { url: 'gatehouse://app.evil/' }],
    ['a port', { url: 'gatehouse://app:1/' }],
    ['a blank page', { url: 'about:blank' }],
    ['a data page', { url: 'data:text/html,gatehouse://app/' }],
    ['a file', { url: 'file:///gatehouse://app/' }],
    ['the dev server in a release', { url: 'http://localhost:5173/' }],
  ])('not %s', async (_who, over) => {
    const reply = await relay()({ ...own, ...over }, 'thing:far', null)
    expect(reply).toMatchObject({ ok: false, failure: { code: 'ipc.invalid' } })
    expect(engineCalls).toEqual([])
  })

  test('the top frame of the own window at the exact origin', async () => {
    expect(await relay()(own, 'thing:far', null)).toEqual({ ok: true, value: 'from afar' })
  })
})

describe('who it was, as Electron tells', () => {
  const sender = { id: 1 }
  const url = 'gatehouse://app/index.html'

  test('the top frame has no parent', () => {
    expect(senderOf({ sender, senderFrame: { url, parent: null } })).toEqual(own)
  })

  test('a frame within is none, and one that is gone is nobody', () => {
    expect(senderOf({ sender, senderFrame: { url, parent: { url } } })).toEqual({ ...own, isTopFrame: false })
    expect(senderOf({ sender, senderFrame: null })).toEqual({ contents: 1, url: null, isTopFrame: false })
  })
})

describe('what is heard', () => {
  test.each<[unknown]>([
    ['no:such'],
    ['toString'],
    ['__proto__'],
    ['constructor'],
    [''],
    [7],
    [null],
    [undefined],
    [{ toString: () => 'thing:far' }],
    [['thing:far']],
  ])('not the channel %j', async (channel) => {
    expect(await relay()(own, channel, null)).toMatchObject({ ok: false, failure: { code: 'ipc.invalid' } })
    expect(engineCalls).toEqual([])
  })

  test.each<[unknown]>([[null], [undefined], [{}], [{ name: 7 }], ['name'], [[]]])('not the input %j', async (input) => {
    expect(await relay()(own, 'thing:read', input)).toMatchObject({ ok: false, failure: { code: 'ipc.invalid' } })
  })

  test('unknown keys are dropped in both directions', async () => {
    expect(await relay()(own, 'thing:read', { name: 'abc', __proto__: { x: 1 }, more: 1 })).toEqual({ ok: true, value: { size: 3 } })
  })

  test('an answer that breaks the contract does not reach the page, and its values reach neither page nor log', async () => {
    const reply = await relay()(own, 'thing:read', { name: 'odd' })
    expect(reply).toMatchObject({ ok: false, failure: { code: 'ipc.invalid' } })
    expect(JSON.stringify([reply, logged])).not.toContain(secret)
  })

  test('values of malformed input are not logged', async () => {
    await relay()(own, 'thing:read', { name: { [secret]: secret } })
    expect(logged.join()).not.toContain(secret)
    expect(logged.join()).toContain('name')
  })

  test('what is thrown becomes a value', async () => {
    expect(await relay()(own, 'thing:throws', null)).toEqual({ ok: false, failure: { code: 'fleet.unreadable', detail: 'no' } })
  })

  test('an engine that rejects becomes a value', async () => {
    const reply = await relay({ engine: () => Promise.reject(new Error('gone')) })(own, 'thing:far', null)
    expect(reply).toMatchObject({ ok: false, failure: { code: 'internal.unexpected' } })
  })

  test('a channel that nothing answers says so', async () => {
    expect(await relay()(own, 'thing:unanswered', null)).toMatchObject({ ok: false, failure: { code: 'ipc.invalid' } })
  })
})

describe('what changes a host', () => {
  test('does not reach the engine unless the native dialog was confirmed', async () => {
    expect(await relay()(own, 'host:change', { host: 'gpu-01' })).toMatchObject({ ok: false, failure: { code: 'prompt.declined' } })
    expect({ asked, engineCalls }).toEqual({ asked: ['host:change'], engineCalls: [] })
    confirmed = true
    expect(await relay()(own, 'host:change', { host: 'gpu-01' })).toEqual({ ok: true, value: null })
    expect(engineCalls).toEqual([['host:change', { host: 'gpu-01' }]])
  })

  test('neither does what changes whom this console trusts', async () => {
    expect(await relay()(own, 'trust:change', null)).toMatchObject({ ok: false, failure: { code: 'prompt.declined' } })
    expect({ asked, engineCalls }).toEqual({ asked: ['trust:change'], engineCalls: [] })
  })

  test('is not even asked about when it is malformed or from elsewhere', async () => {
    await relay()(own, 'host:change', { host: 1 })
    await relay()({ ...own, isTopFrame: false }, 'host:change', { host: 'gpu-01' })
    expect(asked).toEqual([])
  })

  test('reading asks nothing', async () => {
    await relay()(own, 'thing:far', null)
    expect(asked).toEqual([])
  })
})

test('every channel of the preload has a contract, and there are no others', () => {
  expect(Object.keys(contracts).sort()).toEqual([...channels].sort())
})

/** What a page can send: values of JSON and of the structured clone, near to what is expected and far from it. */
const sendable = fc.oneof(
  fc.anything({
    maxDepth: 3,
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withNullPrototype: true,
    withSparseArray: true,
  }),
  fc.dictionary(
    fc.constantFrom('host', 'id', 'path', 'plan', 'template', 'parameters', 'name', 'file', 'unit', 'verb', '__proto__'),
    fc.anything({ maxDepth: 1 }),
  ),
)

test.each(Object.entries(contracts))(
  '%s: what its contract does not take is asked of nobody, and where it is wrong is said',
  async (channel, { input }) => {
    const reached: unknown[] = []
    const reach = async (...said: unknown[]) => {
      reached.push(said)
      return undefined
    }
    const handlers = Object.fromEntries(
      channels.map((one) => [one, (value: unknown) => reach(value)]),
    ) as unknown as RelayOptions['handlers']
    const engine = async (...said: unknown[]) => ({ ok: true, value: await reach(...said) }) as const
    const every = relay({ contracts, handlers, engine, refusal: reach, confirm: async (...said) => (await reach(...said)) === undefined })
    await fc.assert(
      fc.asyncProperty(sendable, async (sent) => {
        fc.pre(!input.safeParse(sent).success)
        const reply = await every(own, channel, sent)
        expect(reply).toMatchObject({
          ok: false,
          failure: { code: 'ipc.invalid', detail: expect.stringContaining(`${channel}: malformed input at `) },
        })
        expect(reached).toEqual([])
      }),
      { numRuns: 40 },
    )
  },
)
