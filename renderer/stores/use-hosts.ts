import { useState } from 'react'
import { createFleetView, type HostView } from './host-view.ts'
import { useAuditJob, useFleetState, useLatestAudit } from './queries.ts'

const none: readonly never[] = []

/** The hosts of the open fleet, in its order. */
export function useHosts(): readonly HostView[] {
  const [view] = useState(createFleetView)
  const fleet = useFleetState().data?.fleet ?? null
  const audits = useLatestAudit().data?.hosts ?? none
  const job = useAuditJob().data
  return view(fleet, audits, job)
}

/** True while an audit runs or is being stopped. */
export function useAuditing(): boolean {
  const job = useAuditJob().data
  return job !== null && job !== undefined && job.state !== 'finished'
}
