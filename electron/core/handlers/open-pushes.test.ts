import { expect, test } from 'vitest'
import { createRecovery } from '../push/transaction/recovery.ts'
import type { Services } from '../services.ts'
import { pushHandlers } from './push.handlers.ts'

const record = (subject: string, host: string, action: string, detail: string) => ({
  ...{
    seq: 1,
    at: '2026-11-28T02:00:00.000Z',
    who: 'ada',
    action: `push.${action}`,
    host,
    subject,
    detail,
    digests: {},
    previous: '',
    sha256: '',
  },
})
const records = [
  record('stopped', 'gpu-01', 'begin', 'a file'),
  record('stopped', 'gpu-01', 'activate', 'restarts ollama.service'),
  record('running', 'gpu-02', 'begin', 'a file'),
  record('done', 'gpu-01', 'begin', 'a file'),
  record('done', 'gpu-01', 'verdict', 'committed-proven.'),
  record('elsewhere', 'other-01', 'begin', 'a file'),
]
const stopped = { id: 'stopped', host: 'gpu-01', state: 'open', end: 'activate: restarts ollama.service' }
const elsewhere = { id: 'elsewhere', host: 'other-01', state: 'open', end: 'begin: a file' }

/** A console whose ledger has these pushes, and which carries one of them out. */
function openWith(fleet: unknown, broken?: unknown): unknown {
  const ledger = { path: '/data/ledger.jsonl', read: () => ({ records, broken }) }
  const plans = { find: () => undefined }
  const services = {
    ...{ ledger, plans, fleet: { state: () => ({ fleet }) }, waveJobs: { job: () => null } },
    recovery: createRecovery({ ledger, plans, clock: { now: () => 0 }, version: '0', who: 'ada' } as never),
    pushJobs: { job: () => ({ state: 'running', plan: { id: 'running' } }) },
  }
  return pushHandlers(services as unknown as Services)['push:open']?.(null)
}

test('open pushes of the open fleet, but for the one that is carried out here', () => {
  expect(openWith({ name: 'dc1', hosts: [{ name: 'gpu-01' }, { name: 'gpu-02' }] })).toEqual({ pushes: [stopped], brokenLedger: null })
})

test('a host whose open push was ended is audited again, as after any push', async () => {
  const audited: unknown[] = []
  const over = {}
  const services = {
    ...{ fleet: { require: () => ({}) }, transport: () => over, leads: () => true, changed: () => {} },
    ...{ stepUp: { require: () => {} }, pushJobs: { job: () => null }, waveJobs: { job: () => null } },
    audits: { job: () => null, start: (_of: unknown, _over: unknown, hosts: unknown) => audited.push(hosts) },
    recovery: { open: () => [{ record: record('stopped', 'gpu-01', 'begin', '') }], finish: async () => ({ verdict: 'committed-proven' }) },
  }
  expect(await pushHandlers(services as unknown as Services)['push:finish']?.({ id: 'stopped' })).toMatchObject({
    verdict: 'committed-proven',
  })
  expect(audited).toEqual([['gpu-01']])
})

test('those of any fleet while none is open, the newest first', () => {
  expect(openWith(null)).toEqual({ pushes: [elsewhere, stopped], brokenLedger: null })
})

test('where the ledger is not whole, and why', () => {
  const broken = { line: 3, reason: 'does not follow the one before' }
  expect(openWith(null, broken)).toMatchObject({ brokenLedger: '/data/ledger.jsonl: record 3 does not follow the one before' })
})
