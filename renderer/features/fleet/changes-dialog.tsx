import type { Change } from '#shared/model/audit.ts'
import { useChanges, useHistory } from '../../stores/queries.ts'
import { closeDialog, goHost } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { OutcomeStatus } from '../../ui/status.tsx'
import { clock, dayMonth } from '../../ui/time.ts'
import { count } from '../../ui/words.ts'

/** What is different from the audit before. */
export function ChangesDialog() {
  const changes = useChanges().data ?? []
  const before = useHistory().data?.[1]
  const at = before === undefined ? null : new Date(before.startedAt)
  const since =
    at === null
      ? 'There is no earlier audit to compare with.'
      : `Since ${dayMonth(at, new Date(0))}, ${clock(at)}: ${count(changes.length, 'change')}.`
  return (
    <Dialog
      title="Changes since the last audit"
      lead={since}
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
                  <td className="!whitespace-normal">{plainText(change.title, 160)}</td>
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

const Side = ({ outcome }: { readonly outcome: Change['to'] }) =>
  outcome === null ? <span className="muted">Not there</span> : <OutcomeStatus outcome={outcome} />
