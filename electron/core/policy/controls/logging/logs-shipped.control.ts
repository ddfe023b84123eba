import { defineControl, type Verdict } from '../../control.ts'

const shippers =
  /^(?:systemd-journal-upload|vector|fluent-bit|fluentd|td-agent|td-agent-bit|promtail|alloy|filebeat|elastic-agent|splunk|SplunkForwarder|wazuh-agent|otelcol|otelcol-contrib|google-cloud-ops-agent|amazon-cloudwatch-agent|datadog-agent)\.service$/
const images = /(?:^|\/)(?:vector|fluent-bit|fluentd|promtail|alloy|filebeat|elastic-agent|otel|opentelemetry)[^/]*$/

export default defineControl({
  id: 'logs-shipped',
  item: 'MON-2',
  severity: 'medium',
  title: 'Logs are sent to another machine as they are written',
  rationale:
    'Root of the host can rewrite every log on it. Only a copy elsewhere proves what happened, and only there several hosts are seen together.',
  needs: ['os'],
  uses: ['containers', 'processes'],
  references: ['NIST-800-53:AU-9(2)', 'NIST-800-53:AU-6(3)', 'CIS-8:8.9', 'ISO-27001:A.8.15'],
  evaluate: ({ os, containers, processes }): readonly Verdict[] => {
    const base = { subject: '' }
    const away = os.forwarding.find(({ value }) => leavesHost(value))
    const rsyslog = os.services?.find(({ id }) => id === 'rsyslog.service')
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
    const unit = os.services?.find(({ id, activeState }) => shippers.test(id) && activeState === 'active')
    if (unit)
      return [
        {
          ...base,
          status: 'pass',
          title: 'An agent ships logs',
          reason: `${unit.id} is active.`,
          cite: [{ section: 'os', line: unit.line, token: unit.id }],
        },
      ]
    const container = containers.known ? containers.value.containers.find(({ image, running }) => running && images.test(image)) : undefined
    if (container)
      return [
        {
          ...base,
          status: 'pass',
          title: 'A container ships logs',
          reason: `Container ${container.name} (${container.image}) runs.`,
          cite: [{ section: 'containers', line: container.line, token: container.image }],
        },
      ]
    const process = processes.known ? processes.value.find(({ name }) => shippers.test(`${name}.service`)) : undefined
    if (process)
      return [
        {
          ...base,
          status: 'pass',
          title: 'An agent ships logs',
          reason: `Process ${process.name} runs.`,
          cite: [{ section: 'processes', line: process.line, token: process.name }],
        },
      ]
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

/** Targets of `@host`, `@@(o)[host]:port` and `target="host"`; other outputs name theirs otherwise, and are taken to leave. */
function leavesHost(rule: string): boolean {
  const target = /@@?(?:\([^)]*\))?(?:\[([^\]]+)\]|([^\s:;]+))|\btarget\s*=\s*"([^"]*)"/i.exec(rule)?.slice(1).join('')
  return !/^(?:127\.|localhost$|::1$)/i.test(target ?? '')
}
