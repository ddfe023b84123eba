import { KeyRound, Paperclip } from 'lucide-react'
import { useId, useRef } from 'react'
import { flushSync } from 'react-dom'
import type { Guide, StepOutcome } from '#shared/model/walkthrough.ts'
import { blanksIn } from '#shared/statement-blanks.ts'
import { MAX_STEP_FILES } from '#shared/step-files.ts'
import { stepOutcomeWords } from '#shared/words.ts'
import { useRecordStep } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useControls } from '../../stores/queries.ts'
import { useStepDraft } from '../../stores/step-drafts.store.ts'
import { useUi } from '../../stores/ui.store.ts'
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

interface StepFormProps {
  /** Id of the walkthrough. */
  readonly walkthrough: string
  readonly step: Step
  readonly guide: Guide
  readonly findings: readonly ItemFinding[]
  /** Who most likely answers for this step, too. */
  readonly name: string
  readonly onBack: () => void
  readonly onRecorded: (name: string) => void
}

/** What a person says of a step: outcome, statement where one is asked for, exceptions, comment, links, files, name. */
export function StepForm({ walkthrough, step, guide, findings, name, onBack, onRecorded }: StepFormProps) {
  const typed = useStepDraft(walkthrough, step.item, draftOf(step.draft, step.record, name))
  const { draft, change, attaching, refused } = typed
  const record = useRecordStep()
  const refusal = useUi(({ attachRefusal }) => attachRefusal)
  const asking = (useControls().data ?? []).filter((control) => control.item === step.item && control.attestation?.scope === 'fleet')
  const stated = draft.statement.trim() === '' ? [] : asking.map(({ id }) => id)
  const open = openOf(findings, stated)
  const ready = requestOf(step.item, draft, open, Date.now())
  const missing = attaching ? 'A file is being chosen or copied' : 'missing' in ready ? ready.missing : undefined
  const send = () => {
    if ('missing' in ready || record.isPending || attaching) return
    typed.forget()
    record.mutate(
      { ...ready.request, after: step.record?.id ?? null },
      {
        onSuccess: () => {
          announce(`${step.item} recorded`)
          typed.recorded()
          onRecorded(ready.request.name)
        },
        onError: () => change({}),
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
  const failure = record.error ?? (refusal?.item === step.item ? refusal.error : null)
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
      {draft.outcome === 'met-with-exceptions' && open.length > 0 && (
        <ExceptionTable open={open} draft={draft} onDraft={({ exceptions }) => change({ exceptions })} />
      )}
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
      {words === null && refused !== undefined && (
        <p role="status">
          <Status tone="warn">Not kept</Status> {`What you typed is in this window only. ${wordsOfError(refused).whole}`}
        </p>
      )}
      <div className="walk-actions">
        <Button
          ref={attachButton}
          icon={attaching ? <ToneIcon tone="run" /> : <Paperclip className="icon" aria-hidden />}
          unavailable={attaching ? missing : draft.attachments.length < MAX_STEP_FILES ? undefined : `A step takes ${MAX_STEP_FILES} files`}
          onClick={typed.attach}
        >
          {attaching ? 'Attaching' : 'Attach file…'}
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
    <fieldset className="radios">
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
