import type { Change } from '#shared/model/audit.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { useChanges, useHistory } from '../../stores/queries.ts'
import { closeDialog, goHost } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { OutcomeStatus, Status } from '../../ui/status.tsx'
import { clock, dayMonth } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'

/** What is different from the audit before. */
export function ChangesDialog() {
  const query = useChanges()
  const history = useHistory()
  const changes = query.data ?? []
  const error = query.error ?? history.error
  return (
    <Dialog
      title="Changes since the last audit"
      lead={error === null ? leadOf(query.data?.length, history.data) : undefined}
      width="wide"
      onClose={closeDialog}
      foot={
        <>
          <span className="spring" />
          <Button look="primary" onClick={closeDialog}>
            Close
          </Button>
        </>
      }
    >
      {error !== null && (
        <p className="mt-4" role="alert">
          <Status tone="fail">Not compared</Status> {`${wordsOfError(error).title}: ${wordsOfError(error).detail}`}
        </p>
      )}
      {changes.length > 0 && (
        <div className="box mt-4">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">Host</th>
                <th scope="col">Check</th>
                <th scope="col">Finding</th>
                <th scope="col">Before</th>
                <th scope="col">Now</th>
              </tr>
            </thead>
            <tbody>
              {changes.map((change) => (
                <tr key={`${change.host} ${change.control} ${change.subject}`}>
                  <th scope="row">
                    <button
                      type="button"
                      className="link"
                      onClick={() => goHost(change.host, { key: `${change.control} ${change.subject}` })}
                    >
                      {change.host}
                    </button>
                  </th>
                  <td>
                    <code>{change.item}</code>
                  </td>
                  <td className="!whitespace-normal">
                    {plainText(change.title, 160)}
                    {change.why !== undefined && <span className="muted"> {plainText(change.why, 80)}</span>}
                    {change.was !== undefined && <span className="muted"> before: {plainText(change.was, 80)}</span>}
                  </td>
                  <td>
                    <Side outcome={change.from} />
                  </td>
                  <td>
                    <Side outcome={change.to} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Dialog>
  )
}

/** Until both are read, nothing is said to be unchanged. */
function leadOf(changes: number | undefined, history: readonly { readonly startedAt: string }[] | undefined): string {
  if (changes === undefined || history === undefined) return 'Comparing with the audit before'
  const before = history[1]
  if (before === undefined) return 'There is no earlier audit to compare with.'
  const at = new Date(before.startedAt)
  const since = `since ${dayMonth(at, new Date(0))}, ${clock(at)}`
  return changes === 0 ? `Nothing changed ${since}.` : `${count(changes, 'change')} ${since}.`
}

const Side = ({ outcome }: { readonly outcome: Change['to'] }) =>
  outcome === null ? <span className="muted">Not there</span> : <OutcomeStatus outcome={outcome} />
