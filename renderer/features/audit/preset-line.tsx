import { FileText } from 'lucide-react'
import type { Preset } from '#shared/model/walkthrough.ts'
import { useSaveTemplate } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { announce } from '../../ui/announcer.ts'
import { Button } from '../../ui/button.tsx'
import { Status } from '../../ui/status.tsx'

interface PresetLineProps {
  readonly preset: Preset
  /** Absent where no statement is asked for. */
  readonly onStatement?: (() => void) | undefined
}

/** A document to start from: saved as a file, filled in with any editor, and attached. */
export function PresetLine({ preset, onStatement }: PresetLineProps) {
  const save = useSaveTemplate()
  return (
    <div className="walk-preset">
      <FileText className="icon" aria-hidden />
      <span>{preset.title}</span>
      <span className="spring" />
      {onStatement !== undefined && (
        <Button small look="quiet" onClick={onStatement}>
          Use its wording
        </Button>
      )}
      <Button small onClick={() => save.mutate({ id: preset.id }, { onSuccess: (path) => path !== null && announce(`Saved as ${path}`) })}>
        Save template…
      </Button>
      {save.error !== null && (
        <span role="alert">
          <Status tone="fail">Not saved</Status> {wordsOfError(save.error).whole}
        </span>
      )}
    </div>
  )
}
