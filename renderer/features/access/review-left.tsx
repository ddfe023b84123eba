import { namedAs } from '#shared/account-kind.ts'
import type { RemovalLeft } from '#shared/model/access-review.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { plainText } from '../../ui/plain-text.ts'

interface ReviewLeftProps {
  readonly left: readonly RemovalLeft[]
  readonly onClose: () => void
}

/** What removed accounts left on hosts. Nothing is ticked off here: a line goes when an audit no longer finds what it is about. */
export function ReviewLeft({ left, onClose }: ReviewLeftProps) {
  return (
    <Dialog
      width="wide"
      title="What removed accounts left"
      lead="As the newest audits found it. A line is gone once an audit no longer finds it: do it as root, then audit the host again."
      onClose={onClose}
      foot={
        <>
          <span className="spring" />
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      <ul className="mt-4 review-left">
        {left.map(({ host, account, kind, what, command, byPush }) => (
          <li key={`${host} ${kind} ${account} ${what} ${command}`}>
            <strong>{plainText(`${namedAs(account, kind)} on ${host}`, 160)}</strong> {byPush ? 'By push. ' : ''}
            {plainText(what, 300)}
            {command !== null && (
              <>
                {' '}
                <code>{plainText(command, 600)}</code> <CopyButton text={command} what="the command" />
              </>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
