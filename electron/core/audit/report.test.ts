import { expect, test } from 'vitest'
import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import { auditReportSchema, hostReport } from '#shared/model/report.ts'
import { renderReport, reportFormats } from './report.ts'

const at = '2026-11-01T00:00:00.000Z'
const finding: Finding = {
  control: 'inference-bound-to-loopback',
  item: 'INF-1',
  status: 'fail',
  severity: 'critical',
  title: 'Inference port is open to the network',
  subject: 'ollama.service',
  reason: 'A "quote", a\nline and <b>markup</b>',
  rationale: 'Anyone can use it.',
  evidence: [],
  references: ['NIST-800-53:SC-7'],
}
const host = (name: string): HostAudit => ({
  name,
  address: '10.0.0.1',
  state: 'connected',
  startedAt: at,
  finishedAt: at,
  items: [{ id: 'INF-1', status: 'fail' }],
  findings: [{ ...finding, subject: `unit of ${name}` }],
  sections: [],
  listeners: [],
  services: [],
  gpus: [],
})
const names = ['gpu-01', 'gpu-02', 'gpu-03']
const head = { fleet: 'dc1', startedAt: at, finishedAt: at, gatehouse: '0', outcome: 'complete' } as const
const audit = (hosts: Iterable<HostAudit>): AuditResults => ({ id: 'a1', ...head, hosts })

test.each([[[]], [['gpu-01']], [names]])('JSON in pieces is the JSON of the whole: %j', (chosen) => {
  const hosts = chosen.map(host)
  const text = [...renderReport(audit(hosts), 'json')].join('')
  expect(text).toBe(`${JSON.stringify({ ...head, hosts: hosts.map(hostReport) }, null, 2)}\n`)
  expect(auditReportSchema.safeParse(JSON.parse(text)).success).toBe(true)
})

test.each(reportFormats)('%s writes each host before it reads the next', (format) => {
  let read: string[] = []
  const hosts = {
    *[Symbol.iterator]() {
      read = []
      for (const name of names) {
        read.push(name)
        yield host(name)
      }
    },
  }
  const written: string[] = []
  for (const piece of renderReport(audit(hosts), format)) {
    const mentioned = names.filter((name) => piece.includes(`unit of ${name}`))
    if (mentioned.length > 0) expect(read).toEqual([...written, ...mentioned])
    written.push(...mentioned)
  }
  expect(written).toEqual(names)
})

test('a page holds eight hosts side by side, and every host has its column', () => {
  const many = Array.from({ length: 9 }, (_, index) => `gpu-${index + 1}`)
  const text = [...renderReport(audit(many.map(host)), 'html')].join('')
  const columns = [...text.matchAll(/<table class="matrix">.*?<\/thead>/gs)].map(([head]) => head.match(/href="#host-/g)?.length)
  expect(columns).toEqual([8, 1])
  const matrices = text.slice(text.indexOf('Results by item'))
  for (const name of many) expect(matrices.match(new RegExp(`href="#host-${name}"`, 'g'))).toHaveLength(1)
})

test('of a finding about the host as a whole nothing stands before its severity', () => {
  const whole = { ...host('gpu-01'), findings: [{ ...finding, subject: '' }] }
  const text = [...renderReport(audit([whole]), 'html')].join('')
  expect(text).toContain('<code>inference-bound-to-loopback</code>, severity critical')
  expect([...renderReport(audit([host('gpu-01')]), 'html')].join('')).toContain(
    '<code>inference-bound-to-loopback</code> <bdi>unit of gpu-01</bdi>, severity critical',
  )
})

test('a page begins with what cannot wait; what passes is a line that opens; a long command stands whole once', () => {
  const command = `sudo cat ${'/etc/nginx/nginx.conf '.repeat(20)}`
  const evidence = [
    { section: 'nginx', command, exitCode: 0, sha256: 'a'.repeat(64), durationMs: 1, lines: [{ number: 1, text: 'server {' }] },
  ]
  const passing = { ...finding, status: 'pass' as const, title: 'Every route needs a login', evidence }
  const hosts = ['gpu-01', 'gpu-02'].map((name) => ({ ...host(name), findings: [{ ...finding, evidence }, passing] }))
  const text = [...renderReport(audit(hosts), 'html')].join('')
  const summary = text.slice(0, text.indexOf('<section'))
  expect(summary).toMatch(/What cannot wait.*<td>critical<\/td>.*Inference port is open.*href="#host-gpu-01".*href="#host-gpu-02"/s)
  expect(summary).toMatch(/<tfoot>.*All.*<td>2<\/td>.*<td>2<\/td>/s)
  expect(text.match(/<article>/g)).toHaveLength(2)
  expect(text.match(/<details>\n<summary>.*Every route needs a login.*proof: nginx.*<\/summary>/g)).toHaveLength(2)
  expect(text.split(command)).toHaveLength(3)
  expect(text.match(/<a href="#host-gpu-01-nginx">/g)).toHaveLength(2)
  // Why it matters is the same on every host: paper has it once.
  expect(text.match(/<article>.*?<\/article>/gs)?.map((one) => one.includes('class="why again"'))).toEqual([false, true])
})
