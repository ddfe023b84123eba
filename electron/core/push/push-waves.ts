import { failureOf, GatehouseError } from '#shared/errors.ts'
import { type PushPlan, type PushVerdict, verdictWords } from '#shared/model/push-plan.ts'
import type { PushResult } from './transaction/transaction.ts'

export interface WaveRequest {
  /** One per host, in the order in which they are pushed. */
  readonly plans: readonly PushPlan[]
  /** Hosts that go first, alone. */
  readonly canary: number
  /** Hosts of each later wave, which are pushed side by side. */
  readonly waveSize: number
  /** Why nothing may start on the host of this plan; empty when it is healthy and as it was planned. Never rejects. */
  readonly ready: (plan: PushPlan) => Promise<string>
  /** Rejects only when nothing was changed. */
  readonly push: (plan: PushPlan) => Promise<PushResult>
  readonly onWave: (number: number, hosts: readonly string[]) => void
  /** Each host once, as soon as it is known what came of it. */
  readonly onOutcome?: (outcome: WaveOutcome) => void
  readonly signal: AbortSignal
}

/** What came of one host: a verdict, `refused` (nothing was changed) or `not-started`. */
export interface WaveOutcome {
  readonly host: string
  readonly outcome: PushVerdict | 'refused' | 'not-started'
  readonly reason: string
  readonly result?: PushResult
}

/**
 * Canary, then waves; after the first host that does not end as `committed-proven` no further wave starts. All hosts of a wave are looked at before one of them
 * is touched. Throws `push.plan-invalid` for two plans on one host: each host has one writer.
 */
export async function pushInWaves({
  plans,
  canary,
  waveSize,
  ready,
  push,
  onWave,
  onOutcome = () => undefined,
  signal,
}: WaveRequest): Promise<WaveOutcome[]> {
  const twice = plans.find(({ host }, index) => plans.findIndex((it) => it.host === host) !== index)
  if (twice) throw new GatehouseError({ code: 'push.plan-invalid', detail: `two of the plans are for ${twice.host}` })
  const outcomes: WaveOutcome[] = []
  const told = (outcome: WaveOutcome): WaveOutcome => {
    onOutcome(outcome)
    return outcome
  }
  let stop = ''
  for (const [index, wave] of wavesOf(plans, canary, waveSize).entries()) {
    if (stop === '' && signal.aborted) stop = 'it was stopped'
    if (stop !== '') {
      outcomes.push(...wave.map(({ host }) => told(notStarted(host, stop))))
      continue
    }
    onWave(
      index + 1,
      wave.map(({ host }) => host),
    )
    const unready = await Promise.all(wave.map(ready))
    const hindrance = wave.flatMap(({ host }, at) => (unready[at] ? [`${host}: ${unready[at]}`] : []))
    const ended =
      hindrance.length > 0
        ? wave.map(({ host }, at) => told(notStarted(host, unready[at] || `${hindrance[0]}`)))
        : await Promise.all(wave.map(async (plan) => told(await outcomeOf(plan, push))))
    outcomes.push(...ended)
    const bad = ended.find(({ outcome }) => outcome !== 'committed-proven')
    if (bad) stop = `stopped after ${bad.host}: ${outcomeWords[bad.outcome]}`
  }
  return outcomes
}

export const outcomeWords: Readonly<Record<WaveOutcome['outcome'], string>> = {
  ...verdictWords,
  refused: 'refused',
  'not-started': 'not started',
}

const notStarted = (host: string, reason: string): WaveOutcome => ({ host, outcome: 'not-started', reason })

async function outcomeOf(plan: PushPlan, push: WaveRequest['push']): Promise<WaveOutcome> {
  try {
    const result = await push(plan)
    return { host: plan.host, outcome: result.verdict, reason: result.reason, result }
  } catch (error) {
    const { code, detail } = failureOf(error)
    return { host: plan.host, outcome: 'refused', reason: `${code}: ${detail}` }
  }
}

/** Which plans go together, in order. */
export function wavesOf(plans: readonly PushPlan[], canary: number, waveSize: number): (readonly PushPlan[])[] {
  const waves = [plans.slice(0, canary)]
  for (let at = canary; at < plans.length; at += waveSize) waves.push(plans.slice(at, at + waveSize))
  return waves.filter((wave) => wave.length > 0)
}
