import { groupBy } from '#shared/group-by.ts'
import { type AuditResults, type HostAudit, wasMeasured } from '#shared/model/audit.ts'
import { areas, type ChecklistItem, checklist } from '#shared/model/checklist.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { RecordedReview } from '#shared/model/recorded-review.ts'
import { byNeed } from '#shared/model/score.ts'
import type { Guide, StepRecord, Walkthrough } from '#shared/model/walkthrough.ts'
import { loudest, type Outcome } from '#shared/status.ts'
import { stepOutcomeWords, waiverWords } from '#shared/words.ts'
import { html, isolated, type Markup, nothing } from '../markup.ts'
import { reportStyle } from '../report-style.ts'
import { type HostSummary, hostSummary, hostTable, urgentTable } from '../report-summary.ts'
import { chip, fewOf, utcMoment } from '../report-words.ts'
import { evidencePath } from './evidence-path.ts'
import type { FrameworkView } from './frameworks.ts'
import { printedReviews } from './review-files.ts'

interface PrintSources {
  readonly audit: AuditResults
  readonly guide: Guide
  readonly walkthrough: Walkthrough | null
  readonly views: readonly FrameworkView[]
  /** Newest first. */
  readonly reviews: readonly RecordedReview[]
}

/** What one line says: the same finding of the same control, on every host that has it; of a host that was not looked at, what all controls of an item say. */
interface Line {
  readonly finding: Pick<Finding, 'item' | 'status' | 'severity' | 'title' | 'reason'> & { readonly waiver?: Finding['waiver'] }
  readonly controls: Set<string>
  readonly hosts: Set<string>
  readonly evidence: string
}

const printStyle = `
@page{size:A4;margin:18mm 16mm 20mm}
body{padding:0;max-width:none;font-size:11px;line-height:16px;font-variant-ligatures:none}
h1{font-size:22px;line-height:28px;margin:0 0 8px}h2,h3,h3+p,thead{break-after:avoid}
table{width:100%;margin:6px 0 12px}td:last-child,td code{overflow-wrap:anywhere}.items :is(td,th):nth-child(n+3){white-space:nowrap}td,th{white-space:normal;vertical-align:top;font-size:10px;line-height:14px}td code{font-size:9px;line-height:13px}tr{break-inside:avoid}
.lines{table-layout:fixed}.lines td{overflow-wrap:anywhere}.lines :is(th,td):nth-child(1){width:13%}.lines :is(th,td):nth-child(3){width:11%}.lines :is(th,td):nth-child(4){width:19%}.chip{white-space:nowrap;font-size:10px;line-height:16px}.host{display:inline-block;max-width:100%}.rules th[scope=row]{white-space:nowrap}
.items{break-after:page}.quote{border-inline-start:2px solid var(--line);padding-inline-start:10px;white-space:pre-wrap;unicode-bidi:plaintext}
`

/**
 * The report as it is printed: item by item, equal findings of many hosts in one line, evidence by the name of its file in the pack. Headings
 * make the bookmarks. It grows with what is different, not with the number of hosts.
 */
export function printReport({ audit, guide, walkthrough, views, reviews }: PrintSources): string {
  const lines = new Map<string, Line>()
  const summaries: HostSummary[] = []
  const statuses = new Map<string, Outcome[]>()
  for (const host of audit.hosts) {
    summaries.push(hostSummary(host))
    for (const { id, status } of host.items) statuses.set(id, [...(statuses.get(id) ?? []), status])
    for (const finding of [...host.findings].sort(byNeed)) collect(lines, host, finding)
  }
  const byItem = groupBy([...lines.values()], ({ finding }) => finding.item)
  const records = new Map(walkthrough?.steps.flatMap(({ item, record }) => (record ? [[item, record] as const] : [])))
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Gatehouse audit of ${audit.fleet}</title>
<style>${{ markup: reportStyle + printStyle }}</style>
</head>
<body>
<h1>Audit of ${audit.fleet}</h1>
<p>${utcMoment(audit.startedAt)} to ${utcMoment(audit.finishedAt)}, Gatehouse ${audit.gatehouse}, ${counted(summaries.length, 'host')}.${
    audit.outcome === 'cancelled' ? html` <strong>Stopped before it was complete.</strong>` : nothing
  }</p>
${walkthrough === null ? nothing : html`<p>Walked through with ${isolated(walkthrough.auditor)} from ${walkthrough.startedAt.slice(0, 10)}: ${records.size} of 18 items recorded.</p>`}
<p>Evidence is in the pack that this report belongs to, under the names given here. Not measured is not passed.</p>
<h2>What cannot wait</h2>
${urgentTable(summaries, printedName)}
<h2>Results by item</h2>
<table class="items"><thead><tr><th scope="col">Item</th><th scope="col">Check</th><th scope="col">Result</th><th scope="col">Pass</th><th scope="col">Recorded</th></tr></thead>
<tbody>${checklist.map((item) => {
    const all = statuses.get(item.id) ?? []
    const record = records.get(item.id)
    return html`<tr><th scope="row">${item.id}</th><td>${item.title}</td><td>${chip(loudest(all))}</td><td>${
      all.filter((status) => status === 'pass').length
    } of ${all.filter((status) => status !== 'not-applicable').length}</td><td>${record ? stepOutcomeWords[record.outcome] : ''}</td></tr>
`
  })}</tbody></table>
<h2>Hosts</h2>
${hostTable(summaries, printedName)}
${areas.map(
  (area) => html`<h2>${area}</h2>
${checklist.filter((item) => item.area === area).map((item) => itemSection(item, guide, byItem.get(item.id) ?? [], records.get(item.id)))}`,
)}
${printedReviews(reviews)}
<h2>Results by framework</h2>
${views.map(frameworkSection)}
</body>
</html>
`.markup
}

function collect(lines: Map<string, Line>, { name: host, state }: HostAudit, finding: Finding): void {
  if (finding.status === 'pass' || finding.status === 'not-applicable') return
  const { item, status, severity, title, reason, control, waiver } = finding
  const key = [item, wasMeasured({ state }) ? control : '', status, title, waiver?.id ?? ''].join('\n')
  const known = lines.get(key)
  if (known) {
    known.hosts.add(host)
    known.controls.add(control)
  } else {
    const [proof] = finding.evidence
    lines.set(key, {
      finding: { item, status, severity, title, reason, waiver },
      controls: new Set([control]),
      hosts: new Set([host]),
      evidence: proof ? evidencePath(host, proof.section) : '',
    })
  }
}

function itemSection(item: ChecklistItem, guide: Guide, lines: readonly Line[], record: StepRecord | undefined): Markup {
  const text = guide.items.find(({ id }) => id === item.id)
  return html`<h3>${item.id} ${item.title}</h3>
${text ? html`<p>${text.means} ${text.why}</p>` : nothing}
${record ? recordBlock(record) : nothing}
${
  lines.length === 0
    ? html`<p>Nothing is open.</p>`
    : html`<table class="lines"><thead><tr><th scope="col">Result</th><th scope="col">Finding</th><th scope="col">Hosts</th><th scope="col">Evidence</th></tr></thead>
<tbody>${[...lines].sort((a, b) => byNeed(a.finding, b.finding)).map(lineRow)}</tbody></table>`
}
`
}

function lineRow({ finding, controls, hosts, evidence }: Line): Markup {
  const { named, more } = fewOf([...hosts])
  const [control = ''] = controls
  const words = waiverWords(finding)
  return html`<tr><td>${chip(finding.status)} ${finding.severity}</td><td><b>${isolated(finding.title)}</b><br>${isolated(finding.reason)}${
    words === undefined ? nothing : html`<br>${words}`
  }<br>${controls.size === 1 ? html`<code>${control}</code>` : `all ${controls.size} controls`}</td><td>${hostNames(named)}${more > 0 ? ` and ${more} more` : ''}</td><td><code>${evidence}</code></td></tr>
`
}

/** None is broken at a hyphen. */
const hostNames = (names: readonly string[]): readonly Markup[] =>
  names.map((name, at, all) => html`<span class="host">${name}${at < all.length - 1 ? ',' : ''}</span> `)

const printedName = (name: string): Markup => html`<span class="host">${name}</span> `

const recordBlock = ({ outcome, name, recordedAt, statement, note, exceptions, links, attachments }: StepRecord): Markup => html`
<p><b>${stepOutcomeWords[outcome]}</b>, ${isolated(name)}, ${recordedAt.slice(0, 10)}.</p>
${statement === null ? nothing : html`<p class="quote">${statement}</p>`}
${note === '' ? nothing : html`<p class="quote">${note}</p>`}
${exceptions.map(({ host, control, owner, resolveBy, reason }) => html`<p>Exception: ${control} on ${host}. ${isolated(owner)}, until ${resolveBy}: ${isolated(reason)}</p>`)}
${links.map((link) => html`<p>${link}</p>`)}
${attachments.map(({ name: file, sha256 }) => html`<p>Attached: ${isolated(file)}, SHA-256 <code>${sha256}</code></p>`)}
`

const frameworkSection = ({ name, rules }: FrameworkView): Markup => html`<h3>${name}</h3>
<table class="rules"><thead><tr><th scope="col">Rule</th><th scope="col">Result</th><th scope="col">Controls</th></tr></thead>
<tbody>${rules.map(
  ({
    rule,
    status,
    controls,
  }) => html`<tr><th scope="row">${rule}</th><td>${chip(status)}</td><td>${controls.map(({ id }) => id).join(', ')}</td></tr>
`,
)}</tbody></table>
`

const counted = (value: number, one: string): string => `${value} ${value === 1 ? one : `${one}s`}`
