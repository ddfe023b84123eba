import { FileText, FolderOpen, Play } from 'lucide-react'
import { areas, checklist } from '#shared/model/checklist.ts'
import { ActingHint } from '../../stores/acting-hint.tsx'
import { useDemoFleet, useLoadFleet, useOpenFleet } from '../../stores/actions.ts'
import { useFleetState } from '../../stores/queries.ts'
import { goSettings, openDialog } from '../../stores/ui.store.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { Button } from '../../ui/button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { type NoticeView, Screen } from '../../ui/screen.tsx'
import { useArrival } from '../../ui/use-arrival.ts'

const steps = [
  { title: 'Fleet file', text: 'One YAML file names the jump host, the servers and the audit account. Keys stay in your agent or files.' },
  { title: 'Host keys', text: 'Compare each new fingerprint with the one on the console. A changed key always stops.' },
  { title: 'First audit', text: 'Read-only commands in one connection per server. Nothing is left behind.' },
]

/** Of those that were open before. Settings have all. */
const MAX_RECENT = 4

/** No fleet yet: the checklist itself teaches. Whoever comes back finds the fleets of before. */
export function FleetEmpty({ notices }: { readonly notices: readonly NoticeView[] }) {
  const open = useOpenFleet()
  const load = useLoadFleet()
  const demo = useDemoFleet()
  const recent = (useFleetState().data?.recent ?? []).slice(0, MAX_RECENT)
  const path = useFleetPath()
  // The page begins with the reason, also where this lies below what is seen.
  const primary = useArrival<HTMLButtonElement>(true)
  useKeys({ 'mod+o': () => open.mutate(null) })
  return (
    <Screen
      title="Fleet"
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={notices}
      path={{ ...path, hops: [] }}
      foot={
        <>
          <ActingHint chords={['mod+k']}>All commands</ActingHint>
          <ActingHint chords={['mod+o']}>Open fleet file</ActingHint>
        </>
      }
    >
      <div className="teach">
        <div className="matrix">
          <table className="all-rows">
            <thead>
              <tr>
                <th scope="col">
                  <div className="host-head">What an audit checks</div>
                </th>
              </tr>
            </thead>
            {areas.map((area) => (
              <tbody key={area}>
                <tr className="area">
                  <th scope="rowgroup">{area}</th>
                </tr>
                {checklist
                  .filter((item) => item.area === area)
                  .map((item) => (
                    <tr key={item.id}>
                      <th scope="row" title={item.title}>
                        <span className="id">{item.id}</span>
                        {item.shortTitle}
                      </th>
                    </tr>
                  ))}
              </tbody>
            ))}
          </table>
        </div>
        <div className="empty" data-pane>
          <div>
            <h2>Open a fleet to begin</h2>
            <p className="soft mt-1">
              Gatehouse reaches every server through your jump host over SSH. Audits are read-only; nothing on a server changes until you
              push a config.
            </p>
            {recent.length > 0 ? (
              <ul className="recent" aria-label="Recent">
                {recent.map((file) => (
                  <li key={file}>
                    <button type="button" aria-label={`Open ${plainText(file, 400)}`} onClick={() => load.mutate({ path: file })}>
                      <code className="one-line">{plainText(file, 400)}</code>
                      <span className="muted">Open</span>
                    </button>
                  </li>
                ))}
              </ul>
            ) : (
              <ol>
                {steps.map(({ title, text }, index) => (
                  <li key={title}>
                    <span className="dot" aria-hidden="true">
                      {index + 1}
                    </span>
                    <div>
                      <b>{title}</b>
                      <span>{text}</span>
                    </div>
                  </li>
                ))}
              </ol>
            )}
            <div className="flex flex-wrap gap-2">
              <Button ref={primary} look="primary" icon={<FolderOpen className="icon" aria-hidden />} onClick={() => open.mutate(null)}>
                Open fleet file…
              </Button>
              <Button icon={<FileText className="icon" aria-hidden />} onClick={() => goSettings('import')}>
                Import hosts…
              </Button>
              <Button icon={<Play className="icon" aria-hidden />} onClick={() => demo.mutate(null)}>
                Start the demo fleet
              </Button>
            </div>
            <p className="help mt-3">The demo fleet is simulated on this computer.</p>
          </div>
        </div>
      </div>
    </Screen>
  )
}
