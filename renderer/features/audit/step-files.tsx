import { FileText, X } from 'lucide-react'
import type { RefObject } from 'react'
import { bytesText } from '#shared/bytes-text.ts'
import type { Attachment } from '#shared/model/walkthrough.ts'
import { announce } from '../../ui/announcer.ts'
import { plainText } from '../../ui/plain-text.ts'

interface StepFilesProps {
  readonly files: readonly Attachment[]
  readonly onRemove: (file: Attachment) => void
  /** Where the keyboard goes on when the last one is gone. */
  readonly after: RefObject<HTMLButtonElement | null>
}

/** Files of a step; each takes itself away, and hands the focus to the one beside it. */
export const StepFiles = ({ files, onRemove, after }: StepFilesProps) => (
  <div className="walk-files">
    {files.map((file) => (
      <button
        key={file.sha256}
        type="button"
        className="tag"
        title="Remove it from this step"
        onClick={({ currentTarget: { nextElementSibling, previousElementSibling } }) => {
          const beside = nextElementSibling ?? previousElementSibling ?? after.current
          if (beside instanceof HTMLElement) beside.focus()
          onRemove(file)
          announce(`${plainText(file.name, 60)} removed`)
        }}
      >
        <FileText className="icon" aria-hidden />
        {plainText(file.name, 60)}, {bytesText(file.bytes)}
        <span className="reader-only">: remove</span>
        <X className="icon" aria-hidden />
      </button>
    ))}
  </div>
)
