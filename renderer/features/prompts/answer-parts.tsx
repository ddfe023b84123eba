import { wordsOfError } from '../../stores/failure-words.ts'
import { Status } from '../../ui/status.tsx'
import { count } from '../../ui/words.ts'

/** How many questions follow this one. */
export const StillWaiting = ({ count: waiting }: { readonly count: number }) =>
  waiting === 0 ? null : <span className="muted text-[12px]">{`${count(waiting, 'more question')} after this`}</span>

/** The answer did not reach the engine. */
export function AnswerError({ error }: { readonly error: unknown }) {
  if (error === null) return null
  const { title, detail } = wordsOfError(error)
  return (
    <p className="mt-3" role="alert">
      <Status tone="fail">Not answered</Status> {`${title}: ${detail}`}
    </p>
  )
}
