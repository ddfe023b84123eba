import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { createAuditRepo } from '../store/audit.repo.ts'
import { openDatabase } from '../store/database.ts'
import { createAuditService } from './audit-service.ts'

const fleet = fleetSchema.parse({
  version: 1,
  name: 'dc1',
  identities: { audit: { user: 'gatehouse-ro' } },
  hosts: [{ name: 'gpu-01', address: '10.0.0.1' }],
})

test('a full disk ends the audit with its reason, and the next one may start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-broken-'))
  try {
    const repo = createAuditRepo(openDatabase(folder, 0).database)
    const full = () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' })
    }
    const service = createAuditService({
      clock: { now: () => 0 },
      log: () => undefined,
      repo: { ...repo, begin: full },
      version: '0',
      decisions: () => ({ waivers: [], attestations: [] }),
      changed: () => undefined,
    })
    const transport = {} as Parameters<typeof service.start>[1]
    const { done } = service.start(fleet, transport, undefined)
    await expect(done).rejects.toThrow('database or disk is full')
    expect(service.job()).toMatchObject({
      state: 'finished',
      failure: { code: 'store.unwritable', detail: 'database or disk is full' },
    })
    const again = service.start(fleet, transport, undefined)
    expect(again.job.failure).toBeUndefined()
    await expect(again.done).rejects.toThrow()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
