import { expect, test } from 'vitest'
import type { ModelFormat } from '#shared/model/model-format.ts'
import { type ScanFinding, type ScanReport, scanReportSchema } from '#shared/model/scan-report.ts'
import { outcomeOf } from './outcome.ts'

const finding = (severity: ScanFinding['severity']): ScanFinding => ({
  code: 'a.b',
  severity,
  title: 't',
  detail: '',
  member: '',
  offset: 0,
})
const format: ModelFormat = 'pickle'
const gap = { member: '', offset: null, reason: 'encrypted' }

test.each([
  ['nothing found, everything read', [], [], 'cleared'],
  ['something odd', [finding('suspicious')], [], 'suspicious'],
  ['a part was not read', [], [gap], 'not-cleared'],
  ['something odd, and a part was not read', [finding('suspicious')], [gap], 'not-cleared'],
  ['dangerous outweighs all', [finding('suspicious'), finding('dangerous')], [gap], 'dangerous'],
] as const)('%s', (_name, findings, gaps, outcome) => {
  expect(outcomeOf(findings, gaps)).toBe(outcome)
  const report: ScanReport = {
    path: 'a.pt',
    sizeBytes: 1,
    format,
    outcome: outcomeOf(findings, gaps),
    findings: [...findings],
    gaps: [...gaps],
    facts: [],
    bytesRead: 1,
  }
  expect(scanReportSchema.parse(report)).toEqual(report)
})
