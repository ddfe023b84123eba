import { useEffect, useState } from 'react'
import type { FleetState } from '#shared/ipc/fleet.contract.ts'
import { useAuditActions, useOpenFleet } from '../../stores/actions.ts'
import { useAppNotices } from '../../stores/app-notices.ts'
import { useFleetState, useSettings } from '../../stores/queries.ts'
import { openDialog } from '../../stores/ui.store.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { Screen } from '../../ui/screen.tsx'
import { FleetEmpty } from './fleet-empty.tsx'
import { FleetMatrix } from './fleet-matrix.tsx'
import { FleetProblems } from './fleet-problems.tsx'

/** Where are we out of policy? */
export function FleetScreen() {
  const state = useFleetState()
  const notices = useAppNotices()
  const path = useFleetPath()
  useEarlyKeys(state.data)
  if (state.data?.fleet) return <FleetMatrix />
  if (state.data !== undefined && state.data.problems.length > 0) return <FleetProblems state={state.data} notices={notices} />
  if (state.data !== undefined) return <FleetEmpty notices={notices} />
  return (
    <Screen title="Fleet" onSearch={() => openDialog({ kind: 'palette' })} notices={notices} foot={null} path={path}>
      <div aria-busy={state.isPending} />
    </Screen>
  )
}

/** The window is there about a second before the engine says what is open: what is asked for meanwhile is done then, where the screen that comes would have done it. */
function useEarlyKeys(state: FleetState | undefined): void {
  const { mutate: open } = useOpenFleet()
  const { start } = useAuditActions()
  const letterKeys = useSettings().data?.letterKeys
  const [asked, setAsked] = useState<'open' | 'audit' | null>(null)
  const waits = state === undefined
  useKeys({ 'mod+o': waits ? () => setAsked('open') : undefined, r: waits ? () => setAsked('audit') : undefined })
  useEffect(() => {
    // Whether letters are keys is known as late.
    if (asked === null || state === undefined || letterKeys === undefined) return
    setAsked(null)
    if (asked === 'open' && state.fleet === null) open(null)
    if (asked === 'audit' && state.fleet !== null && letterKeys) start()
  }, [asked, state, letterKeys, open, start])
}
