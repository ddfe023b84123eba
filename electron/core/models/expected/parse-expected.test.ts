import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { signingKey } from './model-signing.ts'
import { parseExpected } from './parse-expected.ts'
import { signingBundle } from './signing-bundle.testing.ts'

const A = 'a'.repeat(64)
const B = 'B'.repeat(64)
const parse = (text: string, name = 'SHA256SUMS', key?: KeyObject) => parseExpected(Buffer.from(text), name, key && { key })

describe('documents', () => {
  test('SHA256SUMS of GNU and BSD, escaped names, and names that lead out of the model', () => {
    const text = `# official\n${A}  model.safetensors\n${B} *./sub/config.json\n\\${A}  two\\nlines\nSHA256 (bsd file) = ${A}\n${A}  ../../etc/passwd\n${A}  /etc/passwd\nnonsense\n`
    expect(parse(text)).toMatchObject({
      form: 'sha256sums',
      digests: [
        { file: 'model.safetensors', digest: A },
        { file: 'sub/config.json', digest: B.toLowerCase() },
        { file: 'bsd file', digest: A },
      ],
      skipped: ['nonsense', 'two\nlines', '../../etc/passwd', '/etc/passwd'],
    })
  })

  test('the two answers of the Hugging Face Hub: LFS by SHA-256, other files by the hash of git', () => {
    const siblings = [
      { rfilename: 'model.safetensors', blobId: '1'.repeat(40), lfs: { sha256: A, size: 3 } },
      { rfilename: 'config.json', blobId: '2'.repeat(40), size: 2 },
      { rfilename: 'unsized.json' },
    ]
    expect(parse(JSON.stringify({ sha: 'c0ffee', siblings }))).toMatchObject({
      form: 'hf-json',
      revision: 'c0ffee',
      digests: [
        { file: 'model.safetensors', algorithm: 'sha256', digest: A },
        { file: 'config.json', algorithm: 'git-sha1', digest: '2'.repeat(40) },
      ],
      skipped: ['unsized.json'],
    })
    const tree = [
      { type: 'file', path: 'm.bin', oid: '3'.repeat(40), lfs: { oid: A } },
      { type: 'directory', path: 'd', oid: '4'.repeat(40) },
    ]
    expect(parse(JSON.stringify(tree))?.digests).toEqual([{ file: 'm.bin', algorithm: 'sha256', digest: A }])
  })

  test('a git-lfs pointer is about the file of its own name', () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${A}\nsize 12\n`
    expect(parse(pointer, 'model.bin')).toMatchObject({ form: 'lfs-pointer', digests: [{ file: 'model.bin', digest: A }] })
  })

  test('a manifest stands for itself and for its layers', () => {
    const text = JSON.stringify({
      schemaVersion: 2,
      config: { digest: `sha256:${A}`, size: 1 },
      layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${B.toLowerCase()}`, size: 2 }],
    })
    expect(parse(text)?.digests).toEqual([
      { file: 'manifest', algorithm: 'sha256', digest: createHash('sha256').update(text).digest('hex') },
      { file: 'config', algorithm: 'sha256', digest: A },
      { file: 'model', algorithm: 'sha256', digest: B.toLowerCase() },
    ])
  })

  test('what states no digest is none of these', () => {
    for (const text of ['', 'hello', '{}', '[]', '{"a":', '{"mediaType":"x"}', '{"siblings":[]}']) expect(parse(text)).toBeUndefined()
  })

  test('anything: nothing throws, and no name leads out of the model', () => {
    const digest = fc.constantFrom(A, B, 'c'.repeat(40), '')
    const name = fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('../x', '/x', 'a/../../b', './a', '..', 'a\0b'))
    const line = fc.tuple(digest, name).map(([hash, file]) => `${hash}  ${file}`)
    const entry = fc.tuple(digest, name).map(([hash, file]) => ({ rfilename: file, blobId: hash, lfs: { sha256: hash } }))
    const document = fc.oneof(
      fc.string(),
      fc.array(line).map((lines) => lines.join('\n')),
      fc.array(entry).map((siblings) => JSON.stringify({ siblings })),
      fc.json(),
    )
    fc.assert(
      fc.property(document, name, (text, own) => {
        for (const { file } of parse(text, own)?.digests ?? []) expect(file.startsWith('/') || file.split('/').includes('..')).toBe(false)
      }),
    )
  })
})

const files = [
  { name: 'config.json', algorithm: 'sha256', digest: A },
  { name: 'model.safetensors', algorithm: 'sha256', digest: B.toLowerCase() },
]
const bundle = (key: KeyObject, hash: string | null, change?: (statement: Record<string, unknown>) => void) =>
  signingBundle(files, key, hash, change)

describe('model-signing bundles', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const large = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  const edwards = generateKeyPairSync('ed25519')

  test.each([
    ['P-256', privateKey, publicKey, 'sha256'],
    ['P-384', large.privateKey, large.publicKey, 'sha384'],
    ['Ed25519', edwards.privateKey, edwards.publicKey, null],
  ] as const)('%s: a signature by the given key is verified', (_, secret, open, hash) => {
    const pem = signingKey(open.export({ type: 'spki', format: 'pem' }).toString())
    expect(parse(bundle(secret, hash), 'model.sig', pem)).toMatchObject({
      form: 'model-signing',
      signature: 'verified',
      digests: [
        { file: 'config.json', digest: A },
        { file: 'model.safetensors', digest: B.toLowerCase() },
      ],
    })
  })

  test('another key, no key, a payload changed after it was signed', () => {
    const text = bundle(privateKey, 'sha256')
    expect(parse(text, 'model.sig', large.publicKey)).toMatchObject({
      signature: 'not-verified',
      signatureNote: 'No signature of the bundle is by the given key',
    })
    expect(parse(text)).toMatchObject({ signature: 'not-verified', digests: [{}, {}] })
    const open = JSON.parse(text)
    const payload = Buffer.from(open.dsseEnvelope.payload, 'base64').toString().replace('"sample"', '"forged"')
    open.dsseEnvelope.payload = Buffer.from(payload).toString('base64')
    expect(parse(JSON.stringify(open), 'model.sig', publicKey)?.signature).toBe('not-verified')
  })

  test.each<[string, (statement: Record<string, unknown>) => void]>([
    [
      'digests that its subject does not cover',
      (it) => Object.assign((it.predicate as { resources: object[] }).resources[0] ?? {}, { digest: 'c'.repeat(64) }),
    ],
    [
      'hashes of shards',
      (it) => Object.assign((it.predicate as { resources: object[] }).resources[0] ?? {}, { algorithm: 'sha256-sharded-1000' }),
    ],
    ['another predicate', (it) => Object.assign(it, { predicateType: 'https://slsa.dev/provenance/v1' })],
  ])('a statement with %s states nothing, though it is signed', (_, change) => {
    expect(parse(bundle(privateKey, 'sha256', change), 'model.sig', publicKey)).toMatchObject({ digests: [], signature: 'not-verified' })
  })
})
