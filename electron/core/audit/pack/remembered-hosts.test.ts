import { expect, test } from 'vitest'
import type { HostAudit } from '#shared/model/audit.ts'
import { rememberedHosts } from './remembered-hosts.ts'

test('the first hosts are read once, those beyond each time, one that is not there is left out', () => {
  const reads: number[] = []
  const keys = Array.from({ length: 130 }, (_, index) => index)
  const hosts = rememberedHosts(keys, (key) => {
    reads.push(key)
    return key === 3 ? null : ({ name: String(key) } as HostAudit)
  })
  const names = [...hosts].map(({ name }) => name)
  expect([...hosts].map(({ name }) => name)).toEqual(names)
  expect([names.length, names.includes('3'), reads.slice(130)]).toEqual([129, false, [128, 129]])
})
