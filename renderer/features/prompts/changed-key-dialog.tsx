import { useChangedKeys } from '../../stores/queries.ts'
import { closeDialog } from '../../stores/ui.store.ts'
import { Button } from '../../ui/button.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { clockSeconds, dayMonth } from '../../ui/time.ts'

/** Both fingerprints side by side. There is nothing to press that trusts the new one: that takes the console and a terminal. */
export function ChangedKeyDialog({ hop }: { readonly hop: string }) {
  const key = useChangedKeys().data?.find((it) => it.hop === hop)
  const name = plainText(hop, 80)
  const close = (
    <>
      <span className="spring" />
      <Button look="primary" chord="enter" onClick={closeDialog}>
        Keep blocked
      </Button>
    </>
  )
  if (key === undefined) {
    return (
      <Dialog
        title={`${name} no longer has a changed key`}
        lead="The last connection found the key it expected."
        onClose={closeDialog}
        foot={close}
      />
    )
  }
  const at = new Date(key.at)
  return (
    <Dialog
      alert
      status={<Status tone="fail">Host key changed</Status>}
      title={`${name} presented a different host key`}
      lead={`Either ${name} was reinstalled, or another machine is answering in its place. Gatehouse closed the connection at ${clockSeconds(at)} and sent no commands.`}
      onClose={closeDialog}
      foot={close}
    >
      <div className="box mt-4">
        <table className="table tall">
          <thead>
            <tr>
              <th scope="col">
                <span className="reader-only">Which</span>
              </th>
              <th scope="col">Fingerprint</th>
              <th scope="col">Seen</th>
            </tr>
          </thead>
          <tbody>
            {key.pinned.map((pinned) => (
              <tr key={`${pinned.keyType} ${pinned.sha256}`}>
                <th scope="row">
                  Pinned<span className="muted block text-[11px] font-normal">{plainText(pinned.keyType, 40)}</span>
                </th>
                <td>
                  <code>{plainText(pinned.sha256, 80)}</code>
                </td>
                <td className="soft one-line max-w-40" title={plainText(key.pinnedAt, 300)}>
                  {plainText(key.pinnedAt, 300)}
                </td>
              </tr>
            ))}
            <tr>
              <th scope="row">
                Presented<span className="muted block text-[11px] font-normal">{plainText(key.presented.keyType, 40)}</span>
              </th>
              <td>
                <code className="text-fail">{plainText(key.presented.sha256, 80)}</code>
              </td>
              <td className="soft num">{`${dayMonth(at, new Date(0))} ${clockSeconds(at)}`}</td>
            </tr>
          </tbody>
        </table>
      </div>
      <h3>1. Check it at the console, not over SSH</h3>
      <CommandLine text={key.command} what="the command" />
      <h3>2. Only when the console shows the presented fingerprint, remove the old entry in a terminal</h3>
      <CommandLine text={key.removal} what="the removal command" />
      <p className="help">The next audit then asks about the new key. Gatehouse has no button that trusts a changed key.</p>
    </Dialog>
  )
}
