import { Check, CircleDashed, LoaderCircle, Minus, PenLine, ShieldMinus } from 'lucide-react'
import { FailIcon, WarnIcon } from './icons.tsx'
import type { Tone } from './outcome-words.ts'

const icons = {
  fail: FailIcon,
  warn: WarnIcon,
  unknown: CircleDashed,
  attest: PenLine,
  waived: ShieldMinus,
  pass: Check,
  na: Minus,
  run: LoaderCircle,
  wait: Minus,
}

/** The icon of a state. Only the running one moves. */
export function ToneIcon({ tone, toned = false }: { readonly tone: Tone; readonly toned?: boolean }) {
  const Icon = icons[tone]
  const colour = toned ? `tone-icon ${tone}` : ''
  return <Icon className={`icon ${colour} ${tone === 'run' ? 'spin' : ''}`} aria-hidden />
}
