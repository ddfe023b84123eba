import { Check, Minus, PenLine, ShieldMinus } from 'lucide-react'
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
  wait: Minus,
}

/** The icon of a state. Only the running one moves. */
export function ToneIcon({ tone, toned = false }: { readonly tone: Tone; readonly toned?: boolean }) {
  const className = `icon ${toned ? `tone-icon ${tone}` : ''}`
  if (tone === 'run') return <span className={`${className} spin`} aria-hidden />
  const Icon = icons[tone]
  return <Icon className={className} aria-hidden />
}
