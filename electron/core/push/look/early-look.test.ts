import { expect, test } from 'vitest'
import type { HostLook } from './compare.ts'
import { looksAfter } from './early-look.ts'

const seen: HostLook = { state: 'connected', findings: [], tookMs: 1, asked: [], doors: [] }
const never = new AbortController().signal

/** A host that says when it was logged in to. */
function host() {
  const log: string[] = []
  const signals: AbortSignal[] = []
  const look = async (signal: AbortSignal, loginAfter?: Promise<void>) => {
    signals.push(signal)
    log.push('way')
    await loginAfter
    log.push('login')
    return seen
  }
  return { log, signals, look }
}

test('the way is made ahead and once, the login only when the change holds; the next look goes its own way', async () => {
  const { log, look } = host()
  const looks = looksAfter(look, never)
  looks.prepare()
  looks.prepare()
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(log).toEqual(['way'])
  expect(await looks.look()).toBe(seen)
  expect(log).toEqual(['way', 'login'])
  await looks.look()
  expect(log).toEqual(['way', 'login', 'way', 'login'])
})

test('without a way made ahead it looks when it is asked to', async () => {
  const { log, look } = host()
  await looksAfter(look, never).look()
  expect(log).toEqual(['way', 'login'])
})

test('what nobody looked with is given up, as is all when the push is', () => {
  const { signals, look } = host()
  const stop = new AbortController()
  const looks = looksAfter(look, stop.signal)
  looks.prepare()
  expect(signals[0]?.aborted).toBe(false)
  looks.end()
  expect(signals[0]?.aborted).toBe(true)
  const other = looksAfter(look, stop.signal)
  other.prepare()
  stop.abort()
  expect(signals[1]?.aborted).toBe(true)
})
