import type { PushJob } from './push-job.ts'
import type { WaveJob } from './wave-job.ts'

/** Ids of the pushes that this program carries out right now. What is open beside them, one that stopped in the middle left open. */
export function pushesUnderWay(job: PushJob | null | undefined, waves: WaveJob | null | undefined): ReadonlySet<string> {
  const one = job != null && job.state !== 'finished' ? [job.plan.id] : []
  const many = waves != null && waves.state !== 'finished' ? waves.hosts.filter(({ outcome }) => outcome === null) : []
  return new Set([...one, ...many.map(({ plan }) => plan.id)])
}
