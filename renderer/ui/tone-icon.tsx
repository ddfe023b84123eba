import { Check, LoaderCircle, Minus, PenLine, ShieldMinus } from 'lucide-react'
import { FailIcon, UnknownIcon, WarnIcon } from './icons.tsx'
import type { Tone } from './outcome-words.ts'

const icons = {
  fail: FailIcon,
  warn: WarnIcon,
  unknown: UnknownIcon,
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
