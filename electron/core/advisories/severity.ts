import type { Advisory, Affected, SeverityEntry } from '#shared/model/advisory.ts'
import { rankOfSeverity, type Severity } from '#shared/status.ts'
import { cvss4BaseScore } from './cvss4.ts'

const words: Readonly<Record<string, Severity>> = {
  CRITICAL: 'critical',
  HIGH: 'high',
  MODERATE: 'medium',
  MEDIUM: 'medium',
  LOW: 'low',
  NEGLIGIBLE: 'low',
}

/**
 * How bad an advisory is for a package: what is stated for that package alone, else the database's word, else what is stated for all.
 * Undefined when that does not rate it.
 */
export function severityOf(
  { database_specific: own, severity = [], affected }: Advisory,
  isPackage: (one: Affected['package']) => boolean,
): Severity | undefined {
  const entries = affected.filter((one) => isPackage(one.package)).flatMap((one) => one.severity ?? [])
  return stated(entries) ?? words[own?.severity?.toUpperCase() ?? ''] ?? stated(severity)
}

/** The worst CVSS 3 base score, else the worst of CVSS 4, else the priority that Ubuntu gives. */
function stated(entries: readonly SeverityEntry[]): Severity | undefined {
  const worst = (baseScore: (vector: string) => number | undefined): number | undefined => {
    const scores = entries.flatMap(({ score }) => baseScore(score) ?? [])
    return scores.length > 0 ? Math.max(...scores) : undefined
  }
  const score = worst(cvss3BaseScore) ?? worst(cvss4BaseScore)
  if (score !== undefined) return ratingOf(score)
  const priorities = entries.flatMap(({ type, score: word }) => (type === 'Ubuntu' ? (words[word.toUpperCase()] ?? []) : []))
  return priorities.toSorted((a, b) => rankOfSeverity(a) - rankOfSeverity(b))[0]
}

/** CVSS 3.1, section 5: qualitative ratings. A score of 0 is "none", which no advisory would be written for. */
function ratingOf(score: number): Severity | undefined {
  if (score >= 9) return 'critical'
  if (score >= 7) return 'high'
  if (score >= 4) return 'medium'
  return score > 0 ? 'low' : undefined
}

const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
}
const privileges: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  U: { N: 0.85, L: 0.62, H: 0.27 },
  C: { N: 0.85, L: 0.68, H: 0.5 },
}

/** Base score of a CVSS 3.0 or 3.1 vector (CVSS 3.1 specification, section 7.1). Undefined when a base metric is missing or unknown. */
export function cvss3BaseScore(vector: string): number | undefined {
  if (!/^CVSS:3\.[01]\//.test(vector)) return undefined
  const metrics = Object.fromEntries(vector.split('/').map((one) => one.split(':', 2) as [string, string]))
  const scope = metrics.S ?? ''
  const [av, ac, ui, c, i, a] = ['AV', 'AC', 'UI', 'C', 'I', 'A'].map((name) => weights[name]?.[metrics[name] ?? ''])
  const pr = privileges[scope]?.[metrics.PR ?? '']
  if ([av, ac, ui, c, i, a, pr].some((weight) => weight === undefined)) return undefined
  const iss = 1 - (1 - (c as number)) * (1 - (i as number)) * (1 - (a as number))
  const impact = scope === 'U' ? 6.42 * iss : 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02) ** 15
  if (impact <= 0) return 0
  const exploitability = 8.22 * (av as number) * (ac as number) * (pr as number) * (ui as number)
  return roundUp(Math.min(scope === 'U' ? impact + exploitability : 1.08 * (impact + exploitability), 10))
}

/** "Roundup" of CVSS 3.1, appendix A: to one decimal, in integers, so that floating point does not add a tenth. */
function roundUp(value: number): number {
  const integer = Math.round(value * 100_000)
  return integer % 10_000 === 0 ? integer / 100_000 : (Math.floor(integer / 10_000) + 1) / 10
}
