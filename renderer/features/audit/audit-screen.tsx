import { PackageCheck } from 'lucide-react'
import { useState } from 'react'
import { bytesText } from '#shared/bytes-text.ts'
import { ActingHint } from '../../stores/acting-hint.tsx'
import { useAuditActions, useBuildPack } from '../../stores/actions.ts'
import { useAppNotices } from '../../stores/app-notices.ts'
import { failureNotices } from '../../stores/failure-notices.ts'
import { useFleetState, useLatest, useTrend, useWalkthrough } from '../../stores/queries.ts'
import { RunAudit } from '../../stores/run-audit.tsx'
import { goFleet, openDialog, useUi } from '../../stores/ui.store.ts'
import { useAuditing } from '../../stores/use-hosts.tsx'
import { useKeys } from '../../stores/use-keys.ts'
import { useFleetPath } from '../../stores/use-path.ts'
import { useSheet } from '../../stores/use-sheet.ts'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { Empty } from '../../ui/empty.tsx'
import { KeyHint } from '../../ui/keys.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { type NoticeView, Screen } from '../../ui/screen.tsx'
import { Segment } from '../../ui/segment.tsx'
import { SheetButton } from '../../ui/side-pane.tsx'
import { ToneIcon } from '../../ui/tone-icon.tsx'
import { History } from './history.tsx'
import { StartWalkthrough } from './start-walkthrough.tsx'
import { Walkthrough } from './walkthrough.tsx'

/** Answers an auditor: the checklist step by step, the evidence pack, and what changed over time. */
export function AuditScreen() {
  const fleet = useFleetState().data?.fleet
  const latest = useLatest().data
  const query = useWalkthrough()
  const trend = useTrend()
  const pack = useBuildPack()
  const auditing = useAuditing()
  const audit = useAuditActions()
  const view = useUi(({ auditView }) => auditView)
  const [again, setAgain] = useState(false)
  const walkthrough = query.data ?? null
  const audited = (latest?.hosts.length ?? 0) > 0
  const build = () => pack.mutate(null, { onSuccess: (written) => written !== null && announce(`Evidence pack written to ${written.zip}`) })
  const begun = () => {
    setAgain(false)
    useUi.setState({ auditStep: null })
  }
  const starting = walkthrough === null || (walkthrough.closedAt !== null && again)
  const walking = audited && view === 'steps' && !starting
  const sheet = useSheet(walking)
  const wanted = fleet != null && (!audited || (view === 'history' && trend.data !== undefined && trend.data.length < 2))
  useKeys({ r: wanted && !auditing ? () => audit.start() : undefined })
  return (
    <Screen
      title="Audit"
      sub={walkthrough === null ? undefined : <span className="one-line">{`With ${plainText(walkthrough.auditor, 80)}`}</span>}
      onSearch={() => openDialog({ kind: 'palette' })}
      notices={[
        ...useAppNotices(),
        ...failureNotices('walkthrough', query.error ?? trend.error),
        ...failureNotices('pack-failed', pack.error, 'Not built').map((notice) => ({
          ...notice,
          actions: [{ label: 'Close', run: pack.reset }],
        })),
        ...(pack.data ? [packNotice(pack.data, pack.reset)] : []),
      ]}
      path={useFleetPath()}
      foot={
        walking ? (
          <>
            <KeyHint chords={['mod+down']}>Next step</KeyHint>
            <KeyHint chords={['mod+up']}>Previous</KeyHint>
            <ActingHint chords={['mod+enter']}>Sign and record</ActingHint>
            <ActingHint chords={['s']}>Skip for now</ActingHint>
            <ActingHint chords={['?']}>All keys</ActingHint>
          </>
        ) : (
          <>
            <ActingHint chords={['mod+[']}>Back</ActingHint>
            <ActingHint chords={['?']}>All keys</ActingHint>
          </>
        )
      }
      actions={
        <>
          {walking && <SheetButton sheet={sheet} label="Progress" />}
          <Segment
            label="View"
            value={view}
            options={[
              { value: 'steps', label: 'Walkthrough' },
              { value: 'history', label: 'History' },
            ]}
            onChange={(auditView) => useUi.setState({ auditView })}
          />
          <Button
            icon={pack.isPending ? <ToneIcon tone="run" /> : <PackageCheck className="icon" aria-hidden />}
            unavailable={pack.isPending ? 'The pack is being built' : audited ? undefined : 'No host was audited yet'}
            onClick={build}
          >
            {pack.isPending ? 'Building the pack' : 'Build evidence pack…'}
          </Button>
        </>
      }
    >
      {fleet == null || !audited ? (
        <Empty
          title={fleet == null ? 'No fleet is open' : 'No host was audited yet'}
          about="An audit walks through the checklist over what was found on the hosts."
        >
          {fleet == null ? <Button onClick={goFleet}>Go to the fleet</Button> : <RunAudit />}
        </Empty>
      ) : view === 'history' ? (
        <History points={trend.data} />
      ) : query.data === undefined ? (
        <div aria-busy="true" />
      ) : starting ? (
        <StartWalkthrough onStarted={begun} />
      ) : (
        <Walkthrough key={walkthrough.id} walkthrough={walkthrough} onAgain={() => setAgain(true)} sheet={sheet} />
      )}
    </Screen>
  )
}

const packNotice = (
  { zip, files, bytes }: { readonly zip: string; readonly files: number; readonly bytes: number },
  done: () => void,
): NoticeView => ({
  key: 'pack',
  words: { word: 'Pack written', tone: 'pass', icon: 'state' },
  subject: plainText(zip, 300),
  text: `${files} files, ${bytesText(bytes)}. VERIFY.md in it says how an auditor checks it.`,
  actions: [
    { label: 'Copy path', run: () => announce(copyText(zip) ? 'Copied the path' : 'Could not copy the path') },
    { label: 'Close', run: done },
  ],
})
