import { useMemo, useState } from 'react'
import { type FlowState, flowStates } from '#shared/model/segment.ts'
import { ActingHint } from '../../stores/acting-hint.tsx'
import { useAuditActions } from '../../stores/actions.ts'
import { useAppNotices } from '../../stores/app-notices.ts'
import { failureNotices } from '../../stores/failure-notices.ts'
import { findingId } from '../../stores/host-view.ts'
import { useFleetState, useLatest, useNetworks } from '../../stores/queries.ts'
import { RunAudit } from '../../stores/run-audit.tsx'
import { goFleet, goHost, openDialog } from '../../stores/ui.store.ts'
import { useAuditing, useHosts } from '../../stores/use-hosts.tsx'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { useSheet } from '../../stores/use-sheet.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FilterAction } from '../../ui/filter-field.tsx'
import { KeyHint } from '../../ui/keys.tsx'
import { Screen } from '../../ui/screen.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { SheetButton, SidePane } from '../../ui/side-pane.tsx'
import { ToneIcon } from '../../ui/tone-icon.tsx'
import { count } from '../../ui/words.ts'
import { NetworkDetail } from './network-detail.tsx'
import { NetworkMatrix, type Place } from './network-matrix.tsx'
import { countStates, filterRows, networkRows } from './network-rows.ts'
import { stateWords } from './network-words.ts'

/** Who gets to which host, and who may. */
export function NetworkScreen() {
  const fleetState = useFleetState().data
  const query = useNetworks()
  const hosts = useHosts()
  const auditing = useAuditing()
  const audit = useAuditActions()
  const [text, setText] = useState<string | null>(null)
  const [state, setState] = useState<FlowState | null>(null)
  const [place, setPlace] = useState<Place>()
  const all = useMemo(() => networkRows(hosts, query.data ?? []), [hosts, query.data])
  const rows = filterRows(all, text ?? '', state)
  const row = rows.find(({ host }) => host === place?.host) ?? rows[0]
  const cell = row?.cells.find(({ segment }) => segment === place?.segment) ?? row?.cells.find((it) => it.state === row.cells[0]?.state)
  const judged = cell?.flows.find(({ finding }) => finding !== undefined)?.finding
  const looked = query.data !== undefined && query.data.length > 0
  const audited = (useLatest().data?.hosts.length ?? 0) > 0
  // Also while the flows are on their way: the sheet opens when they are there.
  const sheet = useSheet(query.isPending || looked)
  useKeys({
    r: auditing || fleetState?.fleet == null ? undefined : () => audit.start(),
    '/': looked ? () => setText(text ?? '') : undefined,
    escape: sheet.open
      ? sheet.toggle
      : () => {
          setText(null)
          setState(null)
        },
    o: row === undefined || judged === undefined ? undefined : () => goHost(row.host, { key: findingId(judged) }),
  })
  const counts = countStates(all)
  return (
    <Screen
      title="Network"
      sub={!looked ? undefined : counts.excess === 0 ? count(hosts.length, 'host') : `${count(counts.excess, 'flow')} in excess`}
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={[...useAppNotices(), ...failureNotices('network', query.error)]}
      path={useFleetPath()}
      foot={
        <>
          {looked && cell !== undefined && <KeyHint chords={['up', 'down', 'left', 'right']}>Move</KeyHint>}
          <ActingHint chords={['o']}>Open the finding</ActingHint>
          <ActingHint chords={['/']}>Filter</ActingHint>
          <ActingHint chords={['mod+[']}>Back</ActingHint>
          <ActingHint chords={['?']}>All keys</ActingHint>
        </>
      }
      actions={
        <>
          <SheetButton sheet={sheet} label="Flow" />
          {looked && <FilterAction label="Filter hosts" text={text} onText={setText} />}
        </>
      }
    >
      {fleetState?.fleet == null ? (
        <Empty title="No fleet is open" about="Segments are named in the fleet file, under networks.">
          <Button onClick={goFleet}>Go to the fleet</Button>
        </Empty>
      ) : query.data !== undefined && !looked ? (
        <Empty
          title={audited ? 'No host told its network' : 'No host was looked at yet'}
          about={
            audited
              ? 'The newest audit could not look at any. The page of each host says why.'
              : 'An audit reads what listens and which rules stand, and compares both with the fleet file.'
          }
        >
          <RunAudit />
        </Empty>
      ) : (
        <div className="network" aria-busy={query.isPending}>
          <StateFilter counts={counts} state={state} onState={setState} />
          {row !== undefined && cell !== undefined ? (
            <NetworkMatrix
              fleet={fleetState.fleet}
              rows={rows}
              chosen={{ host: row.host, segment: cell.segment }}
              onChoose={setPlace}
              state={state}
              loading={query.isPending}
            />
          ) : (
            <Scroll as="section" className="network-list" aria-label="Hosts by segments" data-pane>
              <Empty title="No host matches" about="The filter looks at names of hosts and at the state of their flows.">
                <Button
                  onClick={() => {
                    setText(null)
                    setState(null)
                  }}
                >
                  Clear the filter
                </Button>
              </Empty>
            </Scroll>
          )}
          {row !== undefined && cell !== undefined && !query.isPending && (
            <SidePane sheet={sheet}>
              <NetworkDetail key={`${row.host} ${cell.segment}`} fleet={fleetState.fleet} row={row} cell={cell} />
            </SidePane>
          )}
        </div>
      )}
    </Screen>
  )
}

interface StateFilterProps {
  readonly counts: Readonly<Record<FlowState, number>>
  readonly state: FlowState | null
  readonly onState: (state: FlowState | null) => void
}

/** Every state with its count and meaning: the legend, and the filter. */
const StateFilter = ({ counts, state, onState }: StateFilterProps) => (
  // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a legend and a frame that this has not
  <div className="network-states" role="group" aria-label="Only hosts with flows that are" data-pane>
    {flowStates.map((it) => (
      <button key={it} type="button" aria-pressed={it === state} onClick={() => onState(it === state ? null : it)}>
        <span className="figure">{counts[it]}</span>
        <span className={`status ${stateWords[it].tone}`}>
          <ToneIcon tone={stateWords[it].tone} />
          <span>{stateWords[it].word}</span>
        </span>
        <span className="muted">{stateWords[it].about}</span>
      </button>
    ))}
  </div>
)
