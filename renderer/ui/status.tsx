import type { ReactNode } from 'react'
import type { Outcome } from '#shared/status.ts'
import { outcomeWords, type Tone } from './outcome-words.ts'
import { ToneIcon } from './tone-icon.tsx'

interface StatusProps {
  readonly tone: Tone
  readonly children: ReactNode
  /** Another icon than the one of the state, e.g. a plug. */
  readonly icon?: ReactNode
  readonly className?: string
}

/** Icon, word and colour of a state: always all three. */
export const Status = ({ tone, children, icon, className = '' }: StatusProps) => (
  <span className={`status ${tone} ${className}`}>
    {icon ?? <ToneIcon tone={tone} />}
    <span>{children}</span>
  </span>
)

/** An outcome of a control in its one word and tone, everywhere the same. */
export const OutcomeStatus = ({ outcome, className = '' }: { readonly outcome: Outcome; readonly className?: string }) => (
  <Status tone={outcomeWords[outcome].tone} className={className}>
    {outcomeWords[outcome].word}
  </Status>
)
