import { expect, test } from 'vitest'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import type { HostModel } from '#shared/model/model-inventory.ts'
import { bytesOnHosts, filterModels, groupModels, groupOf } from './model-rows.ts'

const place = (host: string, more: Partial<HostModel> = {}): HostModel => ({
  host,
  id: '/m/a',
  name: 'a',
  kind: 'file',
  path: '/m/a.gguf',
  owner: 'x',
  group: 'x',
  mode: 0o640,
  files: 1,
  bytes: 10,
  changedAt: 0,
  servers: [],
  loaded: 'no',
  source: 'registry.ollama.ai/library/a:1',
  problems: [],
  ...more,
})
const model = (name: string, more: Partial<ModelArtifact> = {}): ModelArtifact => ({
  key: name,
  name,
  kind: 'file',
  places: [place('gpu-01')],
  approvals: [],
  bytes: 10,
  files: 1,
  state: 'verified',
  counts: { differs: 0, 'missing-file': 0, 'extra-file': 0, 'not-hashed': 0, 'no-expected-value': 0, verified: 1 },
  sha256: '',
  weak: false,
  formats: ['gguf'],
  scan: 'cleared',
  ...more,
})

test.each<[string, Partial<ModelArtifact>, string]>([
  ['verified and cleared', {}, 'verified'],
  ['verified, but not cleared', { scan: 'not-cleared' }, 'open'],
  ['not hashed', { state: 'not-hashed' }, 'open'],
  ['differs', { state: 'differs' }, 'action'],
  ['verified and dangerous', { scan: 'dangerous' }, 'action'],
  ['a layout with a problem', { places: [place('gpu-01', { problems: ['a blob is missing'] })] }, 'action'],
])('%s', (_, more, group) => {
  expect(groupOf(model('m', more))).toBe(group)
})

test('work first; by host, a model on two hosts stands under both', () => {
  const rows = [model('b'), model('a'), model('bad', { state: 'differs', places: [place('gpu-01'), place('gpu-02')] })]
  expect(groupModels(rows, 'state').map(({ title, rows: group }) => [title, group.map(({ name }) => name)])).toEqual([
    ['Needs action', ['bad']],
    ['Verified', ['a', 'b']],
  ])
  expect(groupModels(rows, 'host').map(({ key, rows: group }) => [key, group.map(({ name }) => name)])).toEqual([
    ['gpu-01', ['a', 'b', 'bad']],
    ['gpu-02', ['bad']],
  ])
  expect(bytesOnHosts(rows)).toBe(40)
})

test('the filter looks at names, hosts, paths, sources and formats', () => {
  const rows = [model('llama'), model('mistral', { formats: ['safetensors'] })]
  expect(filterModels(rows, 'gpu-01 SafeTensors').map(({ name }) => name)).toEqual(['mistral'])
  expect(filterModels(rows, '')).toHaveLength(2)
})
