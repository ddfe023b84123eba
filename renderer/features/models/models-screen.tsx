import { RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { bytesText } from '#shared/bytes-text.ts'
import { ActingHint } from '../../stores/acting-hint.tsx'
import { useModelActions, useReleaseFile } from '../../stores/actions.ts'
import { useAppNotices } from '../../stores/app-notices.ts'
import { failureNotices } from '../../stores/failure-notices.ts'
import { useFleetState, useModelJob, useModelOverview, useQuarantine, useRegistrations } from '../../stores/queries.ts'
import { goFleet, openDialog } from '../../stores/ui.store.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { useSheet } from '../../stores/use-sheet.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { KeyHint } from '../../ui/keys.tsx'
import { Screen } from '../../ui/screen.tsx'
import { SheetButton, SidePane } from '../../ui/side-pane.tsx'
import { count } from '../../ui/words.ts'
import { ModelDetail } from './model-detail.tsx'
import { deployNotices, hostNotices, quarantineNotice } from './model-notices.ts'
import { ModelProgressList } from './model-progress-list.tsx'
import { bytesOnHosts, hostsOf } from './model-rows.ts'
import { ModelsList } from './models-list.tsx'
import { ModelsToolbar } from './models-toolbar.tsx'
import { QuarantineDialog } from './quarantine-dialog.tsx'
import { RegistrationDetail } from './registration-detail.tsx'
import { stepsOf } from './registry-actions.tsx'
import { type RegistryAsk, RegistryDialog, type RegistryStep } from './registry-dialog.tsx'
import { type ModelArrival, useShownModels } from './use-shown-models.ts'

/** What lies on the disks as models, whether it is what it should be, and whether it can hurt. */
export function ModelsScreen({ arrival }: { readonly arrival: ModelArrival }) {
  const query = useModelOverview()
  const fleet = useFleetState().data?.fleet
  const job = useModelJob().data
  const actions = useModelActions()
  const [ask, setAsk] = useState<RegistryAsk>()
  const [aside, setAside] = useState<{ readonly host: string; readonly path: string }>()
  const quarantined = useQuarantine().data ?? []
  const release = useReleaseFile()
  const running = job != null && job.state !== 'finished'
  const all = query.data?.artifacts ?? []
  const registrations = useRegistrations().data ?? []
  const shown = useShownModels(all, registrations, arrival)
  const { row, waits, registration, selected } = shown
  const sheet = useSheet(row !== undefined || waits !== undefined)
  const request = () => {
    const source = row?.places.find((place) => place.source !== '')?.source ?? ''
    setAsk({ kind: 'request', model: row?.name ?? '', source })
  }
  const take = (kind: RegistryStep) => registration && setAsk({ kind, registration })
  const due = (which: 'next' | 'end') => {
    const kind = registration && stepsOf(registration)[which]
    return kind && (() => take(kind))
  }
  const verify = fleet == null || running ? undefined : () => actions.start([], true)
  const list = fleet == null || running ? undefined : () => actions.start([], false)
  const again = row === undefined || running ? undefined : () => actions.start(hostsOf(row), true, 0)
  const looked = (query.data?.hosts.length ?? 0) > 0
  const listed = fleet != null && (looked || running || registrations.length > 0)
  useKeys({
    j: shown.several ? shown.move(1) : undefined,
    k: shown.several ? shown.move(-1) : undefined,
    l: list,
    v: verify,
    h: again,
    n: fleet == null ? undefined : request,
    a: due('next'),
    x: due('end'),
    '/': listed ? () => shown.setText(shown.text ?? '') : undefined,
    escape: sheet.open ? sheet.toggle : running ? actions.stop : () => shown.setText(null),
  })
  return (
    <Screen
      title="Models"
      sub={looked ? `${count(all.length, 'model')}, ${bytesText(bytesOnHosts(all))} on hosts` : undefined}
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={[
        ...useAppNotices(),
        ...failureNotices('models', query.error ?? actions.failure ?? release.error),
        ...quarantined.slice(0, 3).map((it) => quarantineNotice(it, () => release.mutate({ id: it.id }))),
        ...deployNotices(job),
        ...hostNotices(query.data, running || registrations.length === 0),
      ]}
      path={useFleetPath()}
      foot={
        <>
          <ActingHint chords={['j', 'k']}>Next model</ActingHint>
          <ActingHint chords={['a']}>Next step</ActingHint>
          <ActingHint chords={['x']}>Reject</ActingHint>
          <ActingHint chords={['h']}>Verify hash again</ActingHint>
          <ActingHint chords={['/']}>Filter</ActingHint>
          {running && <KeyHint chords={['esc']}>Stop</KeyHint>}
          <ActingHint chords={['?']}>All keys</ActingHint>
        </>
      }
      actions={
        <>
          <SheetButton sheet={sheet} label="Details" />
          <ModelsToolbar
            closed={fleet == null}
            job={running ? job : undefined}
            onStop={actions.stop}
            onList={list}
            onRequest={request}
            onVerify={verify}
          />
        </>
      }
    >
      {fleet === null ? (
        <Empty title="No fleet is open" about="Model directories are named in the fleet file, under modelPaths.">
          <Button onClick={goFleet}>Go to the fleet</Button>
        </Empty>
      ) : query.data != null && !listed ? (
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
          <ModelsList all={all} shown={shown} />
          <SidePane sheet={sheet}>
            {row !== undefined && (
              <ModelDetail
                key={selected}
                model={row}
                registration={registration}
                onVerify={again}
                onRequest={request}
                onStep={take}
                held={quarantined}
                onQuarantine={(host, path) => setAside({ host, path })}
                onRelease={(id) => release.mutate({ id })}
              />
            )}
            {waits !== undefined && <RegistrationDetail key={waits.id} registration={waits} onStep={take} />}
          </SidePane>
        </div>
      )}
      {aside !== undefined && <QuarantineDialog {...aside} onClose={() => setAside(undefined)} />}
      {ask !== undefined && (
        <RegistryDialog
          ask={ask}
          hosts={(fleet?.hosts ?? []).map(({ name }) => name)}
          places={row === undefined ? [] : hostsOf(row)}
          onClose={() => setAsk(undefined)}
        />
      )}
    </Screen>
  )
}
