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
  for (const name of many) expect(text.match(new RegExp(`href="#host-${name}"`, 'g'))).toHaveLength(1)
})

test('of a finding about the host as a whole nothing stands before its severity', () => {
  const whole = { ...host('gpu-01'), findings: [{ ...finding, subject: '' }] }
  const text = [...renderReport(audit([whole]), 'html')].join('')
  expect(text).toContain('<code>inference-bound-to-loopback</code>, severity critical')
  expect([...renderReport(audit([host('gpu-01')]), 'html')].join('')).toContain(
    '<code>inference-bound-to-loopback</code> <bdi>unit of gpu-01</bdi>, severity critical',
  )
})
