import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAuditRepo } from '#core/store/audit.repo.ts'
import { openDatabase } from '#core/store/database.ts'
import { runOperate } from './operate.command.ts'

let folder: string
let said: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-operate-'))
  writeFileSync(
    join(folder, 'fleet.yaml'),
    'version: 1\nname: dc1\nidentities: { audit: { user: a } }\nhosts:\n  - { name: gpu-01, address: 10.0.0.1 }\n',
  )
  said = ''
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text
    return true
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true, force: true })
})

const list = () => runOperate(['list', '--fleet', join(folder, 'fleet.yaml'), '--data', join(folder, 'data'), '--host', 'gpu-01'])

function lookedAt(state: 'connected' | 'unreachable'): void {
  const { database } = openDatabase(join(folder, 'data'), Date.now())
  const repo = createAuditRepo(database)
  const at = '2026-11-01T10:00:00.000Z'
  const failure = state === 'unreachable' ? { failure: { code: 'ssh.unreachable' as const, detail: 'port 22 did not answer' } } : {}
  const host = { name: 'gpu-01', address: '10.0.0.1', state, startedAt: at, finishedAt: at, ...failure }
  repo.begin({ id: state, fleet: 'dc1', startedAt: at, gatehouse: '0' })
  repo.saveHost(state, 'dc1', { ...host, items: [], findings: [], sections: [], listeners: [], services: [], gpus: [] }, [])
  repo.finish(state, at, 'complete')
  database.close()
}

test('a host that no audit looked at is not one without services', async () => {
  expect([await list(), said]).toEqual([2, 'gpu-01: no audit has looked at it yet\n'])
  said = ''
  lookedAt('unreachable')
  expect([await list(), said]).toEqual([2, 'gpu-01: no audit could look at it: port 22 did not answer\n'])
  said = ''
  lookedAt('connected')
  expect([await list(), said]).toEqual([0, 'gpu-01: the last audit knows no service\n'])
})
