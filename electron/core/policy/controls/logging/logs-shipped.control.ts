import type { Citation } from '../../../facts/citation.ts'
import type { Containers } from '../../../facts/containers/containers.ts'
import type { FactResult } from '../../../facts/fact.ts'
import { namesOf, type Os } from '../../../facts/os/os.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { sendsAway } from './rsyslog-away.ts'

/** Their work is to send logs. */
const shippers =
  /^(?:systemd-journal-upload|vector|fluent-bit|fluentd|td-agent|td-agent-bit|promtail|filebeat|elastic-agent|splunk|SplunkForwarder|wazuh-agent|google-cloud-ops-agent)$/
/** Send logs where their own configuration, which is not read, says so; many of them send figures and traces only. */
const collectors =
  /^(?:alloy|otelcol|otelcol-contrib|opentelemetry-collector|opentelemetry-collector-contrib|opentelemetry-collector-k8s|amazon-cloudwatch-agent|cloudwatch-agent|datadog-agent)$/

export default defineControl({
  id: 'logs-shipped',
  item: 'MON-2',
  severity: 'medium',
  title: 'Logs are sent to another machine as they are written',
  rationale:
    'Root of the host can rewrite every log on it. Only a copy elsewhere proves what happened, and only there several hosts are seen together.',
  steps: 'Let rsyslog, Vector or another agent send logins and access logs to a machine that others administer.',
  needs: ['os'],
  uses: ['containers', 'processes'],
  references: ['NIST-800-53:AU-9(2)', 'NIST-800-53:AU-6(3)', 'CIS-8:8.9', 'ISO-27001:A.8.15'],
  evaluate: ({ os, containers, processes }): readonly Verdict[] => {
    const base = { subject: '' }
    const away = sendsAway(os.forwarding)
    const rsyslog = os.services?.find((service) => namesOf(service).includes('rsyslog.service'))
    if (away && rsyslog?.activeState === 'active')
      return [
        {
          ...base,
          status: 'pass',
          title: 'rsyslog sends logs away',
          reason: `rsyslog has "${away.value.slice(0, 120)}".`,
          cite: [{ section: 'os', line: away.line }],
        },
      ]
    const programs = programsOf(os, containers, processes)
    const shipper = programs.find(({ name }) => shippers.test(name))
    if (shipper) return [{ ...base, status: 'pass', title: 'An agent ships logs', reason: `${shipper.words} runs.`, cite: [shipper.cite] }]
    // Its rules say that logs are to leave, and the one program that would send them does not run.
    if (away && rsyslog && containers.known)
      return [
        {
          ...base,
          status: 'fail',
          title: 'rsyslog would send logs, and does not run',
          reason: `rsyslog has "${away.value.slice(0, 120)}", but its unit is ${rsyslog.activeState}. Expected it active.`,
          hint: 'systemctl enable --now rsyslog',
          cite: [
            { section: 'os', line: rsyslog.line, token: rsyslog.activeState, note: 'Expected active.' },
            { section: 'os', line: away.line },
          ],
        },
      ]
    const collector = programs.find(({ name }) => collectors.test(name))
    if (collector) {
      const reason = `${collector.words} runs. Whether it sends logs, or figures only, stands in its configuration, which Gatehouse does not read: a person has to confirm.`
      return [{ ...base, status: 'needs-attestation', title: 'An agent runs that may ship logs', reason, cite: [collector.cite] }]
    }
    return [
      {
        ...base,
        status: 'needs-attestation',
        title: 'No agent that ships logs was recognised',
        reason:
          'Neither rsyslog forwarding nor a known agent was seen. Another way, such as a collector that fetches, a person has to confirm.',
        cite: [{ section: 'os', line: 0 }],
      },
    ]
  },
})

interface Program {
  /** Without `.service`, registry, path and tag. */
  readonly name: string
  readonly words: string
  readonly cite: Citation
}

function programsOf(os: Os, containers: FactResult<Containers>, processes: FactResult<readonly Process[]>): readonly Program[] {
  const active = (os.services ?? []).filter(({ activeState }) => activeState === 'active')
  return [
    ...active.flatMap((service) =>
      namesOf(service).map((name) => ({
        name: name.replace(/\.service$/, ''),
        words: service.id,
        cite: { section: 'os', line: service.line, token: service.id },
      })),
    ),
    ...(containers.known ? containers.value.containers.filter(({ running }) => running) : []).map(({ name, image, line }) => ({
      name: image.replace(/@.*$/, '').replace(/^.*\//, '').replace(/:.*$/, ''),
      words: `Container ${name} (${image})`,
      cite: { section: 'containers', line, token: image },
    })),
    ...(processes.known ? processes.value : []).map(({ name, line }) => ({
      name,
      words: `Process ${name}`,
      cite: { section: 'processes', line, token: name },
    })),
  ]
}
