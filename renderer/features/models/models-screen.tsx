import { RefreshCw, ShieldCheck, Square } from 'lucide-react'
import { useState } from 'react'
import { bytesText } from '#shared/bytes-text.ts'
import type { ModelArtifact, ModelOverview } from '#shared/model/model-artifact.ts'
import { useModelActions } from '../../stores/actions.ts'
import { useAppNotices } from '../../stores/app-notices.ts'
import { failureNotices } from '../../stores/failure-notices.ts'
import { wordsOf } from '../../stores/failure-words.ts'
import { useFleetState, useModelJob, useModelOverview } from '../../stores/queries.ts'
import { goFleet, openDialog } from '../../stores/ui.store.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { FilterField } from '../../ui/filter-field.tsx'
import { KeyHint } from '../../ui/keys.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { type NoticeView, Screen } from '../../ui/screen.tsx'
import { Segment } from '../../ui/segment.tsx'
import { count } from '../../ui/words.ts'
import { ModelDetail } from './model-detail.tsx'
import { ModelProgressList } from './model-progress-list.tsx'
import { bytesOnHosts, filterModels, groupModels, groupOf, hostsOf } from './model-rows.ts'
import { ModelTable } from './model-table.tsx'

type Filter = 'all' | 'action' | 'verified'

/** What lies on the disks as models, whether it is what it should be, and whether it can hurt. */
export function ModelsScreen() {
  const query = useModelOverview()
  const fleet = useFleetState().data?.fleet
  const job = useModelJob().data
  const actions = useModelActions()
  const [filter, setFilter] = useState<Filter>('all')
  const [by, setBy] = useState<'state' | 'host'>('state')
  const [text, setText] = useState<string | null>(null)
  const [chosen, setChosen] = useState<string>()
  const running = job != null && job.state !== 'finished'
  const all = query.data?.artifacts ?? []
  const shown = filterModels(all, text ?? '').filter((row) => filter === 'all' || groupOf(row) === filter)
  const groups = groupModels(shown, by)
  const inOrder = groups.flatMap(({ rows }) => rows)
  const row = inOrder.find(({ key, name }) => key === chosen || name === chosen) ?? inOrder[0]
  const step = (delta: number) => () => {
    const at = row === undefined ? -1 : inOrder.indexOf(row)
    setChosen(inOrder[Math.min(Math.max(at + delta, 0), inOrder.length - 1)]?.key)
  }
  const verify = fleet == null || running ? undefined : () => actions.start([], true)
  const list = fleet == null || running ? undefined : () => actions.start([], false)
  const again = row === undefined || running ? undefined : () => actions.start(hostsOf(row), true, 0)
  useKeys({
    j: step(1),
    k: step(-1),
    l: list,
    v: verify,
    h: again,
    '/': () => setText(text ?? ''),
    escape: running ? actions.stop : () => setText(null),
  })
  const looked = (query.data?.hosts.length ?? 0) > 0
  return (
    <Screen
      title="Models"
      sub={looked ? `${count(all.length, 'model')}, ${bytesText(bytesOnHosts(all))} on hosts` : undefined}
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={[...useAppNotices(), ...failureNotices('models', query.error ?? actions.failure), ...hostNotices(query.data)]}
      path={useFleetPath()}
      foot={
        <>
          <KeyHint chords={['j', 'k']}>Next model</KeyHint>
          <KeyHint chords={['h']}>Verify hash again</KeyHint>
          <KeyHint chords={['/']}>Filter</KeyHint>
          {running && <KeyHint chords={['esc']}>Stop</KeyHint>}
          <KeyHint chords={['?']}>All keys</KeyHint>
        </>
      }
      actions={
        running ? (
          <Button
            icon={<Square className="icon" aria-hidden />}
            unavailable={job.state === 'cancelling' ? 'It is stopping' : undefined}
            onClick={actions.stop}
          >
            Stop
          </Button>
        ) : (
          <>
            <Button
              icon={<RefreshCw className="icon" aria-hidden />}
              chord="l"
              unavailable={fleet == null ? 'No fleet is open' : undefined}
              onClick={list}
            >
              List
            </Button>
            <Button
              look="primary"
              icon={<ShieldCheck className="icon" aria-hidden />}
              chord="v"
              unavailable={fleet == null ? 'No fleet is open' : undefined}
              onClick={verify}
            >
              Verify hashes
            </Button>
          </>
        )
      }
    >
      {fleet === null ? (
        <Empty title="No fleet is open" about="Model directories are named in the fleet file, under modelPaths.">
          <Button onClick={goFleet}>Go to the fleet</Button>
        </Empty>
      ) : query.data != null && !looked && !running ? (
        <Empty
          title="No model directory was looked at yet"
          about="Listing names every model file with its owner and the server that has it, and reads what each file is. Hashes are taken when you ask for them."
        >
          <Button icon={<RefreshCw className="icon" aria-hidden />} chord="l" onClick={list}>
            List models
          </Button>
        </Empty>
      ) : (
        <div className="models" aria-busy={query.isPending}>
          {running && <ModelProgressList job={job} />}
          <div className="models-bar">
            <Segment label="Show" value={filter} options={filters(all)} onChange={setFilter} />
            <span className="spring" />
            {text !== null && <FilterField label="Filter models" text={text} onText={setText} />}
            <Segment
              label="Group by"
              small
              value={by}
              options={[
                { value: 'state', label: 'By state' },
                { value: 'host', label: 'By host' },
              ]}
              onChange={setBy}
            />
          </div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keyboard too */}
          <section className="models-list" aria-label="Models" data-pane tabIndex={0}>
            {inOrder.length > 0 ? (
              <ModelTable groups={groups} selected={row?.key} onSelect={setChosen} />
            ) : (
              <Empty
                title={all.length === 0 ? 'No model was found' : 'No model matches'}
                about={
                  all.length === 0
                    ? 'Nothing in the model directories of these hosts is a model, or the audit account may not see it.'
                    : 'The filter looks at names, hosts, paths, sources and formats.'
                }
              >
                {all.length > 0 && (
                  <Button
                    onClick={() => {
                      setText(null)
                      setFilter('all')
                    }}
                  >
                    Clear the filter
                  </Button>
                )}
              </Empty>
            )}
          </section>
          {row !== undefined && <ModelDetail key={row.key} model={row} onVerify={again} />}
        </div>
      )}
    </Screen>
  )
}

const filters = (all: readonly ModelArtifact[]): { value: Filter; label: string }[] => [
  { value: 'all', label: `All ${all.length}` },
  { value: 'action', label: `Needs action ${all.filter((row) => groupOf(row) === 'action').length}` },
  { value: 'verified', label: `Verified ${all.filter((row) => groupOf(row) === 'verified').length}` },
]

/** What could not be listed, so that nobody takes a short list for a whole one. */
function hostNotices(overview: ModelOverview | null | undefined): NoticeView[] {
  const unseen = (overview?.hosts ?? []).flatMap(({ host, roots, failure }) => {
    if (failure) return [`${host}: ${wordsOf(failure).title}`]
    return roots
      .filter(({ state }) => state === 'partial' || state === 'unseen')
      .map(({ path, reason }) => `${host}:${plainText(path, 80)} (${reason.charAt(0).toLowerCase()}${reason.slice(1)})`)
  })
  if (unseen.length === 0) return []
  const more = unseen.length > 2 ? ` and ${unseen.length - 2} more` : ''
  return [
    {
      key: 'unseen',
      words: { word: 'Not all seen', tone: 'unknown', icon: 'state' },
      text: `${unseen.slice(0, 2).join('; ')}${more}. Models there are missing from this list.`,
      actions: [],
    },
  ]
}
