import { useState } from 'react'
import { ActingHint } from '../../stores/acting-hint.tsx'
import { useAppNotices } from '../../stores/app-notices.ts'
import { failureNotices } from '../../stores/failure-notices.ts'
import { useControls } from '../../stores/queries.ts'
import { goHost, openDialog } from '../../stores/ui.store.ts'
import { useHosts } from '../../stores/use-hosts.tsx'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { useSheet } from '../../stores/use-sheet.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FilterAction } from '../../ui/filter-field.tsx'
import { Screen } from '../../ui/screen.tsx'
import { SheetButton, SidePane } from '../../ui/side-pane.tsx'
import { count } from '../../ui/words.ts'
import { ControlDetail } from './control-detail.tsx'
import { byItem, controlRows, filterRows } from './control-rows.ts'
import { ControlTable } from './control-table.tsx'

/** What Gatehouse judges by, and how the fleet stands to it. */
export function ControlsScreen() {
  const query = useControls()
  const hosts = useHosts()
  const [filter, setFilter] = useState<string | null>(null)
  const [chosen, setChosen] = useState<string>()
  const rows = controlRows(query.data ?? [], hosts)
  const found = filterRows(rows, filter ?? '')
  const groups = byItem(found)
  const inOrder = groups.flatMap((group) => group.rows)
  const row = inOrder.find(({ control }) => control.id === chosen) ?? inOrder[0]
  const step = (by: number) => () => {
    const at = row === undefined ? -1 : inOrder.indexOf(row)
    setChosen(inOrder[Math.min(Math.max(at + by, 0), inOrder.length - 1)]?.control.id)
  }
  const worst = row?.results[0]
  const sheet = useSheet()
  useKeys({
    j: inOrder.length > 1 ? step(1) : undefined,
    k: inOrder.length > 1 ? step(-1) : undefined,
    '/': rows.length > 0 ? () => setFilter(filter ?? '') : undefined,
    escape: sheet.open ? sheet.toggle : () => setFilter(null),
    o: worst === undefined ? undefined : () => goHost(worst.host, { key: `${worst.finding.control} ${worst.finding.subject}` }),
  })
  const failing = rows.filter((it) => it.failing > 0).length
  return (
    <Screen
      title="Controls"
      sub={
        query.data === undefined ? undefined : `${count(rows.length, 'control')}${failing === 0 ? '' : `, ${failing} failing somewhere`}`
      }
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={[...useAppNotices(), ...failureNotices('controls', query.error)]}
      path={useFleetPath()}
      foot={
        <>
          <ActingHint chords={['j', 'k']}>Next control</ActingHint>
          <ActingHint chords={['o']}>Open the worst host</ActingHint>
          <ActingHint chords={['/']}>Filter</ActingHint>
          <ActingHint chords={['mod+[']}>Back</ActingHint>
          <ActingHint chords={['?']}>All keys</ActingHint>
        </>
      }
      actions={
        <>
          <SheetButton sheet={sheet} label="Control" />
          <FilterAction label="Filter controls" text={filter} onText={setFilter} />
        </>
      }
    >
      <div className="catalogue" aria-busy={query.isPending}>
        <section className="catalogue-list" aria-label="Controls" data-pane>
          {inOrder.length > 0 && <ControlTable groups={groups} selected={row?.control.id} onSelect={setChosen} />}
          {query.data !== undefined && inOrder.length === 0 && (
            <Empty title="No control matches" about="The filter looks at names, titles, reasons and references.">
              <Button onClick={() => setFilter(null)}>Clear the filter</Button>
            </Empty>
          )}
        </section>
        {row !== undefined && (
          <SidePane sheet={sheet}>
            <ControlDetail key={row.control.id} row={row} />
          </SidePane>
        )}
      </div>
    </Screen>
  )
}
