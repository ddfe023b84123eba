import { beforeEach, describe, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import { contracts } from '#shared/ipc/contracts.ts'
import type { RoleState } from '#shared/model/role.ts'
import { createRelay } from './ipc-relay.ts'
import { createSessionRole } from './session-role.ts'

let written: RoleState
let stepUp: { enrolled: boolean; kept: 'key-ring' | 'session'; unlockedUntil: string | null }
let asked: [string, unknown][]
let ledgerBroken: boolean
beforeEach(() => {
  written = { role: 'administrator', lasts: 'always' }
  stepUp = { enrolled: true, kept: 'key-ring', unlockedUntil: null }
  asked = []
  ledgerBroken = false
})

const engine = async (channel: string, input: unknown): Promise<Reply<unknown>> => {
  asked.push([channel, input])
  if (channel === 'role:note' && ledgerBroken) return { ok: false, failure: { code: 'ledger.broken', detail: 'no' } }
  if (channel === 'step-up:lock') stepUp = { ...stepUp, unlockedUntil: null }
  if (channel === 'prompt:pending')
    return {
      ok: true,
      value: [
        { id: 'key', kind: 'host-key-unknown' },
        { id: 'code', kind: 'keyboard-interactive' },
      ],
    }
  return { ok: true, value: channel === 'step-up:state' ? { ...stepUp } : null }
}
const session = () =>
  createSessionRole({
    file: {
      read: () => written,
      write: (value) => {
        written = value
      },
    },
    engine,
    changed: () => undefined,
  })
const codeOf = (run: unknown) => Promise.resolve(run).then(String, (error) => failureOf(error).code)
const noted = () => asked.filter(([channel]) => channel === 'role:note').map(([, input]) => (input as { action: string }).action)

/** What the window calls reaches this, or is refused before it. */
const reached = async (role: ReturnType<typeof session>, channel: string, input: unknown) => {
  const went: string[] = []
  const open = Object.fromEntries(
    Object.entries(contracts).map(([name, one]) => [name, { ...one, input: { safeParse: (data: unknown) => ({ success: true, data }) } }]),
  )
  const relay = createRelay({
    contracts: open as never,
    handlers: new Proxy({}, { get: (_, name) => () => went.push(String(name)) }),
    engine: async (name) => {
      went.push(name)
      return { ok: true, value: null }
    },
    refusal: role.refusal,
    confirm: async () => true,
    isOwnWindow: () => true,
    allowedOrigins: ['gatehouse://app'],
    log: () => undefined,
  })
  const reply = await relay({ contents: 1, url: 'gatehouse://app/', isTopFrame: true }, channel, input)
  return { went: went.length > 0, code: reply.ok ? undefined : reply.failure.code }
}

describe('as Operator', () => {
  const changing = Object.entries(contracts).filter(([, { effect }]) => effect === 'changes-host' || effect === 'changes-trust')
  test('there is something to refuse', () => expect(changing.length).toBeGreaterThan(8))

  test.each(changing.map(([name]) => name))('%s is refused and noted, unless it is operator work', async (channel) => {
    const role = session()
    await role.handlers['role:operator'](null)
    const { went, code } = await reached(role, channel, {})
    if (channel === 'operate:run') expect(went).toBe(true)
    else expect([went, code, noted()]).toEqual([false, 'role.operator', ['role.operator', 'role.refuse']])
  })

  test('of what is only here: what is recorded is refused, what is looked at is not', async () => {
    const role = session()
    await role.handlers['role:operator'](null)
    const allowed: string[] = []
    for (const [channel, { effect }] of Object.entries(contracts))
      if (effect === 'local' && (await reached(role, channel, {})).went) allowed.push(channel)
    expect(allowed.sort()).toEqual([
      ...['audit:cancel', 'audit:export', 'engine:restart', 'fleet:close', 'fleet:demo', 'fleet:load', 'fleet:open'],
      ...['models:cancel', 'operate:leave', 'role:administrator', 'role:operator', 'settings:set', 'step-up:confirm', 'step-up:lock'],
    ])
    for (const channel of ['push:plan', 'push:undo', 'push:undo-one', 'push:extend-one', 'push:take-back'])
      expect((await reached(role, channel, {})).went).toBe(false)
    for (const channel of ['operate:logs', 'audit:start', 'audit:latest']) expect((await reached(role, channel, {})).went).toBe(true)
  })

  test('a code may be answered, and a question declined; a host key is not trusted', async () => {
    const role = session()
    await role.handlers['role:operator'](null)
    const answer = (id: string, answers: string[] | null) => reached(role, 'prompt:answer', { id, answers })
    expect([(await answer('code', ['1'])).went, (await answer('key', null)).went]).toEqual([true, true])
    expect([(await answer('key', ['trust'])).went, (await answer('gone', ['trust'])).went]).toEqual([false, false])
  })
})

test('the administrator may everything', async () => {
  const role = session()
  for (const channel of Object.keys(contracts)) expect((await reached(role, channel, {})).code).not.toBe('role.operator')
  expect(noted()).toEqual([])
})

test('back only with a code that is taken after it was locked', async () => {
  stepUp = { ...stepUp, unlockedUntil: '2026-11-26T09:10:00.000Z' }
  const role = session()
  await role.handlers['role:operator'](null)
  expect(await codeOf(role.handlers['role:administrator'](null))).toBe('step-up.needed')
  expect(await role.handlers['role:state'](null)).toEqual({ role: 'operator', lasts: 'always' })
  stepUp = { ...stepUp, unlockedUntil: '2026-11-26T09:10:00.000Z' }
  // The dialog that took the code has set it already when what asked for it does.
  for (let times = 0; times < 2; times += 1)
    expect(await role.handlers['role:administrator'](null)).toEqual({ role: 'administrator', lasts: 'always' })
  expect(noted()).toEqual(['role.operator', 'role.administrator'])
})

test('a restart gives nothing back, unless the authenticator is forgotten with it', async () => {
  await session().handlers['role:operator'](null)
  expect(await session().handlers['role:state'](null)).toEqual({ role: 'operator', lasts: 'always' })
  written = { role: 'administrator', lasts: 'always' }
  stepUp = { ...stepUp, kept: 'session' }
  const role = session()
  expect(await role.handlers['role:operator'](null)).toEqual({ role: 'operator', lasts: 'session' })
  expect(written.role).toBe('administrator')
})

test('without an authenticator nobody is locked out; what cannot be noted is not done', async () => {
  stepUp = { ...stepUp, enrolled: false }
  const role = session()
  expect(await codeOf(role.handlers['role:operator'](null))).toBe('step-up.not-enrolled')
  stepUp = { ...stepUp, enrolled: true }
  ledgerBroken = true
  expect(await codeOf(role.handlers['role:operator'](null))).toBe('ledger.broken')
  expect((await role.handlers['role:state'](null)).role).toBe('administrator')
})
