import { FolderOpen, RefreshCw } from 'lucide-react'
import type { FleetState } from '#shared/ipc/fleet.contract.ts'
import { useCloseFleet, useLoadFleet, useOpenFleet } from '../../stores/actions.ts'
import { FLEET_FILE } from '../../stores/app-notices.ts'
import { openDialog } from '../../stores/ui.store.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { Button } from '../../ui/button.tsx'
import { ProblemTable } from '../../ui/problem-table.tsx'
import { type NoticeView, Screen } from '../../ui/screen.tsx'

/** The fleet file does not hold: every mistake with its place, and what was expected there. */
export function FleetProblems({ state, notices }: { readonly state: FleetState; readonly notices: readonly NoticeView[] }) {
  const load = useLoadFleet()
  const open = useOpenFleet()
  const close = useCloseFleet()
  const path = useFleetPath()
  const reload = () => {
    if (state.path !== null) load.mutate({ path: state.path })
  }
  useKeys({ r: reload, 'mod+o': () => open.mutate(null) })
  return (
    <Screen
      title="Fleet"
      onSearch={() => openDialog({ kind: 'palette' })}
      path={path}
      foot={<span>Nothing was connected. Mend the file and load it again.</span>}
      notices={notices.map((notice) =>
        notice.key === FLEET_FILE ? { ...notice, actions: [{ label: 'Load again', run: reload }] } : notice,
      )}
    >
      <div className="settings-scroll h-full" data-pane>
        <section className="!max-w-[980px]">
          <h2>What to mend</h2>
          <p>Lines and columns count from 1.</p>
          <ProblemTable problems={state.problems} />
          <div className="actions">
            <Button look="primary" icon={<RefreshCw className="icon" aria-hidden />} chord="r" onClick={reload}>
              Load again
            </Button>
            <Button icon={<FolderOpen className="icon" aria-hidden />} onClick={() => open.mutate(null)}>
              Open another…
            </Button>
            <Button look="quiet" onClick={() => close.mutate(null)}>
              Close the fleet file
            </Button>
          </div>
        </section>
      </div>
    </Screen>
  )
}
