import { failureOf } from '#shared/errors.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { Log } from '../ports.ts'
import type { AccessService } from './access-service.ts'

export interface AccessAhead {
  /** An event of core: new results are worked out once they stand still. */
  noticed(event: string): void
}

interface AccessAheadPorts {
  readonly access: Pick<AccessService, 'prepare'>
  /** The fleet that is open. */
  readonly open: () => Fleet | null
  readonly isAuditing: () => boolean
  readonly log: Log
}

/** The window first reads what it shows of new results. */
const STILL_MS = 2_000

/** Works out what accounts can do before the Access screen asks: of a hundred hosts it stood empty for a second at its first opening. */
export function createAccessAhead({ access, open, isAuditing, log }: AccessAheadPorts): AccessAhead {
  let timer: NodeJS.Timeout | undefined

  function work(): void {
    const fleet = open()
    // An audit that ends is noticed as well.
    if (fleet === null || isAuditing()) return
    access.prepare(fleet).catch((error: unknown) => log('warn', 'access was not worked out ahead', { detail: failureOf(error).detail }))
  }

  return {
    noticed(event) {
      if (event !== 'audit:changed') return
      clearTimeout(timer)
      timer = setTimeout(work, STILL_MS)
      timer.unref()
    },
  }
}
