import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ModelFile } from '#shared/model/model-inventory.ts'
import { layOut } from './layout.ts'
import { ollamaModels, readManifest } from './ollama-store.ts'

let inode = 0
const entry = (path: string, more: Partial<ModelFile> = {}): ModelFile => ({
  path,
  type: 'file',
  mode: 0o640,
  owner: 'svc',
  group: 'svc',
  size: 1000,
  allocated: 4096,
  device: '1',
  inode: String(++inode),
  mtimeNs: '1',
  ctimeNs: '1',
  ...more,
})
const directory = (path: string) => entry(path, { type: 'directory' })
const link = (path: string, target: string) => entry(path, { type: 'symlink', target })
const shapes = (entries: readonly ModelFile[], roots = ['/m']) =>
  layOut(entries, roots).models.map(({ name, kind, path, files, problems }) => ({
    name,
    kind,
    path,
    files: files.map((file) => file.name).sort(),
    problems,
  }))

describe('what is one model', () => {
  test('a directory with a configuration and all below it; weights without one are one each, shards together', () => {
    expect(
      shapes([
        directory('/m'),
        directory('/m/llama'),
        entry('/m/llama/config.json'),
        entry('/m/llama/model-00001-of-00002.safetensors'),
        entry('/m/llama/model-00002-of-00002.safetensors'),
        entry('/m/llama/original/consolidated.00.pth'),
        entry('/m/gguf/a-q4.gguf'),
        entry('/m/gguf/big-00001-of-00002.gguf'),
        entry('/m/notes.txt'),
        entry('/m/lora/adapter_config.json'),
        entry('/m/lora/adapter_model.safetensors'),
      ]),
    ).toEqual([
      {
        name: 'llama',
        kind: 'directory',
        path: '/m/llama',
        files: ['config.json', 'model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors', 'original/consolidated.00.pth'],
        problems: [],
      },
      { name: 'lora', kind: 'lora', path: '/m/lora', files: ['adapter_config.json', 'adapter_model.safetensors'], problems: [] },
      { name: 'a-q4', kind: 'file', path: '/m/gguf/a-q4.gguf', files: ['a-q4.gguf'], problems: [] },
      {
        name: 'big',
        kind: 'file',
        path: '/m/gguf/big-00001-of-00002.gguf',
        files: ['big-00001-of-00002.gguf'],
        problems: ['big….gguf: 1 of 2 parts are there'],
      },
    ])
  })

  test('a pipeline of diffusers is one model, with its parts', () => {
    const parts = [
      'model_index.json',
      'unet/config.json',
      'unet/diffusion_pytorch_model.safetensors',
      'vae/config.json',
      'vae/diffusion_pytorch_model.safetensors',
    ]
    expect(shapes(parts.map((part) => entry(`/m/sdxl/${part}`)))).toMatchObject([{ name: 'sdxl', files: parts.toSorted() }])
  })

  test('a Hugging Face cache: snapshots of links, blobs named by their hash, blobs without a link', () => {
    const repository = '/m/hub/models--org--tiny'
    const [large, small, old] = ['a'.repeat(64), 'b'.repeat(40), 'c'.repeat(64)]
    const layout = layOut(
      [
        entry(`${repository}/blobs/${large}`),
        entry(`${repository}/blobs/${small}`),
        entry(`${repository}/blobs/${old}`),
        entry(`${repository}/refs/main`),
        directory(`${repository}/snapshots/0123456789abcdef`),
        link(`${repository}/snapshots/0123456789abcdef/model.safetensors`, `../../blobs/${large}`),
        link(`${repository}/snapshots/0123456789abcdef/config.json`, `../../blobs/${small}`),
        link(`${repository}/snapshots/0123456789abcdef/gone.json`, `../../blobs/${'d'.repeat(40)}`),
      ],
      ['/m'],
    )
    expect(layout.models).toMatchObject([
      {
        name: 'org/tiny',
        kind: 'hf-cache',
        source: 'huggingface.co/org/tiny at 0123456789abcdef',
        files: [
          {
            name: 'model.safetensors',
            role: 'weights',
            claim: { algorithm: 'sha256', value: large },
            file: { path: `${repository}/blobs/${large}` },
          },
          { name: 'config.json', claim: { algorithm: 'git-sha1', value: small } },
        ],
        problems: ['gone.json: its blob is missing'],
      },
    ])
    expect(layout.orphans.map(({ path }) => path)).toEqual([`${repository}/blobs/${old}`])
    expect(layout.oddities).toMatchObject([{ kind: 'link-broken' }])
  })

  test('links: inside they are the file, in a circle or outside they are said', () => {
    const layout = layOut(
      [
        directory('/m/real'),
        entry('/m/real/w.gguf'),
        link('/m/dir', 'real'),
        link('/m/a.gguf', 'dir/w.gguf'),
        link('/m/x', 'y'),
        link('/m/y', 'x'),
        link('/m/out.gguf', '/etc/shadow'),
        link('/m/up.gguf', '../../../etc/passwd'),
      ],
      ['/m'],
    )
    expect(layout.models.map(({ path, files }) => [path, files[0]?.file.path])).toEqual([
      ['/m/real/w.gguf', '/m/real/w.gguf'],
      ['/m/a.gguf', '/m/real/w.gguf'],
    ])
    expect(layout.oddities.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
      '/m/x link-loop',
      '/m/y link-loop',
      '/m/out.gguf link-outside',
      '/m/up.gguf link-outside',
    ])
  })

  test('a name that is drawn like another is another file', () => {
    const odd = entry('/m/a\\xff.gguf', { pathBytes: Buffer.from('2f6d2f61ff2e67677566', 'hex').toString('base64') })
    expect(layOut([odd, entry('/m/a\\xff.gguf')], ['/m']).models.flatMap(({ files }) => files)).toHaveLength(2)
  })

  test('any tree: nothing throws, every file belongs to at most one model', () => {
    const part = fc.constantFrom(
      'a',
      'blobs',
      'manifests',
      'snapshots',
      'models--o--n',
      'config.json',
      'model_index.json',
      'w.gguf',
      'x-00001-of-00002.bin',
      `sha256-${'a'.repeat(64)}`,
    )
    const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => `/m/${parts.join('/')}`)
    const type = fc.constantFrom('file', 'directory', 'symlink', 'fifo') as fc.Arbitrary<ModelFile['type']>
    const any = fc
      .record({ path, type, target: path })
      .map(({ path: at, type: what, target }) => entry(at, { type: what, ...(what === 'symlink' ? { target } : {}) }))
    fc.assert(
      fc.property(fc.array(any, { maxLength: 25 }), (entries) => {
        const { models, stores } = layOut(entries, ['/m'])
        const names = models.flatMap(({ path: at, files }) => files.map(({ name }) => `${at}/${name}`))
        expect(new Set(names).size).toBe(names.length)
        for (const store of stores) ollamaModels(store, new Map())
      }),
    )
  })
})

describe('Ollama stores', () => {
  const store = '/m/ollama'
  const digest = (letter: string) => letter.repeat(64)
  const manifest = (name: string) => entry(`${store}/manifests/registry.ollama.ai/library/${name}`)
  const text = (layers: object[], more: object = {}) =>
    JSON.stringify({ schemaVersion: 2, config: { digest: `sha256:${digest('a')}`, size: 1000 }, layers, ...more })
  const model = { mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest('b')}`, size: 1000 }
  const read = (manifests: Readonly<Record<string, string>>, blobs: readonly ModelFile[]) => {
    const entries = [...Object.keys(manifests).map(manifest), ...blobs]
    const [found] = layOut(entries, ['/m']).stores
    if (!found) throw new Error('no store')
    const texts = Object.entries(manifests).map(
      ([name, content]) => [manifest(name).path, { ok: true, text: content, sha256: '' }] as const,
    )
    return ollamaModels(found, new Map(texts))
  }
  const blob = (letter: string, more: Partial<ModelFile> = {}) => entry(`${store}/blobs/sha256-${digest(letter)}`, more)

  test('manifest, configuration, layers, blobs; what no manifest names', () => {
    const { models, orphans } = read({ 'llama3/latest': text([model]) }, [
      blob('a'),
      blob('b'),
      blob('c'),
      entry(`${store}/blobs/sha256-x-partial`),
    ])
    expect(models).toMatchObject([
      {
        name: 'llama3:latest',
        source: 'registry.ollama.ai/library/llama3:latest',
        problems: [],
        files: [{ name: 'manifest' }, { name: 'config' }, { name: 'model', role: 'weights' }],
      },
    ])
    expect(orphans).toHaveLength(2)
  })

  test.each([
    ['a missing blob', text([model]), [blob('a')], 'model: its blob sha256-bbbbbbbbbbbb… is missing'],
    ['another size', text([model]), [blob('a'), blob('b', { size: 7 })], 'model: its blob has 7 bytes, the manifest says 1000'],
    [
      'lines of its own',
      JSON.stringify(JSON.parse(text([model])), null, 2),
      [blob('a'), blob('b')],
      'The manifest is laid out in lines, as Ollama does not write it: it may have been edited',
    ],
    [
      'a path for a digest',
      text([{ ...model, digest: '../../etc/passwd' }]),
      [blob('a')],
      'Layer 1 names "../../etc/passwd" as its digest; nothing of that name was looked for',
    ],
  ])('%s is said', (_, content, blobs, problem) => {
    expect(read({ 'm/t': content }, blobs).models[0]?.problems).toContain(problem)
  })

  test('while a manifest cannot be read, no blob is called an orphan', () => {
    expect(read({ 'm/t': 'not json', 'n/t': text([model]) }, [blob('a'), blob('b'), blob('c')]).orphans).toEqual([])
  })

  test('anything: a manifest never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string()), (content) => void readManifest(content)))
  })
})
