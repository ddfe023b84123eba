import { dayFrom, isDay } from '#shared/model/validity.ts'

/** What is typed to waive a finding, or to state what a check asks for. */
export interface DecisionForm {
  readonly text: string
  readonly name: string
  /** Last day, `2026-11-24`. */
  readonly endsOn: string
}

export type DecisionErrors = { readonly [K in keyof DecisionForm]?: string }

/** The first and the last day that can be chosen, and the one that is proposed: a month, or all there is. */
export const dayBounds = (now: number, maxDays: number) => ({
  first: dayFrom(now, 0),
  last: dayFrom(now, maxDays),
  proposed: dayFrom(now, Math.min(30, maxDays)),
})

/** What is missing, by field. The engine checks again. */
export function checkDecision({ text, name, endsOn }: DecisionForm, now: number, maxDays: number): DecisionErrors {
  const { first, last } = dayBounds(now, maxDays)
  return {
    ...(text.trim() === '' && { text: 'Say why, for those who read it later.' }),
    ...(name.trim() === '' && { name: 'Name the person who answers for it.' }),
    ...((!isDay(endsOn) || endsOn < first || endsOn > last) && { endsOn: `Choose a day from ${first} to ${last}.` }),
  }
}
