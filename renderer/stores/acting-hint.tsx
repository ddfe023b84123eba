import { KeyHint, type KeyHintProps } from '../ui/keys.tsx'
import { useActs } from './use-keys.ts'

/** The hint of a key of `useKeys`: drawn while that key does something on what is on screen. */
export const ActingHint = ({ chords, children }: KeyHintProps) => (useActs(chords) ? <KeyHint chords={chords}>{children}</KeyHint> : null)
