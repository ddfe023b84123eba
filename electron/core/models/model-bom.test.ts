import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ModelArtifact, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import { modelBom } from './model-bom.ts'

const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
const registration = (licence: string, source: string): Registration => ({
  id: 'r1',
  model: 'm',
  steps: [
    {
      step: 'requested',
      at: '2026-11-26T00:00:00Z',
      account: 'a',
      name: 'Ada',
      source,
      revision: 'c0ffee',
      purpose: 'p',
      licence,
      hosts: [],
    },
  ],
})
const artifact = (name: string, path: string): ModelArtifact => ({
  ...{
    key: 'k',
    name,
    kind: 'file',
    bytes: 9,
    files: 1,
    state: 'verified',
    sha256: 'a'.repeat(64),
    weak: false,
    formats: ['gguf'],
    scan: 'cleared',
  },
  counts: { differs: 0, 'missing-file': 0, 'extra-file': 0, 'not-hashed': 0, 'no-expected-value': 0, verified: 1 },
  approvals: [{ approval: 'approved', registration: 'r1' }],
  places: [
    {
      ...{ host: 'gpu-01', id: path, name, kind: 'file', path, owner: 'x', group: 'x', mode: 0o640, files: 1, bytes: 9, changedAt: 0 },
      ...{ servers: [], loaded: 'no', source: '', problems: [] },
    },
  ],
})
const file = (name: string): VerifiedFile => ({
  ...{ name, role: 'weights', state: 'verified', reason: '', digest: 'a'.repeat(64), algorithm: 'sha256', hashedAt: '', weak: false },
  scan: {
    ...{ path: name, sizeBytes: 9, format: 'gguf', outcome: 'cleared', findings: [], gaps: [], bytesRead: 9 },
    facts: [{ name: 'architecture', value: 'llama' }],
  },
})
const bom = (name: string, path: string, licence = 'MIT', source = 'https://huggingface.co/o/m') =>
  modelBom({
    ...{
      fleet: 'dc1',
      artifacts: [artifact(name, path)],
      filesOf: () => [file(name)],
      registrations: [registration(licence, source)],
      version: '1',
    },
    ...{ now: 0, serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79' },
  })

test('a model with its files, hashes, source, licence and approval, valid against the schema', async () => {
  const text = bom('llama', '/m/llama.gguf')
  expect(await validator.validate(text)).toBe(null)
  expect(JSON.parse(text)).toMatchObject({
    specVersion: '1.6',
    components: [
      {
        ...{ type: 'machine-learning-model', name: 'llama', version: 'c0ffee', licenses: [{ license: { name: 'MIT' } }] },
        ...{ externalReferences: [{ type: 'distribution', url: 'https://huggingface.co/o/m' }] },
        modelCard: { modelParameters: { architectureFamily: 'llama' } },
        components: [{ type: 'data', name: 'llama', hashes: [{ alg: 'SHA-256', content: 'a'.repeat(64) }] }],
      },
    ],
  })
  expect(text).toContain('gpu-01: Approved')
})

test('whatever models, sources and licences are called, the schema holds', async () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(text, text, text, fc.oneof(text, fc.webUrl()), async (name, path, licence, source) => {
      expect(await validator.validate(bom(name, path, licence, source))).toBe(null)
    }),
    { numRuns: 20 },
  )
}, 60_000)
