import { delay } from '../lab/lab.ts'
import type { PushCase } from './push-cases.ts'
import type { pushDesk } from './push-desk.ts'
import { median, slope, timed } from './samples.ts'

/** The shortest is the one that `bench.ts` asks the lab for. */
const ROUND_TRIPS_MS = [40, 140, 240] as const

export interface WaitedTrips {
  /** How many milliseconds a push takes longer for each millisecond that a round trip takes longer. */
  readonly slope: number
  /** Median milliseconds of a push at each round trip. */
  readonly takes: readonly (readonly [roundTripMs: number, pushMs: number])[]
}

/**
 * The round trips that a push waits for, as the wire has them: the same push over wires of different length, on open connections, round by round in
 * turn. What is sent and not waited for costs nothing, and what two logins wait for at the same time counts once. What a longer wire adds by itself
 * counts, too: windows that TCP opens slowly, and answers over the wire that come after the probe has ended.
 */
export async function measureTrips(
  { plan, push }: ReturnType<typeof pushDesk>,
  one: PushCase,
  rounds: number,
  say: (text: string) => void,
): Promise<WaitedTrips> {
  const times = new Map<number, number[]>(ROUND_TRIPS_MS.map((ms) => [ms, []]))
  try {
    for (let round = 1; round <= rounds; round++)
      for (const [roundTripMs, taken] of times) {
        await delay(roundTripMs / 2)
        const made = await plan(one.choice)
        const steps: string[] = []
        taken.push(await timed(() => push(made, (step, sinceMs) => steps.push(`${step} ${Math.round(sinceMs)}`))))
        await one.reset()
        say(`push over ${roundTripMs} ms, ${round} of ${rounds}: ${Math.round(taken.at(-1) ?? 0)} ms (${steps.join(', ')})`)
      }
  } finally {
    await delay(ROUND_TRIPS_MS[0] / 2)
  }
  const takes = [...times].map(([roundTripMs, taken]) => [roundTripMs, median(taken)] as const)
  return { slope: slope(takes), takes }
}
