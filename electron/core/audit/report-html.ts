import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import { areas, checklist } from '#shared/model/checklist.ts'
import type { Evidence, Finding } from '#shared/model/finding.ts'
import { byNeed, score } from '#shared/model/score.ts'
import { openOutcomes } from '#shared/status.ts'
import { attestationWords, clockWords, waiverWords } from '#shared/words.ts'
import { html, isolated, type Markup, nothing } from './markup.ts'
import { reportStyle } from './report-style.ts'
import { countWords, type HostSummary, hostSummary, hostTable, urgentTable } from './report-summary.ts'
import { chip, utcMoment } from './report-words.ts'

/** One self-contained page: no script, nothing loaded, readable when printed. `reviews`: the access review with its heading, `#access-review`. */
export function* htmlReport(audit: AuditResults, reviews: Markup = nothing): Generator<string> {
  const stopped = audit.outcome === 'cancelled' ? html` <strong>Stopped before it was complete.</strong>` : nothing
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Gatehouse audit of ${audit.fleet}</title>
<style>${{ markup: reportStyle }}</style>
</head>
<body>
<header>
<h1>Gatehouse audit of ${audit.fleet}</h1>
<p>${utcMoment(audit.startedAt)} to ${utcMoment(audit.finishedAt)}, Gatehouse ${audit.gatehouse}.${stopped}${reviews === nothing ? nothing : html` <a href="#access-review">Access review</a>`}</p>
</header>
<main>
${summary(Array.from(audit.hosts, (host) => ({ ...hostSummary(host), items: host.items })))}
`.markup
  const explained = new Set<string>()
  for (const host of audit.hosts) yield hostSection(host, explained).markup
  yield `${reviews.markup}</main>\n</body>\n</html>\n`
}

/** First of all what cannot wait, then how each host stands: what comes after is looked up. */
const summary = (hosts: readonly (HostSummary & MatrixHost)[]): Markup => html`<h2>What cannot wait</h2>
${urgentTable(hosts, hostLink)}
<h2>Hosts</h2>
<div class="scroll">${hostTable(hosts, hostLink)}</div>
<h2 class="sheet">Results by item</h2>
${matrices(hosts)}`

const hostLink = (name: string): Markup => html`<a href="#host-${name}">${name}</a> `

/** Hosts side by side: what a sheet of paper holds. What lies beyond its edge is not printed. */
const HOSTS_ACROSS = 8

type MatrixHost = Pick<HostAudit, 'name' | 'items'>

const matrices = (hosts: readonly MatrixHost[]): Markup[] =>
  Array.from({ length: Math.max(1, Math.ceil(hosts.length / HOSTS_ACROSS)) }, (_, index) =>
    matrix(hosts.slice(index * HOSTS_ACROSS, (index + 1) * HOSTS_ACROSS)),
  )

function matrix(hosts: readonly MatrixHost[]): Markup {
  return html`<div class="scroll"><table class="matrix">
<thead><tr><th scope="col">Item</th><th scope="col">Check</th>${hosts.map((host) => {
    const { passed, applicable } = score(host.items)
    return html`<th scope="col"><a href="#host-${host.name}">${host.name}</a> <small>${passed}/${applicable}</small></th>`
  })}</tr></thead>
${areas.map(
  (area) => html`<tbody>
<tr class="area"><th colspan="${hosts.length + 2}" scope="rowgroup">${area}</th></tr>
${checklist
  .filter((item) => item.area === area)
  .map(
    (item) => html`<tr><th scope="row"><code>${item.id}</code></th><td>${item.title}</td>${hosts.map(
      (host) => html`<td>${chip(host.items.find(({ id }) => id === item.id)?.status ?? 'not-evaluated')}</td>`,
    )}</tr>
`,
  )}</tbody>`,
)}</table></div>`
}

/** What is open in full; what passes or does not apply as one line that opens; each command once. `explained`: why a control matters is printed on paper once. */
function hostSection(host: HostAudit, explained: Set<string>): Markup {
  const sorted = [...host.findings].sort(byNeed)
  const open = sorted.filter(isOpen)
  const quiet = sorted.filter((finding) => !isOpen(finding))
  const failure = host.failure ? html`<p class="failure"><code>${host.failure.code}</code> ${host.failure.detail}</p>` : nothing
  const clock = clockWords(host.system?.clockSkewSeconds ?? 0)
  const system = host.system
    ? html`<p>${host.system.os}, kernel ${host.system.kernel}, audited as ${host.system.account}.${clock === undefined ? '' : ` Its clock is ${clock}.`}</p>`
    : nothing
  return html`<section id="host-${host.name}">
<h2>${host.name} <small>${host.address}${host.state === 'idle' ? '' : `, looked at on ${utcMoment(host.finishedAt)}`}</small></h2>
${system}${failure}
<p>${open.length === 0 ? 'Nothing is open.' : `Open: ${countWords(open)}.`}${quiet.length === 0 ? '' : ` Closed: ${countWords(quiet)}.`}</p>
${open.map((finding) => {
  const again = explained.has(finding.rationale)
  explained.add(finding.rationale)
  return findingSection(finding, host.name, again)
})}
${quiet.length === 0 ? nothing : html`<h3>What passes or does not apply</h3>\n<div class="quiet">${quiet.map((finding) => quietFinding(finding, host.name))}</div>`}
${commandList(host)}</section>
`
}

const isOpen = ({ status }: Finding): boolean => status === 'waived' || openOutcomes.includes(status)

function findingSection(finding: Finding, host: string, again: boolean): Markup {
  return html`<article>
<h3>${chip(finding.status)} ${isolated(finding.title)}</h3>
${particulars(finding)}
${proof(finding, host, again)}</article>
`
}

/** On paper one line: opened on a screen it has its whole proof. */
const quietFinding = (finding: Finding, host: string): Markup => html`<details>
<summary>${chip(finding.status)} ${isolated(finding.title)} <small><code>${finding.control}</code>${subjectOf(finding)}${
  finding.evidence.length === 0 ? nothing : html`, proof: ${finding.evidence.map(({ section }) => section).join(', ')}`
}</small></summary>
${particulars(finding)}
${proof(finding, host, false)}</details>
`

const subjectOf = ({ subject }: Finding): Markup => (subject === '' ? nothing : html` ${isolated(subject)}`)

const particulars = (finding: Finding): Markup =>
  html`<p class="meta"><code>${finding.item}</code> <code>${finding.control}</code>${subjectOf(finding)}, severity ${finding.severity}</p>`

function proof(finding: Finding, host: string, again: boolean): Markup {
  const hint = finding.hint === undefined ? nothing : html`<p class="hint">Next: ${finding.hint}</p>`
  const decided = [waiverWords(finding), attestationWords(finding)].flatMap((words) => (words === undefined ? [] : [html`<p>${words}</p>`]))
  return html`<p>${finding.reason}</p>
<p class="${again ? 'why again' : 'why'}">${finding.rationale}</p>
${decided}${hint}${finding.evidence.map((evidence) => evidenceBlock(evidence, host))}
`
}

/** Some commands are as long as a paragraph: the list of the host has them whole. */
const SHOWN_COMMAND = 90

function evidenceBlock({ section, command, exitCode, lines }: Evidence, host: string): Markup {
  return html`<figure>
<figcaption><a href="#${commandId(host, section)}">${section}</a> <code>${command.length > SHOWN_COMMAND ? `${command.slice(0, SHOWN_COMMAND)}…` : command}</code> exit ${exitCode ?? 'none'}</figcaption>
<pre>${lines.map(
    (line) => html`<span class="${line.note === undefined ? 'line' : 'line marked'}"><i>${line.number}</i>${line.text}
${
  line.note === undefined
    ? nothing
    : html`<b>${line.note}</b>
`
}</span>`,
  )}</pre>
</figure>
`
}

const commandId = (host: string, section: string): string => `host-${host}-${section}`

/** The commands whose lines are shown, each once, with the digest of all that it printed. */
function commandList({ name, findings }: HostAudit): Markup {
  const commands = new Map(findings.flatMap(({ evidence }) => evidence.map((one) => [one.section, one] as const)))
  if (commands.size === 0) return nothing
  return html`<h3>Commands</h3>
<table class="commands"><thead><tr><th scope="col">Name</th><th scope="col">What ran, and SHA-256 of what it printed</th><th scope="col">Exit</th></tr></thead>
<tbody>${[...commands.values()].map(
    ({ section, command, exitCode, sha256 }) =>
      html`<tr id="${commandId(name, section)}"><th scope="row">${section}</th><td><code>${command}</code><br><code class="digest">${sha256}</code></td><td>${exitCode ?? 'none'}</td></tr>
`,
  )}</tbody></table>
`
}
