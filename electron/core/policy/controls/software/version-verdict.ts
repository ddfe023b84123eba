import type { Severity } from '#shared/status.ts'
import type { AdvisoryBook, AdvisoryMatch, PackageName } from '../../../advisories/advisory-book.ts'
import { isMalicious } from '../../../advisories/severity.ts'
import { orderingOf } from '../../../advisories/versions/ordering.ts'
import type { Citation } from '../../../facts/citation.ts'
import type { Verdict } from '../../control.ts'

/** One piece of software of a host and the line that states its version. */
export interface Component {
  readonly subject: string
  /** For people, short: `vLLM`. */
  readonly label: string
  readonly names: readonly PackageName[]
  readonly version: string
  readonly cite: Pick<Citation, 'section' | 'line'>
}

/** Titles are cut at the limit of the microcopy rule. */
export const titled = (text: string): string => (text.length < 48 ? text : `${text.slice(0, 46).trimEnd()}…`)

/** `CVE-2025-32434 (critical, exploited), fixed in 2.6.0`. */
export function printMatch({ advisory, severity, exploited, fixed }: AdvisoryMatch): string {
  const also = isMalicious(advisory) ? ['malicious'] : exploited ? ['known to be exploited'] : []
  const rating = [severity ?? unrated(advisory), ...also].join(', ')
  return `${advisory.id} (${rating})${fixed === undefined ? ', no fixed release recorded' : `, fixed in ${fixed}`}`
}

/** A rating that Gatehouse does not compute is not said to be missing. */
const unrated = ({ severity = [] }: AdvisoryMatch['advisory']): string =>
  severity.some(({ score }) => score.startsWith('CVSS:4.')) ? 'rated in CVSS 4 only, counted as medium' : 'not rated'

/** What a version with such an advisory is. */
export const stateOf = ({ advisory }: AdvisoryMatch): string => (isMalicious(advisory) ? 'is malicious' : 'is vulnerable')

/** The newest of the fixes: the release that closes every hole with a fix. */
export function releaseToInstall(matches: readonly AdvisoryMatch[], [name]: readonly PackageName[]): string | undefined {
  const compare = name && orderingOf(name.ecosystem, name.name)
  const fixes = matches.flatMap(({ fixed }) => (fixed === undefined ? [] : [fixed]))
  return fixes.toSorted((a, b) => -(compare?.(a, b) ?? 0))[0]
}

/** A hole that nobody rated counts as medium. */
export const severityOfMatches = ([worst]: readonly AdvisoryMatch[]): Severity =>
  worst?.exploited ? 'critical' : (worst?.severity ?? 'medium')

/** What is known about one version: vulnerable, not decidable, or nothing known against it. */
export function judgeVersion(component: Component, book: AdvisoryBook): Verdict {
  const { subject, label, names, version, cite } = component
  const { matches, undecided, known } = book.assess(names, version)
  const [worst, ...others] = matches
  if (worst !== undefined) {
    const release = releaseToInstall(matches, names)
    const conditions = [...new Set(matches.map(({ advisory }) => advisory.database_specific?.condition))]
    const [condition] = conditions
    const also =
      others.length === 0
        ? ''
        : ` ${others.length} more: ${others.slice(0, 5).map(printMatch).join('; ')}${others.length > 5 ? '; …' : '.'}`
    return {
      subject,
      status: conditions.length === 1 && condition !== undefined ? 'warning' : 'fail',
      severity: severityOfMatches(matches),
      title: titled(`${label} ${version} ${stateOf(worst)}`),
      reason: `${printMatch(worst)}: ${worst.advisory.summary ?? 'no summary'}.${condition === undefined ? '' : ` It concerns ${condition}.`}${also}`,
      hint:
        release === undefined
          ? 'No fixed release is recorded. Keep it unreachable, and follow the advisory.'
          : `Update ${label} to ${release} or newer.`,
      cite: [{ ...cite, token: version, note: `${worst.advisory.id}. Expected ${release ?? 'a release with a fix'} or newer.` }],
    }
  }
  if (undecided.length > 0 || known === 0) {
    const reason =
      known === 0
        ? `The advisory data names no ${label} at all, so nothing can be said of version ${version}.`
        : `Version "${version}" could not be compared with ${undecided.length} of ${known} advisories about ${label}.`
    return {
      subject,
      status: 'not-evaluated',
      title: titled(`${label} ${version} could not be compared`),
      reason,
      cite: [{ ...cite, token: version }],
    }
  }
  return {
    subject,
    status: 'pass',
    title: titled(`${label} ${version} has no known holes`),
    reason: `Version ${version} lies outside the affected ranges of all ${known} advisories about ${label}.`,
    cite: [{ ...cite, token: version }],
  }
}
