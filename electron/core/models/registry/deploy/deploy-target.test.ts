import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { failureOf } from '#shared/errors.ts'
import type { ModelKind } from '#shared/model/model-inventory.ts'
import type { Registration } from '#shared/model/model-registration.ts'
import { targetOf } from './deploy-target.ts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const MANIFEST = '/store/manifests/registry.ollama.ai/library/m/latest'
function registration(kind: ModelKind, path: string, names: readonly string[], model = 'm'): Registration {
  const files = names.map((name, index) => ({ name, sha256: index === 0 ? A : B, bytes: 1 }))
  const written = { at: '2026-11-26T00:00:00Z', account: 'a', name: 'Bob' }
  return {
    ...{ id: 'r', model },
    steps: [{ ...written, step: 'reviewed', host: 'h', path, kind, content: { key: A, files }, scan: 'cleared', checks: [], note: '' }],
  }
}
const of = (it: Registration, root = '/srv/models', owner = '') => targetOf(it, root, owner)

test.each([
  ['a folder', registration('directory', '/x/m', ['a', 'sub/b']), { layout: 'directory', name: 'm', manifest: '' }],
  ['a cache of Hugging Face as a folder', registration('hf-cache', '/c/x', ['a'], 'org/m'), { layout: 'directory', name: 'org--m' }],
  ['a file', registration('file', '/x/m.gguf', ['m.gguf']), { layout: 'file', name: 'm.gguf' }],
  ['a tag of Ollama', registration('ollama', MANIFEST, ['manifest', 'model']), { layout: 'ollama', name: MANIFEST.slice(7), manifest: A }],
] as const)('%s', (_, it, expected) => {
  expect(of(it)).toMatchObject(expected)
})

test('an account brings the group that it logs in with; one that is named is kept; none takes that of the folder', () => {
  const it = registration('directory', '/x/m', ['a'])
  expect(['vllm', 'vllm:models', ''].map((owner) => of(it, '/m', owner).owner)).toEqual(['vllm:', 'vllm:models', ''])
})

describe('refused', () => {
  const one = registration('directory', '/x/m', ['a'])
  test.each<[string, () => unknown]>([
    ['a file that leads out', () => of(registration('directory', '/x/m', ['../a']))],
    ['a file with an absolute name', () => of(registration('directory', '/x/m', ['/etc/passwd']))],
    ['a name with a newline', () => of(registration('directory', '/x/m', ['a\nb']))],
    ['a model that is called ..', () => of(registration('directory', '/x/m', ['a'], '..'))],
    ['more than one file in a file', () => of(registration('file', '/x/m.gguf', ['a', 'b']))],
    ['a tag without its manifest', () => of(registration('ollama', MANIFEST, ['model']))],
    ['a root that is /', () => of(one, '/')],
    ['a root with ..', () => of(one, '/srv/../etc')],
    ['an owner that is an option', () => of(one, '/m', '--reference=/x')],
    ['what was not reviewed', () => of({ id: 'r', model: 'm', steps: [] })],
  ])('%s', (_, run) => {
    expect(run).toThrow()
    try {
      run()
    } catch (error) {
      expect(failureOf(error).code).toBe('registry.not-deployable')
    }
  })
})

test('whatever a model and its files are called, nothing leads out of the folder', () => {
  const part = fc.oneof(fc.constantFrom('..', '.', '', '/', 'a', '\0', '~'), fc.string({ unit: 'binary', maxLength: 4 }))
  const name = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(name, name, (model, file) => {
      try {
        const it = of(registration('directory', '/x/m', [file], model))
        for (const path of [it.name, ...it.files.map((each) => each.name)])
          expect(path.startsWith('/') || path.includes('\0') || path.split('/').some((word) => ['', '.', '..'].includes(word))).toBe(false)
      } catch (error) {
        expect(failureOf(error).code).toBe('registry.not-deployable')
      }
    }),
  )
})
