import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLedger } from '#core/ledger/ledger.ts'
import { createAuditRepo } from '#core/store/audit.repo.ts'
import { openDatabase } from '#core/store/database.ts'
import { itemResults } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import { comparisonSchema, trendSchema } from '#shared/model/history.ts'
import { auditReportSchema } from '#shared/model/report.ts'
import { dayFrom } from '#shared/model/validity.ts'
import type { Outcome } from '#shared/status.ts'
import { runAudit } from './audit.command.ts'
import { runCompare } from './compare.command.ts'
import { runReport } from './report.command.ts'
import { runVerify } from './verify.command.ts'
import { runWalkthrough } from './walkthrough.command.ts'

/** What an auditor is answered with on a terminal: compare, report, verify, walkthrough, over one data folder. */

let folder: string
let stdout: string
const at = (name: string) => join(folder, name)

const findings = (status: Outcome): Finding[] => [
  {
    ...{ control: 'inference-bound-to-loopback', item: 'INF-1', status, severity: 'critical', subject: 'ollama.service' },
    ...{ title: `Port is ${status}`, reason: '', rationale: '', evidence: [], references: [], digest: 'd1' },
  },
  {
    ...{ control: 'incident-playbook-rehearsed', item: 'OPS-2', status: 'needs-attestation', severity: 'medium', subject: '' },
    ...{ title: 'Nobody has stated it', reason: '', rationale: '', evidence: [], references: [], digest: 'd2' },
  },
]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-auditor-'))
  writeFileSync(
    at('fleet.yaml'),
    'version: 1\nname: dc1\nidentities: { audit: { user: a } }\nhosts:\n  - { name: gpu-01, address: 10.0.0.1 }\n',
  )
  const { database } = openDatabase(at('data'), Date.now())
  const repo = createAuditRepo(database)
  for (const [id, day, status] of [
    ['aaaa-1', '2026-11-01', 'pass'],
    ['bbbb-2', '2026-11-08', 'fail'],
  ] as const) {
    const moment = `${day}T10:00:00.000Z`
    const host = { name: 'gpu-01', address: '10.0.0.1', state: 'connected' as const, startedAt: moment, finishedAt: moment }
    const all = findings(status)
    repo.begin({ id, fleet: 'dc1', startedAt: moment, gatehouse: '0' })
    repo.saveHost(id, 'dc1', { ...host, items: itemResults(all), findings: all, sections: [], listeners: [], services: [], gpus: [] }, [])
    repo.finish(id, moment, 'complete')
  }
  database.close()
  stdout = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const store = () => ['--fleet', at('fleet.yaml'), '--data', at('data')]

test('audits are listed, and two of them compared: 1 where something got worse', async () => {
  expect(await runCompare(store())).toBe(0)
  expect(stdout).toMatch(/^bbbb-2 {2}2026-11-08 10:00 {2}score 0\/18 {2}open criticals 1 {2}1 of 1 hosts\naaaa-1/)
  stdout = ''
  expect(await runCompare([...store(), 'previous', 'latest'])).toBe(1)
  expect(stdout).toContain('Got worse: 1\n  gpu-01  INF-1 critical  Port is fail (ollama.service): Pass to Fail, since 2026-11-08')
  expect(await runCompare([...store(), '2026-11-08', 'bbbb'])).toBe(0)
  stdout = ''
  expect(await runCompare([...store(), 'bbbb', 'aaaa'])).toBe(0)
  expect(stdout).toContain('The second moment is the earlier one.')
  // One moment is held against the newest audit.
  expect(await runCompare([...store(), 'previous'])).toBe(1)
  await expect(runCompare([...store(), 'previous', 'latest', 'aaaa'])).rejects.toThrow(/two moments/)
})

test('a database of a newer Gatehouse is not answered from, and that is said', async () => {
  const { database } = openDatabase(at('data'), Date.now())
  const { user_version: version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
  database.exec(`PRAGMA user_version = ${version + 1}`)
  database.close()
  await runCompare(store())
  expect(vi.mocked(process.stderr.write).mock.calls.map(String).join('')).toContain('The database was written by a newer Gatehouse')
  expect(stdout).not.toContain('bbbb-2')
})

/** Two more audits: a host that is new and open, and the old one, which was not reached. */
function oneMore(): void {
  const { database } = openDatabase(at('data'), Date.now())
  const repo = createAuditRepo(database)
  const moment = '2026-11-09T10:00:00.000Z'
  repo.begin({ id: 'cccc-3', fleet: 'dc1', startedAt: moment, gatehouse: '0' })
  const common = { address: '10.0.0.1', startedAt: moment, finishedAt: moment, sections: [], listeners: [], services: [], gpus: [] }
  const dark = findings('not-evaluated').map((finding) => ({ ...finding, subject: '', title: 'The host was not reached' }))
  const failure = { code: 'ssh.refused', detail: 'Connection \u202erefused' } as const
  repo.saveHost('cccc-3', 'dc1', { ...common, name: 'gpu-01', state: 'unreachable', failure, items: itemResults(dark), findings: dark }, [])
  const fresh = findings('fail')
  repo.saveHost('cccc-3', 'dc1', { ...common, name: 'gpu-02', state: 'connected', items: itemResults(fresh), findings: fresh }, [])
  repo.finish('cccc-3', moment, 'complete')
  // And back, as it was.
  const later = '2026-11-10T10:00:00.000Z'
  const back = findings('fail')
  repo.begin({ id: 'dddd-4', fleet: 'dc1', startedAt: later, gatehouse: '0' })
  repo.saveHost('dddd-4', 'dc1', { ...common, name: 'gpu-01', state: 'connected', items: itemResults(back), findings: back }, [])
  repo.finish('dddd-4', later, 'complete')
  database.close()
}

test('a host that is not reached did not get better, and one that is new is not overlooked', async () => {
  oneMore()
  expect(await runCompare([...store(), 'bbbb', 'cccc'])).toBe(1)
  expect(stdout).toContain('\ngpu-01 is not reached: Connection \u00b7refused\n')
  expect(stdout).toContain(
    'Not measured any more: 1\n  gpu-01  INF-1 critical  Port is fail (ollama.service): Fail to Not evaluated (The host was not reached)\n',
  )
  expect(stdout).toContain('Only after: gpu-02 (1 open, 1 critical)')
  expect(stdout).not.toContain('Gone')
  stdout = ''
  await runCompare([...store(), 'aaaa', 'cccc'])
  expect(stdout).toContain('Connection \u00b7refused; 1 check that passed is not known any more\n')
  stdout = ''
  expect(await runCompare([...store(), 'bbbb', 'dddd'])).toBe(1)
  expect(stdout).toMatch(/^.*\n\nOnly after: gpu-02 \(1 open, 1 critical\)\n$/)
  stdout = ''
  await runCompare(store())
  expect(stdout).toContain('cccc-3  2026-11-09 10:00  score 0/36  open criticals 1  2 of 2 hosts, 1 not reached\n')
})

test('what compare prints for machines is what its schemas say, and nothing more', async () => {
  oneMore()
  await runCompare([...store(), '--json'])
  const audits: unknown = JSON.parse(stdout)
  expect(trendSchema.parse(audits)).toEqual(audits)
  stdout = ''
  await runCompare([...store(), 'aaaa', 'cccc', '--json'])
  const comparison: unknown = JSON.parse(stdout)
  expect(comparisonSchema.parse(comparison)).toEqual(comparison)
})

test('stored results are of all hosts: a host that is named is not passed over', async () => {
  await expect(runAudit([...store(), '--stored', '--host', 'gpu-09'])).rejects.toThrow('--stored judges all hosts')
})

test('a step is recorded with a statement and a file; an item with open findings is not met', async () => {
  expect(await runWalkthrough(['start', ...store(), '--auditor', 'J. Lindqvist'])).toBe(0)
  await expect(runWalkthrough(['record', ...store(), '--item', 'INF-1', '--outcome', 'met', '--name', 'M. Ito'])).rejects.toThrow(
    /INF-1 is not met: Port is fail on gpu-01/,
  )
  writeFileSync(at('form.txt'), 'signed')
  const words = ['--statement', 'In the wiki', '--until', dayFrom(Date.now(), 30), '--attach', at('form.txt')]
  expect(await runWalkthrough(['record', ...store(), '--item', 'OPS-2', '--outcome', 'met', '--name', 'M. Ito', ...words])).toBe(0)
  stdout = ''
  await runWalkthrough(['show', ...store()])
  expect(stdout).toMatch(/^Walkthrough with J. Lindqvist, started \S+: 1 of 18 recorded\nINF-1 .*To do\n/)
  expect(stdout).toMatch(/OPS-2 .*Met, M. Ito/)
  await expect(runWalkthrough(['record', ...store(), '--item', 'OPS-9', '--outcome', 'met', '--name', 'x'])).rejects.toThrow(/--item/)
})

test('an item with open findings is met with an owner, a date and a reason for each', async () => {
  await runWalkthrough(['start', ...store(), '--auditor', 'J. Lindqvist'])
  stdout = ''
  await runWalkthrough(['exceptions', ...store(), '--item', 'INF-1'])
  const open = JSON.parse(stdout)
  expect(open).toEqual([
    {
      ...{ host: 'gpu-01', control: 'inference-bound-to-loopback', subject: 'ollama.service', title: 'Port is fail' },
      ...{ owner: '', resolveBy: '', reason: '' },
    },
  ])
  const record = ['record', ...store(), '--item', 'INF-1', '--outcome', 'met-with-exceptions', '--name', 'M. Ito']
  await expect(runWalkthrough(record)).rejects.toThrow(/no owner, date and reason for Port is fail on gpu-01/)
  const given = (exceptions: unknown) => {
    writeFileSync(at('open.json'), JSON.stringify(exceptions))
    return runWalkthrough([...record, '--exceptions', at('open.json')])
  }
  await expect(given(open)).rejects.toThrow(/--exceptions 0 owner/)
  await expect(given([{ ...open[0], owner: 'M. Ito', resolveBy: dayFrom(Date.now(), 9), reason: 'x', host: 'gpu-09' }])).rejects.toThrow(
    /no owner/,
  )
  await expect(runWalkthrough([...record, '--exceptions', at('none.json')])).rejects.toThrow(/none\.json: it is not there/)
  stdout = ''
  expect(await given([{ ...open[0], owner: 'M. Ito', resolveBy: dayFrom(Date.now(), 9), reason: 'Waits for a window' }])).toBe(0)
  expect(stdout).toContain('INF-1 recorded: Met with exceptions')
})

test('a document to start from is printed, or written where nothing is yet', async () => {
  expect(await runWalkthrough(['template', ...store(), 'access-review'])).toBe(0)
  expect(stdout).toContain('# Access review')
  await runWalkthrough(['template', ...store(), '--output', at('form.md'), 'access-review'])
  expect(readFileSync(at('form.md'), 'utf8')).toBe(stdout.split(at('form.md'))[0])
  await expect(runWalkthrough(['template', ...store(), '--output', at('form.md'), 'access-review'])).rejects.toThrow(/EEXIST/)
})

test('a ledger that is not there was not verified: taken away with its head, it would else be whole', async () => {
  const clock = { now: () => Date.now() }
  createLedger(at('data'), clock, 'ada').append({ action: 'push.stage', host: 'gpu-01', subject: 'p1', detail: '' })
  expect(await runVerify(['--data', at('data')])).toBe(0)
  expect(stdout).toContain('1 record, whole')
  for (const name of ['ledger.jsonl', 'ledger.head']) rmSync(at(`data/${name}`))
  expect(await runVerify(['--data', at('data')])).toBe(2)
  expect(stdout).toContain('no record is there, so nothing was verified')
})

test('a pack is written and verified; a changed one is 1, with what was changed', async () => {
  expect(await runReport([...store(), '--pack', at('q4.zip')])).toBe(0)
  expect(existsSync(at('q4/VERIFY.md'))).toBe(true)
  expect(await runVerify([at('q4.zip'), '--key', at('data/console-key.pub.pem')])).toBe(0)
  expect(stdout).toMatch(/whole, \d+ files, signed by the key of --key/)
  appendFileSync(at('q4/summary.md'), 'x')
  stdout = ''
  expect(await runVerify([at('q4')])).toBe(1)
  expect(stdout).toContain('summary.md is not the file that was written')
  await expect(runReport([...store(), '--pack', at('q4')])).rejects.toThrow(/FILE\.zip/)
})

test('no pack is made out of a ledger that was cut: its extract would be whole up to the cut', async () => {
  const ledger = createLedger(at('data'), { now: () => Date.now() }, 'ada')
  for (const subject of ['p1', 'p2']) ledger.append({ action: 'push.stage', host: 'gpu-01', subject, detail: '' })
  writeFileSync(ledger.path, `${readFileSync(ledger.path, 'utf8').split('\n', 1)[0]}\n`)
  await expect(runReport([...store(), '--pack', at('q4.zip')])).rejects.toThrow(/record 2 is missing: 2 records were written, 1 are there/)
  expect(readdirSync(folder).filter((name) => name.startsWith('q4'))).toEqual([])
})

test('the walkthrough goes over the demo fleet as over a fleet file, and over one of them', async () => {
  const demo = ['--demo', '--data', at('demo')]
  await runAudit(['--host', 'gpu-01', ...demo])
  expect(await runWalkthrough(['start', ...demo, '--auditor', 'J. Lindqvist'])).toBe(0)
  const words = ['--name', 'M. Ito', '--statement', 'In the wiki', '--until', dayFrom(Date.now(), 30)]
  expect(await runWalkthrough(['record', ...demo, '--item', 'OPS-2', '--outcome', 'met', ...words])).toBe(0)
  stdout = ''
  await runWalkthrough(['show', ...demo])
  expect(stdout).toMatch(/1 of 18 recorded\n(?:.*\n)*OPS-2 .*Met, M. Ito/)
  for (const both of [[], [...demo, '--fleet', at('fleet.yaml')]])
    await expect(runWalkthrough(['show', ...both])).rejects.toThrow('expected either --fleet FILE or --demo')
})

test('a pack says of every host of the fleet file how it stands: not reached, and never looked at', async () => {
  oneMore()
  const hosts = ['gpu-01', 'gpu-02', 'gpu-09'].map((name) => `  - { name: ${name}, address: 10.0.0.1 }\n`).join('')
  writeFileSync(at('fleet.yaml'), `version: 1\nname: dc1\nidentities: { audit: { user: a } }\nhosts:\n${hosts}`)
  expect(await runReport([...store(), '--pack', at('all.zip')])).toBe(0)
  const read = (path: string) => readFileSync(at(`all/${path}`), 'utf8')
  const files = ['findings.csv', 'findings.sarif', 'oscal/assessment-results.json', 'report.html', 'summary.md', 'results.json']
  for (const path of files) expect([path, read(path).includes('gpu-09'), /never looked at/.test(read(path))]).toEqual([path, true, true])
  expect(read('oscal/poam.json')).toContain('gpu-02')
  expect(auditReportSchema.safeParse(JSON.parse(read('results.json'))).error).toBeUndefined()
  // When each was looked at; nothing where it never was.
  const rows = read('findings.csv').split('\r\n')
  expect(rows.filter((row) => row.startsWith('"gpu-09"')).every((row) => row.endsWith(',""'))).toBe(true)
  expect(rows.filter((row) => row.startsWith('"gpu-02"')).every((row) => row.endsWith(',"2026-11-09T10:00:00.000Z"'))).toBe(true)
  expect(read('report.html')).toContain('looked at on 2026-11-09 10:00:00 UTC')
  expect(read('summary.md')).toContain('Looked at on 2026-11-09 10:00:00 UTC.')
  stdout = ''
  expect(await runVerify([at('all.zip'), '--key', at('data/console-key.pub.pem')])).toBe(0)
})
