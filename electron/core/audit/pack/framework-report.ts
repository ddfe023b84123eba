import { html } from '../markup.ts'
import { reportStyle } from '../report-style.ts'
import { chip, fewOf } from '../report-words.ts'
import { csvHead, csvLine } from './csv.ts'
import type { FrameworkView } from './frameworks.ts'

/** The framework views as one self-contained page. */
export function* frameworkHtml(fleet: string, views: readonly FrameworkView[]): Generator<string> {
  yield html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Gatehouse results of ${fleet} by framework</title>
<style>${{ markup: reportStyle }}</style>
</head>
<body>
<h1>Results of ${fleet} by framework</h1>
<p>A rule is as loud as the loudest of its controls on any host. It shows what was looked at for that rule, not all that the rule asks for.</p>
<nav><ul>${views.map(({ name }) => html`<li><a href="#${anchor(name)}">${name}</a></li>`)}</ul></nav>
`.markup
  for (const view of views) yield section(view).markup
  yield '</body>\n</html>\n'
}

const anchor = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

const section = ({ name, rules }: FrameworkView) => html`<section id="${anchor(name)}">
<h2>${name}</h2>
<table class="rules">
<thead><tr><th scope="col">Rule</th><th scope="col">Result</th><th scope="col">Controls of Gatehouse</th><th scope="col">Open on</th></tr></thead>
${rules.map(
  ({ rule, status, controls }) => html`<tbody><tr><th scope="row"><code>${rule}</code></th><td>${chip(status)}</td><td></td><td></td></tr>
${controls.map(
  (
    control,
  ) => html`<tr><td></td><td>${chip(control.status)}</td><td>${control.title} <code>${control.id}</code></td><td>${few(control.open)}</td></tr>
`,
)}</tbody>`,
)}</table>
</section>
`

/** `frameworks.csv` has them all. */
const few = (hosts: readonly string[]): string => {
  const { named, more } = fewOf(hosts)
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** The same for a spreadsheet: one row for each rule and control. */
export function* frameworkCsv(views: readonly FrameworkView[]): Generator<string> {
  yield csvHead(['framework', 'rule', 'rule status', 'control', 'title', 'control status', 'open on'])
  for (const { name, rules } of views)
    for (const { rule, status, controls } of rules)
      for (const control of controls) yield csvLine([name, rule, status, control.id, control.title, control.status, control.open.join(' ')])
}
