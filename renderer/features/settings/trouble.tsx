import { wordsOfError } from '../../stores/failure-words.ts'
import { Status } from '../../ui/status.tsx'

/** A refused action, beside the button that asked for it. */
export function Trouble({ error, word }: { readonly error: unknown; readonly word: string }) {
  if (error === null || error === undefined) return null
  const { title, detail, hint } = wordsOfError(error)
  return (
    <p className="mt-2" role="alert">
      <Status tone="fail">{word}</Status> {`${title}: ${detail} ${hint}`}
    </p>
  )
}
