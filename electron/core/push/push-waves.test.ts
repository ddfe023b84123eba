import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PushPlan, type PushVerdict, verdictWords } from '#shared/model/push-plan.ts'
import { pushInWaves, type WaveRequest } from './push-waves.ts'

const plansOf = (count: number): PushPlan[] =>
  Array.from({ length: count }, (_, index) => ({ id: `p${index}`, host: `gpu-${index}` }) as PushPlan)
const ended = (verdict: PushVerdict) => ({
  verdict,
  reason: verdict === 'committed-proven' ? '' : 'a control says no',
  readBack: '',
  advice: '',
})

function run(request: Partial<WaveRequest> & Pick<WaveRequest, 'plans'>) {
  const waves: string[][] = []
  const touched: string[] = []
  const push = request.push ?? (async () => ended('committed-proven'))
  const outcomes = pushInWaves({
    ...{ canary: 1, waveSize: 2, ready: async () => '', signal: new AbortController().signal },
    ...request,
    onWave: (_, hosts) => void waves.push([...hosts]),
    push: (plan) => {
      touched.push(plan.host)
      return push(plan)
    },
  })
  return { waves, touched, outcomes }
}

test('one first, then as many as a wave has', async () => {
  const { waves, outcomes } = run({ plans: plansOf(6) })
  expect((await outcomes).map(({ outcome }) => outcome)).toEqual(Array(6).fill('committed-proven'))
  expect(waves).toEqual([['gpu-0'], ['gpu-1', 'gpu-2'], ['gpu-3', 'gpu-4'], ['gpu-5']])
})

test.each(['rolled-back-proven', 'rolled-back-not-proven', 'unknown'] as const)('after %s no further wave starts', async (verdict) => {
  const { touched, outcomes } = run({ plans: plansOf(5), push: async ({ host }) => ended(host === 'gpu-1' ? verdict : 'committed-proven') })
  expect((await outcomes).map(({ outcome }) => outcome)).toEqual([
    'committed-proven',
    verdict,
    'committed-proven',
    'not-started',
    'not-started',
  ])
  expect((await outcomes)[3]?.reason).toBe(`stopped after gpu-1: ${verdictWords[verdict]}`)
  expect(touched).toEqual(['gpu-0', 'gpu-1', 'gpu-2'])
})

test('a push that is refused stops it, too', async () => {
  const { touched, outcomes } = run({ plans: plansOf(3), push: () => Promise.reject(new Error('no sudo')) })
  expect(await outcomes).toMatchObject([{ outcome: 'refused', reason: expect.stringContaining('no sudo') }, { outcome: 'not-started' }, {}])
  expect(touched).toEqual(['gpu-0'])
})

test('one host of a wave that is not healthy: none of it is touched', async () => {
  const { touched, outcomes } = run({ plans: plansOf(4), ready: async ({ host }) => (host === 'gpu-2' ? 'ollama.service is failed' : '') })
  expect(await outcomes).toMatchObject([
    { outcome: 'committed-proven' },
    { outcome: 'not-started', reason: 'gpu-2: ollama.service is failed' },
    { outcome: 'not-started', reason: 'ollama.service is failed' },
    { outcome: 'not-started' },
  ])
  expect(touched).toEqual(['gpu-0'])
})

test('stopped by the admin: what is under way ends, nothing else starts', async () => {
  const abort = new AbortController()
  const push = async () => {
    abort.abort()
    return ended('committed-proven')
  }
  expect(await run({ plans: plansOf(3), push, signal: abort.signal }).outcomes).toMatchObject([
    { outcome: 'committed-proven' },
    { outcome: 'not-started', reason: 'it was stopped' },
    { outcome: 'not-started' },
  ])
})

test('two plans for one host are refused before anything', async () => {
  const [plan] = plansOf(1)
  const { touched, outcomes } = run({ plans: [plan as PushPlan, plan as PushPlan] })
  await expect(outcomes).rejects.toThrow('gpu-0')
  expect(touched).toEqual([])
})

test('whatever fails: every host has one outcome, in order, and none is touched in a wave after the first failure', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 5 }),
      async (good, canary, waveSize) => {
        const plans = plansOf(good.length)
        const { touched, outcomes } = run({
          ...{ plans, canary, waveSize },
          push: async ({ host }) => ended(good[plans.findIndex((it) => it.host === host)] ? 'committed-proven' : 'rolled-back-proven'),
        })
        expect((await outcomes).map(({ host }) => host)).toEqual(plans.map(({ host }) => host))
        const first = good.indexOf(false)
        const end = first < 0 ? good.length : first < canary ? canary : canary + (Math.floor((first - canary) / waveSize) + 1) * waveSize
        expect(touched).toHaveLength(Math.min(good.length, end))
      },
    ),
  )
})
