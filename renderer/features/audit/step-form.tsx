import { KeyRound, Paperclip } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { Attachment, Guide, StepDraft, StepOutcome } from '#shared/model/walkthrough.ts'
import { blanksIn } from '#shared/statement-blanks.ts'
import { stepOutcomeWords } from '#shared/words.ts'
import { useAttach, useRecordStep } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useControls } from '../../stores/queries.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import { DateField } from '../../ui/date-field.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { Status } from '../../ui/status.tsx'
import { ToneIcon } from '../../ui/tone-icon.tsx'
import { ExceptionTable } from './exception-table.tsx'
import { PresetLine } from './preset-line.tsx'
import { StepFiles } from './step-files.tsx'
import { draftOf, type ItemFinding, openOf, requestOf, withWording } from './step-request.ts'
import type { Step } from './step-words.ts'
import { useKeptDraft } from './use-kept-draft.ts'

interface StepFormProps {
  readonly step: Step
  readonly guide: Guide
  readonly findings: readonly ItemFinding[]
  /** Who most likely answers for this step, too. */
  readonly name: string
  readonly onBack: () => void
  readonly onRecorded: (name: string) => void
}

/** What a person says of a step: outcome, statement where one is asked for, exceptions, comment, links, files, name. */
export function StepForm({ step, guide, findings, name, onBack, onRecorded }: StepFormProps) {
  const [draft, setDraft] = useState<StepDraft>(() => draftOf(step.draft, step.record, name))
  const record = useRecordStep()
  const attach = useAttach()
  // What was removed while a file was copied stays removed.
  const add = (file: Attachment) =>
    setDraft((before) => ({ ...before, attachments: [...before.attachments.filter(({ sha256 }) => sha256 !== file.sha256), file] }))
  const asking = (useControls().data ?? []).filter((control) => control.item === step.item && control.attestation?.scope === 'fleet')
  const flush = useKeptDraft(step.item, draft)
  const change = (part: Partial<StepDraft>) => setDraft((before) => ({ ...before, ...part }))
  const stated = draft.statement.trim() === '' ? [] : asking.map(({ id }) => id)
  const open = openOf(findings, stated)
  const ready = requestOf(step.item, draft, open, Date.now())
  const missing = attach.isPending ? 'A file is being chosen or copied' : 'missing' in ready ? ready.missing : undefined
  const send = () => {
    if ('missing' in ready || record.isPending || attach.isPending) return
    flush()
    record.mutate(
      { ...ready.request, after: step.record?.id ?? null },
      {
        onSuccess: () => {
          announce(`${step.item} recorded`)
          onRecorded(ready.request.name)
        },
      },
    )
  }
  useKeys({ 'mod+enter': send })
  const statement = useRef<HTMLTextAreaElement>(null)
  const attachButton = useRef<HTMLButtonElement>(null)
  const takeWording = (wording: string) => {
    const text = withWording(draft.statement, wording)
    flushSync(() => change({ statement: text }))
    // The first blank is chosen, so that typing fills it.
    const [blank = ''] = blanksIn(text)
    const at = text.indexOf(blank)
    statement.current?.focus()
    statement.current?.setSelectionRange(at, at + blank.length)
  }
  const failure = record.error ?? attach.error
  const words = failure === null ? null : wordsOfError(failure)
  return (
    <section className="walk-form" aria-label="What you say of it">
      {asking.length > 0 && (
        <>
          <TextArea
            ref={statement}
            label="Statement"
            rows={3}
            maxLength={2000}
            value={draft.statement}
            help={asking.map(({ attestation }) => attestation?.question).join(' ')}
            onChange={(event) => change({ statement: event.target.value })}
          />
          <DateField
            label="The statement holds until"
            value={draft.endsOn}
            help={`At most ${Math.min(...asking.map(({ attestation }) => attestation?.validDays ?? 365))} days.`}
            onChange={(event) => change({ endsOn: event.target.value })}
          />
        </>
      )}
      {guide.presets
        .filter(({ item }) => item === step.item)
        .map((preset) => (
          <PresetLine key={preset.id} preset={preset} onStatement={asking.length > 0 ? () => takeWording(preset.statement) : undefined} />
        ))}
      <Outcomes value={draft.outcome} onChange={(outcome) => change({ outcome })} />
      {draft.outcome === 'met-with-exceptions' && open.length > 0 && <ExceptionTable open={open} draft={draft} onDraft={setDraft} />}
      <TextArea label="Comment" rows={2} maxLength={4000} value={draft.note} onChange={(event) => change({ note: event.target.value })} />
      <div className="walk-pair">
        <Field
          label="Reviewed by"
          maxLength={120}
          spellCheck={false}
          value={draft.name}
          onChange={(event) => change({ name: event.target.value })}
        />
        <TextArea
          label="Links, one per line"
          rows={Math.min(draft.links.split('\n').length, 6)}
          spellCheck={false}
          value={draft.links}
          onChange={(event) => change({ links: event.target.value })}
        />
      </div>
      {draft.attachments.length > 0 && (
        <StepFiles
          files={draft.attachments}
          after={attachButton}
          onRemove={(file) => change({ attachments: draft.attachments.filter(({ sha256 }) => sha256 !== file.sha256) })}
        />
      )}
      {words !== null && (
        <p role="alert">
          <Status tone="fail">{record.error === null ? 'Not attached' : 'Not recorded'}</Status>{' '}
          {`${words.title}: ${words.detail} ${words.hint}`}
        </p>
      )}
      <div className="walk-actions">
        <Button
          ref={attachButton}
          icon={attach.isPending ? <ToneIcon tone="run" /> : <Paperclip className="icon" aria-hidden />}
          unavailable={attach.isPending ? missing : undefined}
          onClick={() => attach.mutate(null, { onSuccess: (file) => file !== null && add(file) })}
        >
          {attach.isPending ? 'Attaching' : 'Attach file…'}
        </Button>
        <span className="spring" />
        <Button look="quiet" chord="mod+up" onClick={onBack}>
          Back
        </Button>
        <Button look="primary" chord="mod+enter" icon={<KeyRound className="icon" aria-hidden />} unavailable={missing} onClick={send}>
          Sign and record
        </Button>
      </div>
      {missing !== undefined && <p className="help walk-missing">{missing}</p>}
    </section>
  )
}

function Outcomes({ value, onChange }: { readonly value: StepOutcome | null; readonly onChange: (outcome: StepOutcome) => void }) {
  const name = useId()
  return (
    <fieldset className="walk-outcomes">
      <legend className="label">Outcome</legend>
      {(Object.keys(stepOutcomeWords) as StepOutcome[]).map((outcome) => (
        <label key={outcome} className="radio">
          <input type="radio" name={name} checked={value === outcome} onChange={() => onChange(outcome)} />
          <span>{stepOutcomeWords[outcome]}</span>
        </label>
      ))}
    </fieldset>
  )
}
