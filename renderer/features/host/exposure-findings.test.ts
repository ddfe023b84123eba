import { expect, test } from 'vitest'
import type { ItemId } from '#shared/model/checklist.ts'
import type { Endpoint } from '#shared/model/endpoint.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { Outcome } from '#shared/status.ts'
import { findingsOfPart } from './exposure-findings.ts'
import type { Part } from './exposure-lane.tsx'

const proxy: Endpoint = {
  id: 'nginx ai.example:443',
  address: '*',
  port: 443,
  scope: 'wildcard',
  program: 'nginx',
  proxy: { name: 'ai.example', encrypted: true },
  reach: [{ origin: 'app', verdict: 'accept' }],
  groups: (['inference', 'management'] as const).map((kind) => ({
    service: 'ollama.service',
    class: kind,
    routes: [],
    authentication: 'yes',
    by: [],
  })),
  withheld: 0,
}
const engine: Endpoint = { ...proxy, id: 'ollama.service *:11434', program: 'ollama.service', port: 11434, proxy: undefined }
const finding = (item: ItemId, subject: string, status: Outcome = 'fail'): Finding =>
  ({ control: `${item} ${subject}`, item, subject, status, title: '' }) as Finding
const all = [
  finding('INF-4', 'ai.example:443 /api/pull', 'warning'),
  finding('INF-4', 'ai.example:443'),
  finding('INF-4', 'other.example:443'),
  finding('INF-4', 'ollama.service'),
  finding('INF-3', 'ai.example:443', 'pass'),
  finding('INF-3', '10.0.0.4:11434'),
  finding('INF-2', 'ai.example:443'),
  finding('INF-2', 'ai.example:8443'),
  finding('INF-2', ''),
  finding('INF-7', '0.0.0.0:443'),
  finding('INF-7', '[::]:443', 'not-evaluated'),
  finding('INF-7', '*:443/udp'),
  finding('INF-7', '*:11434', 'not-applicable'),
]
const opened = (endpoint: Endpoint, part: Part) => findingsOfPart(endpoint, part, all).open.map(({ control }) => control)

test('a part of the picture leads to the findings about that socket, loudest first', () => {
  expect(opened(proxy, { kind: 'listener' })).toEqual(['INF-2 ai.example:443'])
  expect(opened(proxy, { kind: 'origin', index: 0 })).toEqual(['INF-7 0.0.0.0:443', 'INF-7 [::]:443'])
  expect(opened(proxy, { kind: 'group', index: 1 })).toEqual(['INF-4 ai.example:443', 'INF-4 ai.example:443 /api/pull'])
  expect(findingsOfPart(proxy, { kind: 'group', index: 0 }, all)).toEqual({ open: [], passing: 1 })
})

test('HTTP/3: the findings about its own socket, and those about the name', () => {
  const quic: Endpoint = { ...proxy, id: `${proxy.id}/udp`, protocol: 'udp' }
  expect(opened(quic, { kind: 'origin', index: 0 })).toEqual(['INF-7 *:443/udp'])
  expect(opened(quic, { kind: 'listener' })).toEqual(['INF-2 ai.example:443'])
})

test('an engine’s own port: by its name, or by a socket that was asked', () => {
  expect(opened(engine, { kind: 'group', index: 1 })).toEqual(['INF-4 ollama.service', 'INF-3 10.0.0.4:11434'])
  expect(findingsOfPart(engine, { kind: 'origin', index: 0 }, all)).toEqual({ open: [], passing: 0 })
})
