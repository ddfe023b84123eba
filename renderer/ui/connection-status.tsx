import { Plug, Unplug } from 'lucide-react'
import type { Tone } from './outcome-words.ts'
import { Status } from './status.tsx'

export interface ConnectionWords {
  readonly word: string
  readonly tone: Tone
  /** `state`: the icon of the tone. */
  readonly icon: 'plug' | 'unplug' | 'state'
}

const icons = { plug: <Plug className="icon" aria-hidden />, unplug: <Unplug className="icon" aria-hidden />, state: undefined }

/** A state of a connection in the one form that all screens share. */
export const ConnectionStatus = ({ words }: { readonly words: ConnectionWords }) => (
  <Status tone={words.tone} icon={icons[words.icon]}>
    {words.word}
  </Status>
)
