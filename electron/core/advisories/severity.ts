import type { Advisory, Affected, SeverityEntry } from '#shared/model/advisory.ts'
import { rankOfSeverity, type Severity } from '#shared/status.ts'
import { cvssBaseScore } from './cvss.ts'

const words: Readonly<Record<string, Severity>> = {
  CRITICAL: 'critical',
  HIGH: 'high',
  MODERATE: 'medium',
  MEDIUM: 'medium',
  LOW: 'low',
  NEGLIGIBLE: 'low',
}

/** Of OpenSSF's malicious packages (https://github.com/ossf/malicious-packages), which rate none: what ran them was attacked. */
export const isMalicious = ({ id, aliases = [] }: Advisory): boolean => [id, ...aliases].some((name) => name.startsWith('MAL-'))

/**
 * How bad an advisory is for a package: what is stated for that package alone, else the database's word, else what is stated for all.
 * Undefined when that does not rate it.
 */
export function severityOf(advisory: Advisory, isPackage: (one: Affected['package']) => boolean): Severity | undefined {
  if (isMalicious(advisory)) return 'critical'
  const { database_specific: own, severity = [], affected } = advisory
  const entries = affected.filter((one) => isPackage(one.package)).flatMap((one) => one.severity ?? [])
  return stated(entries) ?? words[own?.severity?.toUpperCase() ?? ''] ?? stated(severity)
}

/** The worst CVSS 3 base score, else the worst of CVSS 4, else the priority that Ubuntu gives. */
function stated(entries: readonly SeverityEntry[]): Severity | undefined {
  const worst = (version: 3 | 4): number | undefined => {
    const scores = entries.flatMap(({ score }) => cvssBaseScore(version, score) ?? [])
    return scores.length > 0 ? Math.max(...scores) : undefined
  }
  const score = worst(3) ?? worst(4)
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
