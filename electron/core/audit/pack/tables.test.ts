import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Evidence, Finding } from '#shared/model/finding.ts'
import { outcomes } from '#shared/status.ts'
import { sha256Of } from '../../ledger/record.ts'
import { csvLine } from './csv.ts'
import { findingsCsv } from './findings-csv.ts'
import { frameworkCsv, frameworkHtml } from './framework-report.ts'
import { frameworkViews } from './frameworks.ts'
import { packControl, packFinding, packSources } from './pack-contents.testing.ts'
import { sarifReport } from './sarif.ts'
import { sarifModel } from './sarif-model.testing.ts'

describe('cells of a spreadsheet', () => {
  test.each([
    ['=1+1', `"'=1+1"`],
    ['  @SUM(A1)', `"'  @SUM(A1)"`],
    ['\t-2', `"'\t-2"`],
    ['\uff1dcmd', `"'\uff1dcmd"`],
    ['a "b", c', '"a ""b"", c"'],
    ['10.0.0.1', '"10.0.0.1"'],
  ])('%s', (text, cell) => expect(csvLine([text])).toBe(`${cell}\r\n`))

  test('any text is one cell again, and no formula', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const cell = csvLine([text]).slice(1, -3)
        expect(cell.replaceAll('""', '')).not.toContain('"')
        expect(cell).not.toMatch(/^\s*[=+\-@]/)
        expect([text, `'${text}`]).toContain(cell.replaceAll('""', '"'))
      }),
    )
  })

  test('a finding points at its line', () => {
    const [, row] = [...findingsCsv(packSources([packFinding('fail')]).audit)]
    expect(row).toMatch(/"evidence\/gpu-01\/listeners.txt","3","[-0-9T:.]+Z"\r\n$/)
  })
})

const findingsCsvOf = (finding?: Finding) => [...findingsCsv(packSources(finding ? [finding] : []).audit)][1]

describe('SARIF', () => {
  const waiver = { id: 'w', state: 'active', status: 'fail', reason: 'Later', approver: 'M', grantedAt: '', endsOn: '2026-12-31' } as const
  const results = () => {
    const findings = outcomes.map((status) => packFinding(status, status === 'waived' ? { waiver } : {}))
    const [run] = JSON.parse([...sarifReport(packSources(findings).audit, [packControl])].join('')).runs
    return run.results as Record<string, unknown>[]
  }

  test('a level only where something failed (SARIF 2.1.0, 3.27.10); what passed is left out', () => {
    expect(results().map(({ kind, level, suppressions }) => [kind, level, suppressions !== undefined])).toEqual([
      ['fail', 'error', false],
      ['fail', 'warning', false],
      ['open', 'none', false],
      ['review', 'none', false],
      ['fail', 'error', true],
    ])
  })

  test('it cites the line that decides, in the file of the pack', () => {
    expect(results()[0]).toMatchObject({
      ruleId: packControl.id,
      ruleIndex: 0,
      locations: [{ physicalLocation: { artifactLocation: { uri: 'evidence/gpu-01/listeners.txt' }, region: { startLine: 3 } } }],
    })
  })

  test('what it cites is a line of the file or no part of it, never a text that the file has not (3.30.13)', () => {
    const [proof] = packFinding('fail').evidence
    const silent = { ...proof, sha256: sha256Of(''), lines: [{ number: 1, text: 'sudo: {a} password' }] } as Evidence
    const findings = [packFinding('fail'), packFinding('fail', { evidence: [silent] })]
    const [run] = JSON.parse([...sarifReport(packSources(findings).audit, [packControl])].join('')).runs
    expect(run.results.map(({ locations }: { locations: { physicalLocation: object }[] }) => locations[0]?.physicalLocation)).toEqual([
      {
        artifactLocation: { uri: 'evidence/gpu-01/listeners.txt', uriBaseId: 'PACK' },
        region: { startLine: 3, message: { text: 'LISTEN *:11434' } },
      },
      { artifactLocation: { uri: 'evidence/gpu-01/listeners.txt', uriBaseId: 'PACK' } },
    ])
    expect(run.results[1].locations[0].message.text).toBe('sudo: {{a}} password')
    expect(findingsCsvOf(findings[1])).toMatch(/"evidence\/gpu-01\/listeners.txt","",/)
  })

  test('text of a host is neither a placeholder nor a link (SARIF 2.1.0, 3.11.5 and 3.11.6)', () => {
    const hostile = packFinding('fail', { title: 'T', reason: '{KEY} [see](https://evil.example) [::]:80' })
    const [run] = JSON.parse([...sarifReport(packSources([hostile]).audit, [packControl])].join('')).runs
    expect(run.results[0].message.text).toBe('T. {{KEY}} [see\\](https://evil.example) [::]:80')
  })

  test('it is of its model, whatever a host says', () => {
    const report = (findings: readonly Finding[], controls = [packControl]) =>
      sarifModel.parse(JSON.parse([...sarifReport(packSources([...findings]).audit, controls)].join('')))
    report(outcomes.map((status) => packFinding(status, status === 'waived' ? { waiver } : {})))
    report([packFinding('fail', { evidence: [] })])
    const [proof] = packFinding('fail').evidence
    report([packFinding('fail', { evidence: [{ ...proof, lines: [{ number: 1, text: '' }] } as Evidence] })])
    const unseen = [...packSources([packFinding('not-evaluated')]).audit.hosts].map((host) => ({ ...host, state: 'idle' as const }))
    sarifModel.parse(JSON.parse([...sarifReport({ ...packSources([]).audit, hosts: unseen }, [packControl])].join('')))
    // A control that is gone has findings in audits that were.
    report([packFinding('fail')], [])
    const text = fc.string({ unit: 'binary', minLength: 1 }).map((word) => `x${word}`)
    fc.assert(fc.property(text, text, text, (title, subject, reason) => void report([packFinding('fail', { title, subject, reason })])))
  })

  test('no finding, no result', () => {
    expect(JSON.parse([...sarifReport(packSources([]).audit, [])].join('')).runs[0].results).toEqual([])
  })
})

test('a rule of a framework is as loud as the loudest of its controls, and never passes unseen', () => {
  const other = { ...packControl, id: 'other', references: ['CIS-8:4.4', 'https://nginx.org/x'] }
  const views = frameworkViews([packControl, other], packSources([packFinding('pass')]).audit.hosts)
  expect(views.map(({ name, rules }) => [name, rules.map(({ rule, status }) => `${rule} ${status}`)])).toEqual([
    ['CIS Controls v8', ['4.4 not-evaluated']],
    ['NIST SP 800-53 Rev. 5', ['SC-7(5) pass']],
    ['OWASP Top 10 for LLM Applications 2025', ['LLM10 pass']],
  ])
  expect(views[0]?.rules[0]?.controls.map(({ status }) => status)).toEqual(['pass', 'not-evaluated'])
})

test('of many hosts a rule of the page names few and counts the rest, the table has all', () => {
  const open = Array.from({ length: 20 }, (_, index) => `gpu-${index + 1}`)
  const views = [
    { name: 'CIS', rules: [{ rule: '4.4', status: 'fail' as const, controls: [{ id: 'c', title: 'C', status: 'fail' as const, open }] }] },
  ]
  const page = [...frameworkHtml('dc1', views)].join('')
  expect([page.includes('gpu-8 and 12 more'), page.includes('gpu-9')]).toEqual([true, false])
  expect([...frameworkCsv(views)].join('')).toContain(open.join(' '))
})
