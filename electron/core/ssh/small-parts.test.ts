import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Semaphore } from './semaphore.ts'
import { SharedFlight } from './shared-flight.ts'
import { StageTimer } from './stage-timer.ts'
import { shown } from './untrusted-text.ts'

const never = new AbortController().signal

describe('a semaphore', () => {
  test('lets in as many as it has places, in order, and gives a place back once', async () => {
    const semaphore = new Semaphore(2)
    const entered: number[] = []
    const releases: (() => void)[] = []
    for (const visitor of [1, 2, 3, 4])
      void semaphore.acquire(never).then((release) => {
        entered.push(visitor)
        releases.push(release)
      })
    await Promise.resolve()
    await vi.waitFor(() => expect(entered).toEqual([1, 2]))
    releases[0]?.()
    releases[0]?.()
    await vi.waitFor(() => expect(entered).toEqual([1, 2, 3]))
    expect(entered).not.toContain(4)
  })

  test('forgets a visitor who left the queue', async () => {
    const semaphore = new Semaphore(1)
    const first = await semaphore.acquire(never)
    const leaving = new AbortController()
    const left = semaphore.acquire(leaving.signal)
    const third = semaphore.acquire(never)
    leaving.abort(new Error('left'))
    await expect(left).rejects.toThrow('left')
    first()
    await third
  })
})

describe('shared work', () => {
  test('is aborted only when the last one leaves', async () => {
    let aborted = false
    const flight = new SharedFlight<string>((signal) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return new Promise(() => undefined)
    })
    const stops = [new AbortController(), new AbortController()]
    const joined = stops.map(({ signal }) => flight.join(signal).catch((error: Error) => error.message))
    stops[0]?.abort(new Error('first'))
    expect(await joined[0]).toBe('first')
    expect([aborted, flight.abandoned]).toEqual([false, false])
    stops[1]?.abort(new Error('second'))
    expect(await joined[1]).toBe('second')
    expect([aborted, flight.abandoned]).toEqual([true, true])
  })
})

describe('a stage timer', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  test('stands still while the admin is asked, over the end of a stage too', async () => {
    const ended: string[] = []
    const timer = new StageTimer()
    timer.start(1_000, () => ended.push('one'))
    vi.advanceTimersByTime(600)
    let answer: () => void = () => undefined
    const asked = timer.without(
      new Promise<void>((resolve) => {
        answer = resolve
      }),
    )
    vi.advanceTimersByTime(60_000)
    timer.start(1_000, () => ended.push('two'))
    vi.advanceTimersByTime(60_000)
    expect(ended).toEqual([])
    answer()
    await asked
    vi.advanceTimersByTime(999)
    expect(ended).toEqual([])
    vi.advanceTimersByTime(1)
    expect(ended).toEqual(['two'])
  })

  test('keeps what was left of its time', async () => {
    const ended: string[] = []
    const timer = new StageTimer()
    timer.start(1_000, () => ended.push('one'))
    vi.advanceTimersByTime(600)
    await timer.without(Promise.resolve())
    vi.advanceTimersByTime(399)
    expect(ended).toEqual([])
    vi.advanceTimersByTime(1)
    expect(ended).toEqual(['one'])
  })
})

describe('text that a server sent', () => {
  test.each([
    ['Verification code: ', 'Verification code:'],
    ['\u001b[31mred\u001b[0m \u001b]0;title\u0007x', 'red x'],
    ['a\u202eb\u200bc\u0000d\u009be', 'abcde'],
    ['one\r\ntwo\tthree', 'one\ntwo three'],
    ['Código für 鍵', 'Código für 鍵'],
  ])('%j is shown as %j', (text, clean) => {
    expect(shown(text, 100)).toBe(clean)
  })

  test('is never longer than asked and never holds a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, length) => {
        const clean = shown(text, length)
        expect(clean.length).toBeLessThanOrEqual(length)
        expect(clean.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      }),
    )
  })
})
