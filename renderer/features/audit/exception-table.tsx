import type { StepDraft } from '#shared/model/walkthrough.ts'
import { Button } from '../../ui/button.tsx'
import { dayInput } from '../../ui/date-field.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { type ItemFinding, sameForAll } from './step-request.ts'

interface ExceptionTableProps {
  readonly open: readonly ItemFinding[]
  readonly draft: StepDraft
  readonly onDraft: (draft: StepDraft) => void
}

const nothing = { owner: '', resolveBy: '', reason: '' }

/** Each open finding needs somebody who mends it, a date and a reason. */
export function ExceptionTable({ open, draft, onDraft }: ExceptionTableProps) {
  const set = (key: string, part: Partial<typeof nothing>) =>
    onDraft({ ...draft, exceptions: { ...draft.exceptions, [key]: { ...(draft.exceptions[key] ?? nothing), ...part } } })
  return (
    <section aria-label="Exceptions">
      <div className="walk-head">
        <h3>Exceptions</h3>
        <span className="muted">Each open finding needs an owner, a date and a reason</span>
        <span className="spring" />
        {open.length > 1 && (
          <Button small look="quiet" onClick={() => onDraft(sameForAll(draft, open))}>
            Fill empty rows like the first
          </Button>
        )}
      </div>
      <div className="box">
        <table className="table walk-exceptions">
          <thead>
            <tr>
              <th scope="col">Finding</th>
              <th scope="col">Owner</th>
              <th scope="col">Resolve by</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {open.map(({ key, host, finding }) => {
              const { owner, resolveBy, reason } = draft.exceptions[key] ?? nothing
              const about = `${plainText(finding.title, 60)} on ${host}`
              return (
                <tr key={key}>
                  <th scope="row">
                    {plainText(finding.title, 60)} <span className="muted block">{host}</span>
                  </th>
                  <td>
                    <input
                      className="input small"
                      aria-label={`Owner, ${about}`}
                      placeholder="Required"
                      maxLength={120}
                      value={owner}
                      onChange={(event) => set(key, { owner: event.target.value })}
                    />
                  </td>
                  <td>
                    <input
                      {...dayInput}
                      className="input small mono"
                      aria-label={`Resolve by, ${about}`}
                      value={resolveBy}
                      onChange={(event) => set(key, { resolveBy: event.target.value })}
                    />
                  </td>
                  <td>
                    <input
                      className="input small"
                      aria-label={`Reason, ${about}`}
                      placeholder="Required"
                      maxLength={500}
                      value={reason}
                      onChange={(event) => set(key, { reason: event.target.value })}
                    />
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
