import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ItemId } from '#shared/model/checklist.ts'
import { type AuditRun, audit, hostOf } from './audit.ts'
import { arrange, install, kill, start } from './lab.ts'

/** Proxies that are recognised and not modelled, real ones of Debian, before a server that a sound nginx stands before as well. */
let data: string
let beside: AuditRun
let alone: AuditRun

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'gatehouse-fronts-'))
  await install('gpu1', 'fronts', ['fronts.sh'])
  beside = await audit(data, ['--host', 'gpu1'])
  await arrange('gpu1', 'systemctl stop nginx')
  alone = await audit(data, ['--host', 'gpu1'])
}, 240_000)
afterAll(async () => {
  rmSync(data, { recursive: true })
  await kill('gpu1')
  await start('gpu1')
})

/** What is said of HAProxy and Apache, or of the server behind them. */
const said = ({ report }: AuditRun, control: string) =>
  hostOf(report, 'gpu1')
    .findings.filter((finding) => finding.control === control && !/:443$/.test(finding.subject))
    .map(({ status, title }) => `${status}: ${title}`)
    .sort()
const statusOf = ({ report }: AuditRun, id: ItemId) => hostOf(report, 'gpu1').items.find((item) => item.id === id)?.status

test.each(['proxy-requires-authentication', 'management-endpoints-restricted', 'proxy-serves-tls', 'proxy-access-log-on'])(
  'both are named, beside nginx and without it: %s',
  (control) => {
    const expected = ['not-evaluated: Apache is not modelled yet', 'not-evaluated: HAProxy is not modelled yet']
    expect(said(beside, control)).toEqual(expected)
    expect(said(alone, control)).toEqual(expected)
  },
)

test('what stands behind them is not called protected', () => {
  for (const run of [beside, alone]) {
    expect(said(run, 'inference-behind-proxy')).toEqual(['not-evaluated: HAProxy is not modelled yet'])
    expect((['INF-1', 'INF-2', 'INF-3', 'INF-4', 'MON-1'] as const).map((id) => statusOf(run, id))).not.toContain('pass')
    expect((['INF-1', 'INF-3', 'INF-4'] as const).map((id) => statusOf(run, id))).not.toContain('not-applicable')
  }
})
