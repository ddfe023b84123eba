import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAuditRepo } from '#core/store/audit.repo.ts'
import { openDatabase } from '#core/store/database.ts'
import { itemResults } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import { dayFrom } from '#shared/model/validity.ts'
import { runWaiver } from './waiver.command.ts'

const finding: Finding = {
  ...{ control: 'inference-bound-to-loopback', item: 'INF-1', status: 'fail', severity: 'critical', subject: 'ollama.service' },
  ...{ title: 'Inference port is open to the network', reason: '', rationale: '', evidence: [], references: [], digest: 'd1' },
}
const finishedAt = '2026-11-22T10:00:00.000Z'

let folder: string
let stdout: string
let stderr: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-waiver-'))
  writeFileSync(
    join(folder, 'fleet.yaml'),
    'version: 1\nname: dc1\nidentities: { audit: { user: a } }\nhosts:\n  - { name: gpu-01, address: 10.0.0.1 }\n',
  )
  const { database } = openDatabase(join(folder, 'data'), Date.now())
  const repo = createAuditRepo(database)
  repo.begin({ id: 'a1', fleet: 'dc1', startedAt: finishedAt, gatehouse: '0' })
  const empty = { sections: [], listeners: [], services: [], gpus: [] }
  const host = { name: 'gpu-01', address: '10.0.0.1', state: 'connected' as const, startedAt: finishedAt, finishedAt }
  repo.saveHost('a1', 'dc1', { ...host, ...empty, items: itemResults([finding]), findings: [finding] }, [])
  database.close()
  stdout = ''
  stderr = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const run = (action: string, ...args: readonly string[]) =>
  runWaiver([action, '--fleet', join(folder, 'fleet.yaml'), '--data', join(folder, 'data'), ...args])

const asked = [
  '--host',
  'gpu-01',
  '--control',
  finding.control,
  '--subject',
  finding.subject,
  '--reason',
  'Moves in May',
  '--approver',
  'M. Ito',
]

test('a waiver is granted, listed, withdrawn, and stays in the list', async () => {
  const until = dayFrom(Date.now(), 30)
  expect(await run('grant', ...asked, '--until', until)).toBe(0)
  const id = /^(\S+) granted: Inference port is open to the network on gpu-01 is waived until /.exec(stderr)?.[1] ?? ''
  await run('list')
  expect(stdout).toContain(`active    ${id}  gpu-01 inference-bound-to-loopback ollama.service`)
  expect(stdout).toContain(`until ${until}, M. Ito: Moves in May`)
  await run('withdraw', id)
  stdout = ''
  await run('list', '--json')
  expect(JSON.parse(stdout)).toMatchObject([{ id, state: 'withdrawn', host: 'gpu-01', reason: 'Moves in May' }])
})

test('the demo fleet has waivers, too, and no other fleet beside it', async () => {
  expect(await runWaiver(['list', '--demo', '--data', join(folder, 'demo')])).toBe(0)
  expect(stdout).toBe('No waiver was ever granted in this fleet.\n')
  await expect(run('list', '--demo')).rejects.toThrow('expected either --fleet FILE or --demo')
})

test.each([
  ['no action', () => runWaiver([]), /list, grant or withdraw/],
  ['no fleet', () => runWaiver(['list']), /--fleet FILE/],
  ['no approver', () => run('grant', ...asked.slice(0, -2), '--until', dayFrom(Date.now(), 1)), /--approver/],
  ['no day', () => run('grant', ...asked, '--until', 'May'), /--until/],
  ['another host', () => run('grant', ...asked, '--until', dayFrom(Date.now(), 1), '--host', 'gpu-09'), /no such finding/],
  ['no id', () => run('withdraw'), /the id of the waiver/],
  ['an id that is none', () => run('withdraw', 'x'), /no such waiver/],
])('%s is refused', async (_, act, reason) => {
  await expect(act()).rejects.toThrow(reason)
})
