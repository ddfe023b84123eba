import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { fail } from '#shared/errors.ts'
import { askBeforeClose, closeQuestion } from './close-question.ts'

const engine = (answers: Readonly<Record<string, unknown>>) => async (channel: string) =>
  ({ ok: true, value: answers[channel] ?? null }) as const
const job = (state: string, undoDueAt: string | null) => ({ plan: { host: 'gpu-01' }, state, undoDueAt })
const hostOf = (host: string, step: string, outcome: string | null) => ({ plan: { host }, step, outcome })

test('a push that runs is asked about, by its host and when that undoes it; none, or one that ended, is not', async () => {
  const due = new Date(2026, 10, 24, 15, 10, 44).toISOString()
  const armed = await closeQuestion(engine({ 'push:job': job('running', due) }))
  expect(armed?.message).toBe('A push to gpu-01 is under way.')
  expect(armed?.detail).toMatch(/nobody commits it: gpu-01 undoes it by itself, not before 15:10:44\. .*open at the next start/)
  expect((await closeQuestion(engine({ 'push:job': job('undoing', null) })))?.detail).toContain('undoes it by itself. ')
  expect(await closeQuestion(engine({ 'push:job': job('finished', null) }))).toBeNull()
  expect(await closeQuestion(engine({}))).toBeNull()
})

test('of a push to many hosts those are named that had begun', async () => {
  const hosts = [hostOf('gpu-01', 'commit', 'committed-proven'), hostOf('gpu-02', 'write', null), hostOf('gpu-03', '', null)]
  const asked = await closeQuestion(engine({ 'push:waves': { state: 'running', hosts } }))
  expect(asked?.message).toBe('A push to 3 hosts is under way.')
  expect(asked?.detail).toMatch(/no further host begins\. Nobody commits gpu-02: /)
  expect(await closeQuestion(engine({ 'push:waves': { state: 'finished', hosts } }))).toBeNull()
})

test('an engine that died, or says nothing, keeps no window open', async () => {
  expect(await closeQuestion(async () => fail('engine.stopped', ''))).toBeNull()
  vi.useFakeTimers()
  const silent = closeQuestion(() => new Promise(() => undefined))
  await vi.advanceTimersByTimeAsync(2000)
  expect(await silent).toBeNull()
  vi.useRealTimers()
})

test('the window closes when nothing is asked, or when that was the answer; pressing twice asks once, and each closing asks anew', async () => {
  const question = { message: '', detail: '', close: '' }
  const window = Object.assign(new EventEmitter(), { closed: 0, isDestroyed: () => false, close: () => press() })
  const press = () => {
    let stays = false
    window.emit('close', { preventDefault: () => (stays = true) })
    if (!stays) window.closed += 1
  }
  const answers: ((yes: boolean) => void)[] = []
  let asks: typeof question | null = question
  askBeforeClose(
    window as never,
    async () => asks,
    () => new Promise((answer) => answers.push(answer)),
  )
  press()
  press()
  await vi.waitFor(() => expect(answers).toHaveLength(1))
  answers[0]?.(false)
  await vi.waitFor(() => {
    press()
    expect(answers).toHaveLength(2)
  })
  expect(window.closed).toBe(0)
  answers[1]?.(true)
  await vi.waitFor(() => expect(window.closed).toBe(1))
  // The page stayed: it is asked again.
  press()
  await vi.waitFor(() => expect(answers).toHaveLength(3))
  answers[2]?.(false)
  asks = null
  await vi.waitFor(() => {
    press()
    expect(window.closed).toBe(2)
  })
})
