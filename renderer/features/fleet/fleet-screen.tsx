import { useEffect, useState } from 'react'
import type { FleetState } from '#shared/ipc/fleet.contract.ts'
import { useOpenFleet } from '../../stores/actions.ts'
import { useAppNotices } from '../../stores/app-notices.ts'
import { useFleetState } from '../../stores/queries.ts'
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
  useEarlyOpen(state.data)
  if (state.data?.fleet) return <FleetMatrix />
  if (state.data !== undefined && state.data.problems.length > 0) return <FleetProblems state={state.data} notices={notices} />
  if (state.data !== undefined) return <FleetEmpty notices={notices} />
  return (
    <Screen title="Fleet" onSearch={() => openDialog({ kind: 'palette' })} notices={notices} foot={null} path={path}>
      <div aria-busy={state.isPending} />
    </Screen>
  )
}

/** The window is there about a second before the engine says what is open: a file that is asked for meanwhile is asked for then, if none is. */
function useEarlyOpen(state: FleetState | undefined): void {
  const { mutate: open } = useOpenFleet()
  const [asked, setAsked] = useState(false)
  useKeys({ 'mod+o': state === undefined ? () => setAsked(true) : undefined })
  useEffect(() => {
    if (!asked || state === undefined) return
    setAsked(false)
    if (state.fleet === null) open(null)
  }, [asked, state, open])
}
