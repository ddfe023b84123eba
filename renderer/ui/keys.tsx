import { ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Command, CornerDownLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { isMac } from './platform.ts'

/** Bundled Inter has no ⌘ or ↵: they are icons, with their names for readers. */
const pictures: Readonly<Record<string, { readonly picture: ReactNode; readonly name: string }>> = {
  mod: isMac ? { picture: <Command className="icon" aria-hidden />, name: 'Command' } : { picture: 'Ctrl ', name: 'Control' },
  shift: { picture: isMac ? '⇧' : 'Shift ', name: 'Shift' },
  enter: { picture: <CornerDownLeft className="icon" aria-hidden />, name: 'Enter' },
  up: { picture: <ArrowUp className="icon" aria-hidden />, name: 'Up' },
  left: { picture: <ArrowLeft className="icon" aria-hidden />, name: 'Left' },
  plus: { picture: '+', name: 'Plus' },
  right: { picture: <ArrowRight className="icon" aria-hidden />, name: 'Right' },
  down: { picture: <ArrowDown className="icon" aria-hidden />, name: 'Down' },
}

/** One chord such as `mod+k`, drawn as a key cap. */
export function Keys({ chord, silent = false }: { readonly chord: string; readonly silent?: boolean }) {
  const parts = chord
    .split('+')
    .map((key) => ({ key, ...(pictures[key] ?? { picture: key.length === 1 ? key.toUpperCase() : key, name: key }) }))
  return (
    <kbd aria-hidden={silent}>
      {parts.map(({ key, picture, name }) =>
        typeof picture === 'string' ? (
          picture
        ) : (
          <span key={key} className="contents">
            {picture}
            <span className="reader-only">{name}</span>
          </span>
        ),
      )}
    </kbd>
  )
}

export interface KeyHintProps {
  readonly chords: readonly string[]
  readonly children: ReactNode
}

/** "J K Next finding" in the path bar. */
export const KeyHint = ({ chords, children }: KeyHintProps) => (
  <span className="key-hint">
    {chords.map((chord) => (
      <Keys key={chord} chord={chord} />
    ))}{' '}
    {children}
  </span>
)
