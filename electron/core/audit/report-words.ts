import type { Outcome } from '#shared/status.ts'
import { outcomeWords } from '#shared/words.ts'
import { html, type Markup } from './markup.ts'

/** A moment as reports write it. */
export const utcMoment = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`

/** Hosts that a line names; more are counted. */
const NAMED_HOSTS = 8

/** The first few, and how many more there are. A table beside has them all. */
export const fewOf = (names: readonly string[]): { readonly named: readonly string[]; readonly more: number } => ({
  named: names.slice(0, NAMED_HOSTS),
  more: Math.max(0, names.length - NAMED_HOSTS),
})

/** The word of an outcome in its colour. */
export const chip = (status: Outcome): Markup => html`<span class="chip ${status}">${outcomeWords[status].word}</span>`
