import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import { fail } from '#shared/errors.ts'
import { contracts } from '#shared/ipc/contracts.ts'
import { askBeforeClose, closeQuestion } from './close-question.ts'
import { watchHostChanges } from './host-changes.ts'

const engine = (answers: Readonly<Record<string, unknown>>) => async (channel: string) =>
  ({ ok: true, value: answers[channel] ?? null }) as const
const question = (call: Parameters<typeof closeQuestion>[0]) => closeQuestion(call, () => null)
const job = (state: string, undoDueAt: string | null) => ({ plan: { host: 'gpu-01' }, state, undoDueAt })
const hostOf = (host: string, step: string, outcome: string | null) => ({ plan: { host }, step, outcome })

test('a push that runs is asked about, by its host and when that undoes it; none, or one that ended, is not', async () => {
  const due = new Date(2026, 10, 24, 15, 10, 44).toISOString()
  const armed = await question(engine({ 'push:job': job('running', due) }))
  expect(armed?.message).toBe('A push to gpu-01 is under way.')
  expect(armed?.detail).toMatch(/nobody commits it: gpu-01 undoes it by itself, not before 15:10:44\. .*open at the next start/)
  expect((await question(engine({ 'push:job': job('undoing', null) })))?.detail).toContain('undoes it by itself. ')
  expect(await question(engine({ 'push:job': job('finished', null) }))).toBeNull()
  expect(await question(engine({}))).toBeNull()
})

test('of a push to many hosts those are named that had begun', async () => {
  const hosts = [hostOf('gpu-01', 'commit', 'committed-proven'), hostOf('gpu-02', 'write', null), hostOf('gpu-03', '', null)]
  const asked = await question(engine({ 'push:waves': { state: 'running', hosts } }))
  expect(asked?.message).toBe('A push to 3 hosts is under way.')
  expect(asked?.detail).toMatch(/no further host begins\. Nobody commits gpu-02: /)
  expect(await question(engine({ 'push:waves': { state: 'finished', hosts } }))).toBeNull()
})

test('a model that is deployed and a service that is restarted are asked about while they run', async () => {
  const hosts = [
    { host: 'gpu-01', stage: 'done' },
    { host: 'gpu-02', stage: 'copying' },
  ]
  const deployed = (kind: string, state: string) => question(engine({ 'models:job': { kind, state, hosts } }))
  expect((await deployed('deploy', 'running'))?.message).toBe('A model is being deployed to gpu-02.')
  expect([await deployed('hash', 'running'), await deployed('deploy', 'finished')]).toEqual([null, null])
  const operated = (state: string) => question(engine({ 'operate:job': { name: 'Ollama', host: 'gpu-03', verb: 'restart', state } }))
  expect((await operated('running'))?.message).toBe('Ollama on gpu-03 is being restarted.')
  expect(await operated('finished')).toBeNull()
})

test('what has no job is asked about until it is answered, also when the engine is silent', async () => {
  let answer: (reply: { ok: true; value: null }) => void = () => undefined
  const changes = watchHostChanges(() => new Promise((resolve) => (answer = resolve)))
  const asked = () => closeQuestion(() => new Promise(() => undefined), changes.question)
  const drill = changes.call('push:drill', { host: 'gpu-01\u202e' })
  expect((await asked())?.message).toMatch(/^The undo of gpu-01.* is being drilled\.$/)
  expect((await asked())?.message).not.toContain('\u202e')
  answer({ ok: true, value: null })
  await drill
  expect(changes.question()).toBeNull()
  const looks = changes.call('push:history', null)
  expect(changes.question()).toBeNull()
  answer({ ok: true, value: null })
  await looks
})

test('every change of a host is known to whoever closes over it', () => {
  const jobs = ['push:start', 'push:start-many', 'registry:deploy', 'operate:run']
  const changing = Object.entries(contracts).flatMap(([channel, { effect }]) => (effect === 'changes-host' ? [channel] : []))
  const calls = changing.filter((channel) => {
    const changes = watchHostChanges(() => new Promise(() => undefined))
    void changes.call(channel, { host: 'gpu-01', path: '/m/x', id: 'p1' })
    return changes.question() !== null
  })
  expect(calls.toSorted()).toEqual(changing.filter((channel) => !jobs.includes(channel)).toSorted())
})

test('an engine that died, or says nothing, keeps no window open', async () => {
  expect(await question(async () => fail('engine.stopped', ''))).toBeNull()
  vi.useFakeTimers()
  const silent = question(() => new Promise(() => undefined))
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
