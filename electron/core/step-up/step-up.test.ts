import { expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import type { LedgerEntry } from '../ledger/record.ts'
import type { SecretStore } from '../ports.ts'
import { createStepUp } from './step-up.ts'
import { codeOf, counterAt } from './totp.ts'

const START = Date.parse('2026-11-26T09:00:00Z')

function keyRing(): SecretStore & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>()
  return {
    texts,
    available: true,
    get: async (name) => texts.get(name),
    set: async (name, value) => void texts.set(name, value),
    delete: async (name) => void texts.delete(name),
  }
}

const noStore: SecretStore = { available: false, get: async () => undefined, set: async () => undefined, delete: async () => undefined }

function console(secrets: SecretStore = keyRing()) {
  const world = { nowMs: START, entries: [] as LedgerEntry[] }
  const ledger = { append: (entry: LedgerEntry) => world.entries.push(entry) }
  const open = () => createStepUp({ clock: { now: () => world.nowMs }, secrets, ledger, account: 'ada', changed: () => undefined })
  return { world, open, actions: () => world.entries.map(({ action }) => action) }
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const secretOf = (text: string) =>
  Buffer.from(
    (
      [...text.replaceAll(' ', '')]
        .map((letter) => base32.indexOf(letter).toString(2).padStart(5, '0'))
        .join('')
        .match(/.{8}/g) ?? []
    ).map((byte) => Number.parseInt(byte, 2)),
  )
const codeAt = (secret: Buffer, nowMs: number) => codeOf(secret, counterAt(nowMs))
const codeOfFailure = (run: Promise<unknown>) =>
  run.then(
    () => 'none',
    (error) => failureOf(error).code,
  )

async function enrolled(secrets?: SecretStore) {
  const at = console(secrets)
  const stepUp = at.open()
  const secret = secretOf((await stepUp.enrol()).secret)
  await stepUp.confirm(codeAt(secret, START))
  return { ...at, stepUp, secret, code: () => codeAt(secret, at.world.nowMs) }
}

const needed = (stepUp: { require(): void }) => {
  try {
    stepUp.require()
    return false
  } catch (error) {
    return failureOf(error).code === 'step-up.needed'
  }
}

test('nothing is open before an authenticator is enrolled, and no code helps', async () => {
  const stepUp = console().open()
  expect(needed(stepUp)).toBe(true)
  expect(await codeOfFailure(stepUp.confirm('000000'))).toBe('step-up.not-enrolled')
  expect(await stepUp.state()).toEqual({ enrolled: false, kept: 'key-ring', unlockedUntil: null, blockedUntil: null })
})

test('a wrong code enrols nothing and unlocks nothing, the right one still does', async () => {
  const { open, world } = console()
  const stepUp = open()
  const secret = secretOf((await stepUp.enrol()).secret)
  expect(await codeOfFailure(stepUp.confirm(codeAt(secret, START + 3_600_000)))).toBe('step-up.wrong-code')
  expect(needed(stepUp)).toBe(true)
  expect(await stepUp.state()).toMatchObject({ enrolled: false, unlockedUntil: null })
  await stepUp.confirm(codeAt(secret, world.nowMs))
  expect(needed(stepUp)).toBe(false)
})

test('the first code enrols and unlocks for ten minutes to the millisecond', async () => {
  const { stepUp, world, actions } = await enrolled()
  expect(await stepUp.state()).toMatchObject({ enrolled: true, unlockedUntil: '2026-11-26T09:10:00.000Z' })
  world.nowMs = START + 599_999
  expect(needed(stepUp)).toBe(false)
  world.nowMs = START + 600_000
  expect(needed(stepUp)).toBe(true)
  expect(actions()).toEqual(['step-up.enrol'])
})

test('a clock that was set back locks', async () => {
  const { stepUp, world } = await enrolled()
  world.nowMs = START - 1
  expect(needed(stepUp)).toBe(true)
})

test('a code is taken once: not again, not after a restart, and none that is older', async () => {
  const { stepUp, open, code, secret, world } = await enrolled()
  expect(await codeOfFailure(stepUp.confirm(code()))).toBe('step-up.wrong-code')
  world.nowMs += 60_000
  const taken = code()
  await stepUp.confirm(taken)
  const again = open()
  expect(needed(again)).toBe(true)
  expect(await codeOfFailure(again.confirm(taken))).toBe('step-up.wrong-code')
  expect(await codeOfFailure(again.confirm(codeAt(secret, world.nowMs - 30_000)))).toBe('step-up.wrong-code')
  expect(await codeOfFailure(again.confirm(codeAt(secret, world.nowMs + 30_000)))).toBe('none')
})

test('two at once with one code: one is let in', async () => {
  const { stepUp, code, world } = await enrolled()
  world.nowMs += 60_000
  const both = await Promise.all([codeOfFailure(stepUp.confirm(code())), codeOfFailure(stepUp.confirm(code()))])
  expect(both).toEqual(['none', 'step-up.wrong-code'])
})

test('the fifth wrong code in a row blocks, each further one twice as long, and a restart gives nothing back', async () => {
  const { stepUp, open, code, world, actions } = await enrolled()
  world.nowMs += 60_000
  for (let wrong = 0; wrong < 5; wrong++) expect(await codeOfFailure(stepUp.confirm('x'))).toBe('step-up.wrong-code')
  expect(await codeOfFailure(open().confirm(code()))).toBe('step-up.blocked')
  expect((await open().state()).blockedUntil).toBe('2026-11-26T09:01:30.000Z')
  world.nowMs += 30_000
  expect(await codeOfFailure(stepUp.confirm('x'))).toBe('step-up.wrong-code')
  world.nowMs += 59_999
  expect(await codeOfFailure(stepUp.confirm(code()))).toBe('step-up.blocked')
  world.nowMs += 1
  expect(await codeOfFailure(stepUp.confirm(code()))).toBe('none')
  world.nowMs += 60_000
  expect(await codeOfFailure(stepUp.confirm('x'))).toBe('step-up.wrong-code')
  expect((await stepUp.state()).blockedUntil).toBeNull()
  expect(actions().filter((action) => action === 'step-up.refuse')).toHaveLength(7)
})

test('another authenticator needs a code of the one before; then the old one is worth nothing', async () => {
  const { stepUp, secret, world } = await enrolled()
  await stepUp.lock()
  expect(await codeOfFailure(stepUp.enrol())).toBe('step-up.needed')
  world.nowMs += 60_000
  await stepUp.confirm(codeAt(secret, world.nowMs))
  const fresh = secretOf((await stepUp.enrol()).secret)
  world.nowMs += 60_000
  await stepUp.confirm(codeAt(fresh, world.nowMs))
  world.nowMs += 60_000
  expect(await codeOfFailure(stepUp.confirm(codeAt(secret, world.nowMs)))).toBe('step-up.wrong-code')
})

test('an enrolment that was begun and left ends after ten minutes', async () => {
  const at = console()
  const stepUp = at.open()
  const secret = secretOf((await stepUp.enrol()).secret)
  at.world.nowMs += 600_000
  expect(await codeOfFailure(stepUp.confirm(codeAt(secret, at.world.nowMs)))).toBe('step-up.not-enrolled')
})

test('without a sound key ring the secret is stored nowhere and gone with the program', async () => {
  const { stepUp, open } = await enrolled(noStore)
  expect(await stepUp.state()).toMatchObject({ enrolled: true, kept: 'session' })
  expect(await open().state()).toMatchObject({ enrolled: false, kept: 'session' })
})

test('a ledger that takes nothing lets nobody in', async () => {
  const { stepUp, world, code } = await enrolled()
  await stepUp.lock()
  world.nowMs += 60_000
  world.entries.push = () => {
    throw new Error('disk full')
  }
  expect(await codeOfFailure(stepUp.confirm(code()))).toBe('internal.unexpected')
  expect(needed(stepUp)).toBe(true)
})

test('nothing in the ledger holds a code or the secret', async () => {
  const { world, secret, stepUp, code } = await enrolled()
  world.nowMs += 60_000
  const shown = code()
  await stepUp.confirm(shown)
  const text = JSON.stringify(world.entries)
  expect([text.includes(shown), text.includes(secret.toString('base64'))]).toEqual([false, false])
})
