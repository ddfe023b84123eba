import { groupBy } from '#shared/group-by.ts'
import type { HostAudit } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import { byNeed, score } from '#shared/model/score.ts'
import { atOrAbove, type Outcome, outcomes } from '#shared/status.ts'
import { outcomeWords } from '#shared/words.ts'
import { html, isolated, type Markup, nothing } from './markup.ts'
import { fewOf, utcMoment } from './report-words.ts'

/** What a reader takes in before any detail. A host is read once and let go. */
export interface HostSummary {
  readonly name: string
  readonly looked: string
  readonly passed: number
  readonly applicable: number
  readonly counts: Readonly<Record<Outcome, number>>
  /** What failed at a severity that cannot wait. */
  readonly urgent: readonly Pick<Finding, 'item' | 'status' | 'severity' | 'title' | 'control'>[]
}

/** One host for a reader in a hurry: its score, its counts, and of what failed what is high or critical. `looked` is a moment in UTC, or `never`. */
export const hostSummary = ({ name, state, failure, finishedAt, items, findings }: HostAudit): HostSummary => ({
  name,
  // A host that was never asked has no state but that.
  looked: state === 'idle' ? 'never' : `${utcMoment(finishedAt)}${failure === undefined ? '' : `: ${state}, ${failure.detail}`}`,
  ...score(items),
  counts: countsOf(findings),
  urgent: findings
    .filter(({ status, severity }) => status === 'fail' && atOrAbove(severity, 'high'))
    .map(({ item, status, severity, title, control }) => ({ item, status, severity, title, control })),
})

function countsOf(findings: Iterable<{ readonly status: Outcome }>): Record<Outcome, number> {
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<Outcome, number>
  for (const { status } of findings) counts[status] += 1
  return counts
}

/** `48 fail, 82 warning`: what there is, in the order of the loudest. */
export const countWords = (findings: Iterable<{ readonly status: Outcome }>): string =>
  Object.entries(countsOf(findings))
    .filter(([, count]) => count > 0)
    .map(([outcome, count]) => `${count} ${outcomeWords[outcome as Outcome].word.toLowerCase()}`)
    .join(', ')

/** Causes that the first page has room for. */
const URGENT = 12

/** What failed at critical and high severity, each cause once, with its hosts. */
export function urgentTable(hosts: readonly HostSummary[], hostName: (name: string) => Markup): Markup {
  const all = hosts.flatMap(({ name, urgent }) => urgent.map((finding) => ({ name, finding })))
  const causes = [...groupBy(all, ({ finding }) => `${finding.control}\n${finding.title}`).values()].sort(([a], [b]) =>
    a && b ? byNeed(a.finding, b.finding) : 0,
  )
  if (causes.length === 0) return html`<p>Nothing failed at critical or high severity.</p>`
  return html`<table class="urgent"><thead><tr><th scope="col">Severity</th><th scope="col">Item</th><th scope="col">What failed</th><th scope="col">Hosts</th></tr></thead>
<tbody>${causes.slice(0, URGENT).flatMap((cause) => {
    const [first] = cause
    const { named, more } = fewOf([...new Set(cause.map(({ name }) => name))])
    return first === undefined
      ? []
      : html`<tr><td>${first.finding.severity}</td><td><code>${first.finding.item}</code></td><td>${isolated(first.finding.title)}</td><td>${named.map(hostName)}${more > 0 ? ` and ${more} more` : ''}</td></tr>
`
  })}</tbody></table>
${causes.length > URGENT ? html`<p>${causes.length - URGENT} more failed at these severities; each stands below.</p>` : nothing}`
}

/** What was found on each host, and on all of them. */
export function hostTable(hosts: readonly HostSummary[], hostName: (name: string) => Markup): Markup {
  const sum = (outcome: Outcome) => hosts.reduce((total, { counts }) => total + counts[outcome], 0)
  return html`<p>Items are those of the checklist; the columns beside them count findings.</p>
<table class="hosts"><thead><tr><th scope="col">Host</th><th scope="col">Looked at</th><th scope="col">Items passed</th>${outcomes.map(
    (outcome) => html`<th scope="col">${outcomeWords[outcome].word}</th>`,
  )}</tr></thead>
<tbody>${hosts.map(
    ({
      name,
      looked,
      passed,
      applicable,
      counts,
    }) => html`<tr><th scope="row">${hostName(name)}</th><td>${looked}</td><td>${passed} of ${applicable}</td>${outcomes.map(
      (outcome) => html`<td>${counts[outcome]}</td>`,
    )}</tr>
`,
  )}</tbody>${hosts.length > 1 ? html`<tfoot><tr><th scope="row">All</th><td></td><td></td>${outcomes.map((outcome) => html`<td>${sum(outcome)}</td>`)}</tr></tfoot>` : nothing}</table>`
}
