import { expect, test } from 'vitest'
import { type Audit, type HostAudit, itemResults } from '#shared/model/audit.ts'
import { checklist } from '#shared/model/checklist.ts'
import { outcomes } from '#shared/status.ts'
import { outcomeWords } from '#shared/words.ts'
import { printMatrix } from './matrix.ts'

const at = '2026-11-22T10:00:00.000Z'
const host = (name: string, more: Partial<HostAudit>): HostAudit => ({
  name,
  address: '10.0.0.1',
  state: 'connected',
  startedAt: at,
  finishedAt: at,
  items: itemResults([]),
  findings: [],
  sections: [],
  listeners: [],
  services: [],
  gpus: [],
  ...more,
})
const audit = (...hosts: readonly HostAudit[]): Audit => ({
  id: 'a1',
  fleet: 'dc1',
  startedAt: at,
  finishedAt: at,
  outcome: 'complete',
  gatehouse: '0.1.0',
  hosts: [...hosts],
})
const system = (clockSkewSeconds: number) => ({
  os: 'Debian',
  kernel: '6.1',
  hostname: 'x',
  account: 'a',
  clockSkewSeconds,
  sudo: 'full' as const,
})

test('what is wrong with a host stands below the matrix, made harmless', () => {
  const text = printMatrix(
    audit(
      host('gpu-01', { failure: { code: 'probe.no-shell', detail: 'said \u001b[31mno' }, state: 'unreachable' }),
      host('gpu-02', { system: system(-20 * 31_557_600) }),
      host('gpu-03', { system: system(3) }),
    ),
  )
  expect(text).toContain('gpu-01: probe.no-shell: said \u00b7[31mno\n')
  expect(text).toContain('gpu-02: its clock is 20 years behind\n')
  expect(text).not.toMatch(/gpu-03: /)
  expect(text).toMatch(/INF-1 .*Unknown {3}Unknown {3}Unknown\n/)
})

test('the longest item and every outcome stand apart from what follows', () => {
  const [item] = [...checklist].sort((a, b) => b.shortTitle.length - a.shortTitle.length)
  const hosts = outcomes.map((status, index) => host(`gpu-0${index}`, { items: itemResults([]).map((one) => ({ ...one, status })) }))
  const [row = ''] = printMatrix(audit(...hosts))
    .split('\n')
    .filter((line) => line.includes(item?.shortTitle ?? ''))
  expect(row.split(/ {2,}/).slice(1)).toEqual([`${item?.id} ${item?.shortTitle}`, ...outcomes.map((status) => outcomeWords[status].short)])
})
