import { wordsOfError } from '../../stores/failure-words.ts'
import { useOutput } from '../../stores/queries.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { plainLines, plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'

/** Lines drawn; the whole text can be copied. */
const maxLines = 4000

interface OutputDialogProps {
  readonly command: string
  readonly sha256: string
  readonly onClose: () => void
}

/** Everything a command printed, by its content hash. */
export function OutputDialog({ command, sha256, onClose }: OutputDialogProps) {
  const output = useOutput(sha256)
  const text = output.data?.text ?? ''
  const { lines, left } = plainLines(text, maxLines)
  const numbered = lines.map((line, index) => ({ line, number: index + 1 }))
  const error = output.error === null ? null : wordsOfError(output.error)
  return (
    <Dialog
      width="wide"
      title={<code className="!text-[13px]">{plainText(command, 300)}</code>}
      lead={<code className="text-[11px] break-all">{`sha256 ${sha256}`}</code>}
      onClose={onClose}
      foot={
        <>
          {text !== '' && <CopyButton text={text} what="the output" quiet={false} />}
          <span className="spring" />
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        </>
      }
    >
      {output.isPending && (
        <p className="mt-4">
          <Status tone="run">Running</Status> Reading from the store
        </p>
      )}
      {error !== null && (
        <p className="mt-4">
          <Status tone="fail">Not read</Status> {`${error.title}: ${error.detail}`}
        </p>
      )}
      {output.data === null && (
        <p className="mt-4">
          <Status tone="unknown">Not stored</Status> This output is not in the store any more.
        </p>
      )}
      {output.data != null && (
        <>
          {lines.length === 0 ? (
            <p className="mt-4 soft">Nothing was printed.</p>
          ) : (
            <pre className="plain-block numbered mt-4 !max-h-none">
              {numbered.map(({ number, line }) => (
                <span key={number} data-line={number}>
                  {`${line}\n`}
                </span>
              ))}
            </pre>
          )}
          {(left > 0 || output.data.truncated) && (
            <p className="help">
              {left > 0 ? `${left} more lines are not drawn. ` : ''}
              {output.data.truncated ? 'The output was longer than 1 MiB; the rest is not shown.' : ''}
            </p>
          )}
        </>
      )}
    </Dialog>
  )
}
