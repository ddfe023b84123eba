import { FileText } from 'lucide-react'
import { useState } from 'react'
import type { VerifiedFile } from '#shared/model/model-artifact.ts'
import { useOpenDigests, useRecordExpected } from '../../stores/actions.ts'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { count } from '../../ui/words.ts'
import { ExpectedDocumentView } from './expected-document-view.tsx'
import { SignatureCheck } from './signature-check.tsx'
import { StepDialog } from './step-dialog.tsx'

interface ExpectedDialogProps {
  readonly model: string
  /** Of the model where it lies; undefined when it lies nowhere. */
  readonly files: readonly VerifiedFile[] | undefined
  readonly onClose: () => void
}

/** Reads a document of the publisher, shows what it states against what was found, and records it. */
export function ExpectedDialog({ model, files, onClose }: ExpectedDialogProps) {
  const open = useOpenDigests()
  const record = useRecordExpected()
  const [missing, setMissing] = useState(false)
  // A dialog that was closed, or a key that did not fit, leaves what was read before.
  const [document, setDocument] = useState<NonNullable<typeof open.data>>()
  const choose = (input: Parameters<typeof open.mutate>[0]) => {
    setMissing(false)
    open.mutate(input, { onSuccess: (read) => read !== null && setDocument(read) })
  }
  const isCheck = typeof open.variables?.document === 'string'
  return (
    <StepDialog
      title="Record published hashes"
      lead={`${plainText(model, 160)}. What its files must be, as its publisher says.`}
      fields={[
        {
          ...{ name: 'url', label: 'Page', kind: 'line', optional: true, maxLength: 2000 },
          help: 'Where the document was read, best at a commit. Without it, or where the files came from there too, it counts as weak.',
        },
        { name: 'readBy', label: 'Read by', kind: 'line', maxLength: 120 },
        { name: 'readOn', label: 'Read on', kind: 'day' },
      ]}
      initial={{ readOn: new Date().toISOString().slice(0, 10) }}
      consequence="Values that stand for the same files are replaced. Both stay in the ledger."
      action="Record hashes"
      pending={record.isPending}
      error={record.error ?? (isCheck ? null : open.error)}
      onSend={({ url = '', readBy = '', readOn = '' }) => {
        if (document === undefined) setMissing(true)
        else
          record.mutate(
            { document: document.sha256, model, url: String(url).trim(), readBy: String(readBy).trim(), readOn: String(readOn) },
            {
              onSuccess: ({ recorded }) => {
                announce(`${count(recorded, 'digest')} recorded`)
                onClose()
              },
            },
          )
      }}
      onClose={onClose}
    >
      <div className="actions mt-4">
        <Button icon={<FileText className="icon" aria-hidden />} onClick={() => choose({ document: null })}>
          {document === undefined ? 'Choose document…' : 'Choose another document…'}
        </Button>
      </div>
      {document === undefined ? (
        <p className="help mt-2" role={missing ? 'alert' : undefined}>
          {missing
            ? 'Choose the document first.'
            : 'SHA256SUMS, the JSON of Hugging Face (?blobs=true), a git-lfs pointer, an OCI or Ollama manifest, or model.sig.'}
        </p>
      ) : (
        <ExpectedDocumentView document={document} files={files} />
      )}
      {document?.signedBy !== undefined && document.signature !== 'verified' && (
        <SignatureCheck
          key={document.sha256}
          signedBy={document.signedBy}
          error={isCheck ? open.error : null}
          onCheck={(signer) => choose({ document: document.sha256, ...(signer && { signer }) })}
        />
      )}
    </StepDialog>
  )
}
