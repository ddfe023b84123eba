import type { PushPlan } from '#shared/model/push-plan.ts'
import { ActingHint } from '../../stores/acting-hint.tsx'
import { useAppNotices } from '../../stores/app-notices.ts'
import { useFleetState, usePushJob } from '../../stores/queries.ts'
import { goFleet, goPush, goSettings, openDialog, type PushStart, type PushView } from '../../stores/ui.store.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { type NoticeView, Screen } from '../../ui/screen.tsx'
import { Segment } from '../../ui/segment.tsx'
import { ChangeView } from './change-view.tsx'
import { HistoryView } from './history-view.tsx'
import { TemplatesView } from './templates-view.tsx'

interface PushScreenProps {
  readonly view: PushView
  /** What to begin with: a host and a template, or a plan. */
  readonly draft: PushStart | PushPlan | null
}

const views: { value: PushView; label: string }[] = [
  { value: 'change', label: 'Change' },
  { value: 'history', label: 'History' },
  { value: 'templates', label: 'Templates' },
]

/** Config push: one change at a time, what was changed, and what can be. */
export function PushScreen({ view, draft }: PushScreenProps) {
  const fleet = useFleetState().data?.fleet
  const job = usePushJob().data
  const running = job != null && job.state !== 'finished'
  const identity =
    fleet == null || fleet.identities.change !== undefined || fleet.hosts.some(({ changeIdentity }) => changeIdentity !== undefined)
  return (
    <Screen
      title="Config push"
      sub={running ? `${job.plan.template.id} ${job.plan.template.version} on ${job.plan.host}` : undefined}
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={[...useAppNotices(), ...(identity ? [] : [identityNotice])]}
      path={useFleetPath()}
      foot={
        <>
          {view === 'change' ? (
            <>
              <ActingHint chords={['mod+enter']}>Plan, then push</ActingHint>
              <ActingHint chords={['mod+z']}>Undo</ActingHint>
            </>
          ) : (
            <ActingHint chords={['j', 'k']}>{view === 'history' ? 'Next push' : 'Next template'}</ActingHint>
          )}
          <ActingHint chords={['mod+[']}>Back</ActingHint>
          <ActingHint chords={['?']}>All keys</ActingHint>
        </>
      }
      actions={<Segment label="View" value={view} options={views} onChange={(to) => goPush(to, draft)} />}
    >
      {view === 'history' && <HistoryView />}
      {view === 'templates' && <TemplatesView />}
      {view === 'change' &&
        (fleet === null ? (
          <Empty title="No fleet is open" about="A push goes to a host of the open fleet.">
            <Button onClick={goFleet}>Go to the fleet</Button>
          </Empty>
        ) : (
          <ChangeView key={draft === null ? '' : 'id' in draft ? draft.id : `${draft.host} ${draft.template}`} draft={draft} />
        ))}
    </Screen>
  )
}

const identityNotice: NoticeView = {
  key: 'identity',
  words: { word: 'No change account', tone: 'warn', icon: 'state' },
  text: 'The fleet file names no identities.change, so nothing can be pushed. It is another account than the one that looks.',
  actions: [{ label: 'Show identities', run: () => goSettings('identities') }],
}
