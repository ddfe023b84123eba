import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import { areas, checklist } from '#shared/model/checklist.ts'
import type { Evidence, Finding } from '#shared/model/finding.ts'
import { byNeed, score } from '#shared/model/score.ts'
import type { Outcome } from '#shared/status.ts'
import { attestationWords, clockWords, outcomeWords, waiverWords } from '#shared/words.ts'
import { html, isolated, type Markup, nothing } from './markup.ts'
import { reportStyle } from './report-style.ts'
import { utcMoment } from './report-words.ts'

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
${matrices(Array.from(audit.hosts, ({ name, items }) => ({ name, items })))}
`.markup
  for (const host of audit.hosts) yield hostSection(host).markup
  yield `${reviews.markup}</main>\n</body>\n</html>\n`
}

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

function hostSection(host: HostAudit): Markup {
  const sorted = [...host.findings].sort(byNeed)
  const failure = host.failure ? html`<p class="failure"><code>${host.failure.code}</code> ${host.failure.detail}</p>` : nothing
  const clock = clockWords(host.system?.clockSkewSeconds ?? 0)
  const system = host.system
    ? html`<p>${host.system.os}, kernel ${host.system.kernel}, audited as ${host.system.account}.${clock === undefined ? '' : ` Its clock is ${clock}.`}</p>`
    : nothing
  return html`<section id="host-${host.name}">
<h2>${host.name} <small>${host.address}${host.state === 'idle' ? '' : `, looked at on ${utcMoment(host.finishedAt)}`}</small></h2>
${system}${failure}
${sorted.map(findingSection)}
</section>
`
}

function findingSection(finding: Finding): Markup {
  const about = finding.subject === '' ? nothing : html` ${isolated(finding.subject)}`
  const hint = finding.hint === undefined ? nothing : html`<p class="hint">Next: ${finding.hint}</p>`
  const decided = [waiverWords(finding), attestationWords(finding)].flatMap((words) => (words === undefined ? [] : [html`<p>${words}</p>`]))
  return html`<article>
<h3>${chip(finding.status)} ${isolated(finding.title)}</h3>
<p class="meta"><code>${finding.item}</code> <code>${finding.control}</code>${about}, severity ${finding.severity}</p>
<p>${finding.reason}</p>
<p class="why">${finding.rationale}</p>
${decided}${hint}${finding.evidence.map(evidenceBlock)}
</article>
`
}

function evidenceBlock(evidence: Evidence): Markup {
  return html`<figure>
<figcaption><code>${evidence.command}</code> exit ${evidence.exitCode ?? 'none'}, sha256 <code>${evidence.sha256}</code></figcaption>
<pre>${evidence.lines.map(
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

const chip = (status: Outcome): Markup => html`<span class="chip ${status}">${outcomeWords[status].word}</span>`
