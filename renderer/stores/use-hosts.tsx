import { createContext, type ReactNode, use, useDeferredValue, useMemo, useState } from 'react'
import type { Latest } from '#shared/ipc/audit.contract.ts'
import { SharedEnd, sharedEnd } from '../ui/shared-end.ts'
import { createFleetView, type HostView } from './host-view.ts'
import { useFleetState, useLatest } from './queries.ts'

interface FleetNow {
  readonly hosts: readonly HostView[]
  readonly job: Latest['job']
  readonly outcome: Latest['outcome']
}

const nothing: FleetNow = { hosts: [], job: null, outcome: null }
const FleetContext = createContext(nothing)

/** Puts hosts, results and the audit that runs together, once for the whole window. */
export function FleetProvider({ children }: { readonly children: ReactNode }) {
  const [view] = useState(createFleetView)
  const fleet = useFleetState().data?.fleet ?? null
  // A hundred hosts that change at once are drawn in slices, between which keys and clicks are heard.
  const latest = useDeferredValue(useLatest().data)
  const now = useMemo<FleetNow>(() => {
    const { hosts, job, outcome } = latest ?? { hosts: [], job: null, outcome: null }
    return { hosts: view(fleet, hosts, job), job, outcome }
  }, [view, fleet, latest])
  const end = useMemo(() => sharedEnd(fleet?.hosts.map(({ name }) => name) ?? []), [fleet])
  return (
    <SharedEnd value={end}>
      <FleetContext value={now}>{children}</FleetContext>
    </SharedEnd>
  )
}

/** The hosts of the open fleet, in its order. */
export const useHosts = (): readonly HostView[] => use(FleetContext).hosts

/** The audit that runs, or the last one of this session. */
export const useJob = (): Latest['job'] => use(FleetContext).job

/** True while an audit runs or is being stopped. */
export function useAuditing(): boolean {
  const job = useJob()
  return job !== null && job.state !== 'finished'
}

/** How the newest stored audit of the fleet ended; null when there is none. */
export const useLastOutcome = (): Latest['outcome'] => use(FleetContext).outcome
