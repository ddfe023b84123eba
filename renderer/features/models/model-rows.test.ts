import { expect, test } from 'vitest'
import type { ModelArtifact } from '#shared/model/model-artifact.ts'
import type { HostModel } from '#shared/model/model-inventory.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import type { PlaceApproval } from '#shared/model/registration-state.ts'
import {
  bytesOnHosts,
  filterModels,
  filterWaiting,
  groupModels,
  groupOf,
  loudestApproval,
  placeOf,
  placesOf,
  registrationOf,
  waitingFor,
} from './model-rows.ts'

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
  approvals: [{ approval: 'approved', registration: 'r1' }],
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

const approvals = (...states: readonly PlaceApproval[]) => states.map((approval) => ({ approval, registration: 'r1' }))

test.each<[string, Partial<ModelArtifact>, string]>([
  ['verified, cleared and approved', {}, 'approved'],
  ['approved, one place of two', { approvals: approvals('approved', 'not-for-host') }, 'action'],
  ['in its checks', { approvals: approvals('in-checks') }, 'checks'],
  ['unregistered', { approvals: approvals('unregistered') }, 'action'],
  ['not hashed', { state: 'not-hashed', approvals: approvals('not-hashed') }, 'open'],
  ['differs', { state: 'differs' }, 'action'],
  ['approved and dangerous', { scan: 'dangerous' }, 'action'],
  ['a layout with a problem', { places: [place('gpu-01', { problems: ['a blob is missing'] })] }, 'action'],
])('%s', (_, more, group) => {
  expect(groupOf(model('m', more))).toBe(group)
})

test('work first; by host, a model on two hosts stands under both', () => {
  const rows = [model('b'), model('a'), model('bad', { state: 'differs', places: [place('gpu-01'), place('gpu-02')] })]
  expect(groupModels(rows, 'state').map(({ title, rows: group }) => [title, group.map(({ name }) => name)])).toEqual([
    ['Needs action', ['bad']],
    ['Approved', ['a', 'b']],
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

const registration = (id: string, name: string): Registration => ({
  id,
  model: name,
  steps: [
    {
      ...{ step: 'requested', at: '2026-11-26T00:00:00Z', account: 'a', name: 'Ada', source: 's' },
      ...{ revision: '', purpose: 'p', licence: 'l', hosts: [] },
    },
  ],
})

test('the registration on its way goes before the one that decided; what lies nowhere waits by itself', () => {
  const all = [registration('r1', 'other'), registration('r2', 'm'), registration('r3', 'nowhere')]
  expect(registrationOf(model('m'), all)?.id).toBe('r2')
  expect(registrationOf(model('x'), all)?.id).toBe('r1')
  expect(
    registrationOf(model('y', { approvals: approvals('unregistered').map((it) => ({ ...it, registration: '' })) }), all),
  ).toBeUndefined()
  expect(waitingFor([model('m')], all).map(({ id }) => id)).toEqual(['r3'])
  expect(['NOW s', 'm', 'of'].map((text) => filterWaiting(all, text).map(({ id }) => id))).toEqual([['r3'], ['r2'], []])
  expect(loudestApproval(model('m', { approvals: approvals('approved', 'changed') }))).toBe('changed')
})

test('a model is known by where it lies, also when its bytes are hashed and turn out to lie on another host as well', () => {
  const listed = model('a', { key: 'gpu-02\0/m/a', places: [place('gpu-02')] })
  const hashed = model('a', { key: 'f00d', places: [place('gpu-01'), place('gpu-02')] })
  expect(placesOf(hashed)).toContain(placeOf(listed))
  expect(placesOf(hashed)).not.toContain(placeOf(model('a', { places: [place('gpu-02', { id: '/m/b' })] })))
})
