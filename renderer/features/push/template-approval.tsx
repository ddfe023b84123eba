import { type FormEvent, useId, useRef, useState } from 'react'
import type { SignedDecision } from '#shared/model/signed-decision.ts'
import type { TemplateEntry } from '#shared/model/template-entry.ts'
import { useDecideTemplate, useExportTemplate } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { TextArea } from '../../ui/field.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Said } from '../../ui/said.tsx'
import { Status } from '../../ui/status.tsx'
import { dayClock } from '../../ui/time.ts'
import { isPushable, wordsOfTemplate } from './verdict-words.ts'

/** Whether a template may be pushed from here, who decided so and why; and the decision that can be taken now. */
export function Approval({ template }: { readonly template: TemplateEntry }) {
  const [deciding, setDeciding] = useState<SignedDecision['decision'] | null>(null)
  const save = useExportTemplate()
  const { state, decision, manifest, signedBy } = template
  const words = wordsOfTemplate(template)
  return (
    <section className="push-approval" aria-label="Approval">
      <Status tone={words.tone}>{words.word}</Status>
      <p className="muted">
        {decision === null ? (
          state === 'shipped' ? (
            `${signedBy === null ? 'Comes with this build of Gatehouse; no key of a release signed it' : `Vetted with this release of Gatehouse, signed with its key ${signedBy}`}. Whoever withdraws it here keeps it from being pushed.`
          ) : (
            'A template of your own is pushed only after somebody read and approved it. A changed one is to be approved anew.'
          )
        ) : (
          <Said
            text={`${plainText(decision.by, 80)}, ${dayClock(new Date(decision.at))}, signed with key ${decision.keyId}: ${plainText(decision.note, 400)}`}
          />
        )}
      </p>
      <div className="actions">
        {isPushable(state) ? (
          <Button onClick={() => setDeciding('withdraw')}>Withdraw…</Button>
        ) : (
          <Button look="primary" onClick={() => setDeciding('approve')}>
            Approve…
          </Button>
        )}
        <Button onClick={() => save.mutate({ id: manifest.id })}>Save a copy…</Button>
      </div>
      {save.error !== null && <p role="alert">{wordsOfError(save.error).title}</p>}
      {deciding !== null && <DecideDialog template={template} decision={deciding} onClose={() => setDeciding(null)} />}
    </section>
  )
}

interface DecideDialogProps {
  readonly template: TemplateEntry
  readonly decision: SignedDecision['decision']
  readonly onClose: () => void
}

function DecideDialog({ template: { manifest, sha256 }, decision, onClose }: DecideDialogProps) {
  const decide = useDecideTemplate()
  const [note, setNote] = useState('')
  const [missing, setMissing] = useState(false)
  const text = useRef<HTMLTextAreaElement>(null)
  const form = useId()
  const verb = decision === 'approve' ? 'Approve' : 'Withdraw'
  const failure = decide.error === null ? undefined : wordsOfError(decide.error)
  const send = (event: FormEvent) => {
    event.preventDefault()
    setMissing(note.trim() === '')
    if (note.trim() !== '') decide.mutate({ decision, id: manifest.id, sha256, note: note.trim() }, { onSuccess: onClose })
  }
  return (
    <Dialog
      width="narrow"
      title={`${verb} ${manifest.id} ${manifest.version}`}
      lead={`This decision is about the content with SHA-256 ${sha256.slice(0, 16)}…, and no other.`}
      onClose={onClose}
      initialFocus={text}
      foot={
        <>
          <span className="spring" />
          <Button onClick={onClose}>Cancel</Button>
          <button type="submit" form={form} className="button primary">
            <span>{`${verb}…`}</span>
          </button>
        </>
      }
    >
      <form id={form} className="mt-4" onSubmit={send} noValidate>
        <TextArea
          ref={text}
          label={decision === 'approve' ? 'What was checked' : 'Why'}
          rows={3}
          maxLength={1000}
          value={note}
          error={missing ? 'Say it in a few words' : undefined}
          onChange={(event) => setNote(event.target.value)}
        />
      </form>
      {failure !== undefined && (
        <p className="mt-3" role="alert">
          <Status tone="fail">Not recorded</Status> {`${failure.title}: ${failure.detail} ${failure.hint}`}
        </p>
      )}
    </Dialog>
  )
}
