import { useEffect, useRef, useState } from 'react'
import { useAppNotices } from '../../stores/app-notices.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useControls } from '../../stores/queries.ts'
import { goHost, openDialog } from '../../stores/ui.store.ts'
import { useHosts } from '../../stores/use-hosts.tsx'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { Button } from '../../ui/button.tsx'
import { KeyHint } from '../../ui/keys.tsx'
import { type NoticeView, Screen } from '../../ui/screen.tsx'
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
  useKeys({
    j: step(1),
    k: step(-1),
    '/': () => setFilter(filter ?? ''),
    escape: () => setFilter(null),
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
      notices={[...useAppNotices(), ...errorNotices(query.error)]}
      path={useFleetPath()}
      foot={
        <>
          <KeyHint chords={['j', 'k']}>Next control</KeyHint>
          <KeyHint chords={['o']}>Open the worst host</KeyHint>
          <KeyHint chords={['/']}>Filter</KeyHint>
          <KeyHint chords={['mod+[']}>Back</KeyHint>
          <KeyHint chords={['?']}>All keys</KeyHint>
        </>
      }
      actions={
        filter === null ? (
          <Button chord="/" onClick={() => setFilter('')}>
            Filter
          </Button>
        ) : (
          <FilterField text={filter} onText={setFilter} />
        )
      }
    >
      <div className="catalogue" aria-busy={query.isPending}>
        <section className="catalogue-list" aria-label="Controls" data-pane>
          {inOrder.length > 0 && <ControlTable groups={groups} selected={row?.control.id} onSelect={setChosen} />}
          {query.data !== undefined && inOrder.length === 0 && (
            <div className="empty !border-0">
              <div>
                <h2>No control matches</h2>
                <p className="soft mt-1 mb-4">The filter looks at names, titles, reasons and references.</p>
                <Button onClick={() => setFilter(null)}>Clear the filter</Button>
              </div>
            </div>
          )}
        </section>
        {row !== undefined && <ControlDetail key={row.control.id} row={row} />}
      </div>
    </Screen>
  )
}

function FilterField({ text, onText }: { readonly text: string; readonly onText: (text: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <input
      ref={field}
      type="search"
      className="input !w-[220px]"
      aria-label="Filter controls"
      placeholder="Filter controls"
      value={text}
      onChange={(event) => onText(event.target.value)}
    />
  )
}

function errorNotices(error: unknown): NoticeView[] {
  if (error === null) return []
  const { title, detail, hint } = wordsOfError(error)
  return [{ key: 'controls', words: { word: 'Not loaded', tone: 'warn', icon: 'state' }, text: `${title}: ${detail} ${hint}`, actions: [] }]
}
