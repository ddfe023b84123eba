import type { Fleet } from '#shared/model/fleet.ts'
import type { HostLook } from './compare.ts'

/** How long a look is still the one before the change. What others do to the host in this time is taken for the push's own doing, and undone. */
const RECENT_MS = 300_000

interface Kept {
  readonly fleet: Fleet
  readonly look: HostLook
  readonly atMs: number
}

/**
 * The looks that plans were made from, so that a push that follows at once need not look again before it. One per host, for one push: after that
 * the host is another. `nowMs` runs monotonically.
 */
export class RecentLooks {
  readonly #kept = new Map<string, Kept>()
  readonly #nowMs: () => number

  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs
  }

  /** `atMs`: when the look began. */
  keep(fleet: Fleet, host: string, look: HostLook, atMs: number): void {
    this.#kept.set(host, { fleet, look, atMs })
  }

  /** The look at this host, once; undefined when there is none, when it is old, or when the fleet file has been read anew since. */
  take(fleet: Fleet, host: string): HostLook | undefined {
    const kept = this.#kept.get(host)
    this.#kept.delete(host)
    return kept?.fleet === fleet && this.#nowMs() - kept.atMs < RECENT_MS ? kept.look : undefined
  }
}
