import { expect, test } from 'vitest'
import { fleetSchema } from '#shared/model/fleet.ts'
import { gpu01 } from '#testing/demo/hosts/gpu-01.ts'
import { shippedBook } from '../advisories/shipped.ts'
import { sourcesOf } from './demo-sources.testing.ts'
import { createViewService } from './view-service.ts'

const fleetFile = {
  version: 1,
  name: 'demo',
  jump: [
    { name: 'bastion-01', address: '10.20.0.10', audit: true },
    { name: 'bastion-02', address: '10.20.0.11' },
  ],
  identities: { audit: { user: 'gatehouse-ro' } },
  hosts: [
    { name: 'gpu-01', address: '10.20.4.11' },
    { name: 'gpu-02', address: '10.20.4.12' },
  ],
}
const fleet = fleetSchema.parse(fleetFile)

function viewsOf(newest: Readonly<Record<string, string>>) {
  const { outputs, findings } = sourcesOf(gpu01)
  let reads = 0
  let results = 0
  const views = createViewService({
    repo: {
      newestAudit: (_, host) => newest[host],
      outputs: (auditId) => {
        reads++
        return new Map(auditId === 'unreachable' ? [] : outputs)
      },
    },
    log: () => {},
    advisories: shippedBook,
    audit: () => {
      results++
      return { findings } as never
    },
  })
  return { views, reads: () => reads, results: () => results }
}

test('the facts of a host are read once for all of its tabs, and again when there is a newer audit or another fleet file', () => {
  const newest: Record<string, string> = { 'gpu-01': 'first' }
  const { views, reads } = viewsOf(newest)
  const services = () => views.show(fleet, 'gpu-01', ({ facts }) => facts.services.known)
  expect([services(), services(), reads()]).toEqual([true, true, 1])
  newest['gpu-01'] = 'second'
  expect([services(), reads()]).toEqual([true, 2])
  views.show(fleetSchema.parse(fleetFile), 'gpu-01', () => 0)
  expect(reads()).toBe(3)
})

test('a jump host has views when it is looked at', () => {
  const { views } = viewsOf({ 'bastion-01': 'first', 'bastion-02': 'first' })
  expect(['bastion-01', 'bastion-02'].map((name) => views.show(fleet, name, () => 1))).toEqual([1, null])
})

test('without an audit, or with one that could not look, there is nothing to show', () => {
  const { views } = viewsOf({ 'gpu-02': 'unreachable' })
  expect([views.show(fleet, 'gpu-01', () => 1), views.show(fleet, 'gpu-02', () => 1), views.show(fleet, 'gone', () => 1)]).toEqual([
    null,
    null,
    null,
  ])
})

test('a view that shows no findings reads no result, and one that shows them reads it once', () => {
  const { views, results } = viewsOf({ 'gpu-01': 'first' })
  views.show(fleet, 'gpu-01', ({ facts }) => facts.accounts)
  expect(results()).toBe(0)
  const shown = views.show(fleet, 'gpu-01', (sources) => [sources.findings, sources.findings])
  expect(shown?.[0]).toBe(shown?.[1])
  expect(results()).toBe(1)
})
