/** Verdict of a control on one host, loudest first. The order is the rank used everywhere. */
export const outcomes = ['fail', 'warning', 'not-evaluated', 'needs-attestation', 'waived', 'pass', 'not-applicable'] as const

export type Outcome = (typeof outcomes)[number]

/** How bad a failure of a control is. Highest first. */
export const severities = ['critical', 'high', 'medium', 'low'] as const

export type Severity = (typeof severities)[number]

/** What stands against an item of the checklist being met: what fails or warns, what nobody measured, what nobody stated. */
export const openOutcomes: readonly Outcome[] = ['fail', 'warning', 'not-evaluated', 'needs-attestation']

/** 0 is the loudest outcome. */
export const rankOf = (outcome: Outcome): number => outcomes.indexOf(outcome)

/** The loudest of many outcomes; `not-evaluated` when there are none, since not measured is not passed. */
export function loudest(all: readonly Outcome[]): Outcome {
  const first = outcomes.find((outcome) => all.includes(outcome))
  return first ?? 'not-evaluated'
}

/** True when `severity` is at or above `bar`. */
export const atOrAbove = (severity: Severity, bar: Severity): boolean => severities.indexOf(severity) <= severities.indexOf(bar)

/** 0 is the worst severity; what is not rated comes last. */
export const rankOfSeverity = (severity: Severity | undefined): number =>
  severity === undefined ? severities.length : severities.indexOf(severity)
