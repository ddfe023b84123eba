import { describe, expect, test } from 'vitest'
import type { ExpectedValue } from '#shared/model/model-expected.ts'
import type { HostModel, ModelFile } from '#shared/model/model-inventory.ts'
import { parseVerifiedModels } from '../facts/verified-models/parse.ts'
import type { StoredFile, StoredHash } from '../store/model.repo.ts'
import { verifiedSection } from './verified-section.ts'
import { artifactsOf, hashBook, hashOf, scanShelf, verifyModel } from './verify-model.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const file = (path: string, more: Partial<ModelFile> = {}): ModelFile => ({
  path,
  type: 'file',
  mode: 0o640,
  owner: 'o',
  group: 'o',
  size: 4,
  allocated: 4,
  device: '1',
  inode: path,
  mtimeNs: '10',
  ctimeNs: '10',
  ...more,
})
const stored = (name: string, more: Partial<StoredFile> = {}): StoredFile => ({ name, file: file(`/m/${name}`), role: 'weights', ...more })
const hash = (name: string, digest: string | null, more: Partial<StoredHash> = {}): StoredHash => ({
  ...file(`/m/${name}`),
  algorithm: 'sha256',
  digest,
  problem: digest === null ? 'It changed while it was hashed' : null,
  hashedAt: '2026-11-26T00:00:00.000Z',
  ...more,
})
const model = (more: Partial<HostModel> = {}): HostModel => ({
  host: 'h',
  id: '/m',
  name: 'm',
  kind: 'directory',
  path: '/m',
  owner: 'o',
  group: 'o',
  mode: 0o750,
  files: 1,
  bytes: 4,
  changedAt: 0,
  servers: [],
  loaded: 'no',
  source: '',
  problems: [],
  ...more,
})
const value = (name: string, digest: string, url = 'https://example.org/x', more: Partial<ExpectedValue> = {}): ExpectedValue => ({
  id: name,
  model: 'm',
  file: name,
  algorithm: 'sha256',
  digest,
  origin: { form: 'sha256sums', url, revision: '', readBy: 'x', readOn: '2026-11-01', signature: 'none', signatureNote: '' },
  statedAt: '2026-11-01T00:00:00.000Z',
  statedBy: 'x',
  ...more,
})
const scans = scanShelf([])
const states = (
  files: readonly StoredFile[],
  expected: readonly ExpectedValue[],
  hashes: readonly StoredHash[],
  of: Partial<HostModel> = {},
) =>
  verifyModel(model(of), files, expected, { hashes: hashBook(hashes), scans }).map(
    ({ name, state, weak }) => `${name} ${state}${weak ? ' weak' : ''}`,
  )

describe('the six states', () => {
  test.each<[string, readonly StoredFile[], readonly ExpectedValue[], readonly StoredHash[], readonly string[]]>([
    ['verified', [stored('a')], [value('a', A)], [hash('a', A)], ['a verified']],
    ['differs', [stored('a')], [value('a', B)], [hash('a', A)], ['a differs']],
    ['no expected value', [stored('a')], [], [hash('a', A)], ['a no-expected-value']],
    ['not hashed', [stored('a')], [value('a', A)], [], ['a not-hashed']],
    ['a hash that failed', [stored('a')], [value('a', A)], [hash('a', null)], ['a not-hashed']],
    ['missing and extra', [stored('a')], [value('b', A)], [hash('a', A)], ['a extra-file', 'b missing-file']],
    [
      'pages beside the weights are neither',
      [stored('README.md', { role: 'document' })],
      [value('LICENSE', A)],
      [hash('README.md', A)],
      ['README.md no-expected-value'],
    ],
  ])('%s', (_, files, expected, hashes, result) => {
    expect(states(files, expected, hashes)).toEqual(result)
  })
})

test.each<[string, Partial<StoredHash>]>([
  ['another ctime', { ctimeNs: '11' }],
  ['another mtime', { mtimeNs: '11' }],
  ['another size', { size: 5 }],
])('%s: the hash is of other bytes', (_, more) => {
  expect(hashOf(file('/m/a'), 'sha256', hashBook([hash('a', A, more)]))).toBeUndefined()
})

test('without times in nanoseconds no earlier hash counts', () => {
  const coarse = { ctimeNs: '', mtimeNs: '' }
  expect(hashOf(file('/m/a', coarse), 'sha256', hashBook([hash('a', A, coarse)]))).toBeUndefined()
})

test('a blob whose content is not what its name says differs, whatever is expected', () => {
  const blob = stored('a', { claim: { algorithm: 'sha256', value: B } })
  expect(states([blob], [value('a', A)], [hash('a', A)])).toEqual(['a differs'])
})

test('an approved manifest vouches for what it names; another one for nothing', () => {
  const files = [stored('manifest'), stored('model', { claim: { algorithm: 'sha256', value: B } })]
  const hashes = [hash('manifest', A), hash('model', B)]
  expect(states(files, [value('manifest', A)], hashes, { kind: 'ollama' })).toEqual(['manifest verified', 'model verified'])
  expect(states(files, [value('manifest', B)], hashes, { kind: 'ollama' })).toEqual(['manifest differs', 'model no-expected-value'])
})

test.each<[string, string, string, Partial<ExpectedValue['origin']>, boolean]>([
  ['the same site', 'https://huggingface.co/o/n/blob/main/x', 'huggingface.co/o/n at 1', {}, true],
  ['its short name', 'https://hf.co/o/n', 'huggingface.co/o/n at 1', {}, true],
  ['another site', 'https://example.org/release', 'huggingface.co/o/n at 1', {}, false],
  ['nobody said where', '', '', {}, true],
  ['a signature does not depend on the place', '', 'huggingface.co/o/n', { signature: 'verified' }, false],
])('weak: %s', (_, url, source, origin, weak) => {
  const it = value('a', A, url)
  const result = states([stored('a')], [{ ...it, origin: { ...it.origin, ...origin } }], [hash('a', A)], { source })
  expect(result).toEqual([`a verified${weak ? ' weak' : ''}`])
})

const unregistered = { approval: 'unregistered' as const, registration: '' }

test('the same bytes are one artifact, under whatever names; unhashed ones stay apart', () => {
  const at = (host: string, hashes: readonly StoredHash[]) => ({
    model: model({ host }),
    files: verifyModel(model({ host }), [stored('a')], [], { hashes: hashBook(hashes), scans }),
    approval: unregistered,
  })
  expect(
    artifactsOf([at('x', [hash('a', A)]), at('y', [hash('a', A)]), at('z', [hash('a', B)])]).map(({ places }) =>
      places.map(({ host }) => host),
    ),
  ).toEqual([['x', 'y'], ['z']])
  expect(artifactsOf([at('x', []), at('y', [])])).toHaveLength(2)
})

test('what an audit writes down, its fact reads', () => {
  const places = [
    {
      model: model(),
      files: verifyModel(model(), [stored('a b')], [value('a b', A)], { hashes: hashBook([hash('a b', A)]), scans }),
      approval: { approval: 'not-for-host' as const, registration: 'r1' },
    },
  ]
  const inventory = {
    host: 'h',
    listedAt: '2026-11-26T00:00:00.000Z',
    roots: [{ path: '/m x', origin: 'declared', state: 'listed', reason: '', files: 1, bytes: 4, unsorted: 0 } as const],
    oddities: [],
    oddityCount: 0,
    orphans: [],
  }
  expect(parseVerifiedModels(verifiedSection(inventory, places).stdout)).toMatchObject({
    roots: [{ path: '/m x', complete: true, files: 1, bytes: 4 }],
    files: [{ path: '/m/a b', state: 'verified', weak: false, scan: 'not-scanned', weights: true }],
    models: [{ name: 'm', path: '/m', approval: 'not-for-host', line: 4 }],
    cut: false,
  })
})
