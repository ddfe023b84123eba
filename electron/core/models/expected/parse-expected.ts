import { createHash } from 'node:crypto'
import type { HashAlgorithm, StatedDigest, StatedDigests } from '#shared/model/model-expected.ts'
import { readManifest } from '../inventory/ollama-store.ts'
import { readSigningBundle, type SigningTrust } from './model-signing.ts'

/** No list of a model is longer. */
export const MAX_DOCUMENT_BYTES = 16 * 1_048_576
const MAX_DIGESTS = 20_000

/** A name inside a model: relative, without `..`; a leading `./` is dropped. Undefined when it is none. */
function insideModel(name: string): string | undefined {
  const path = name.replace(/^(?:\.\/)+/, '')
  const usable = path !== '' && path.length <= 1000 && !path.startsWith('/') && !/[\0\n\r]/.test(path) && !path.split('/').includes('..')
  return usable ? path : undefined
}

/**
 * Reads a document that states digests: SHA256SUMS (GNU or BSD), the JSON that Hugging Face answers to `?blobs=true` or `/tree/`, a git-lfs
 * pointer, an OCI or Ollama manifest, a model-signing bundle. `name` is that of the file, which a pointer is about. Never throws;
 * undefined when it is none of them.
 */
export function parseExpected(bytes: Buffer, name: string, trust?: SigningTrust): StatedDigests | undefined {
  const text = bytes.toString('utf8')
  const plain = { revision: '', signature: 'none', signatureNote: '' } as const
  const pointer = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:ext-[^\n]*\n)*oid sha256:([0-9a-f]{64})\nsize \d+\n?$/.exec(text)
  if (pointer) {
    const file = insideModel(name)
    const digests = file && pointer[1] ? [{ file, algorithm: 'sha256' as const, digest: pointer[1] }] : []
    return { ...plain, form: 'lfs-pointer', digests, skipped: [] }
  }
  const json = /^\s*[[{]/.test(text) ? jsonOf(text) : undefined
  if (json === undefined) return sums(text)
  const bundle = readSigningBundle(json, trust)
  if (bundle) {
    const { resources, ...signature } = bundle
    return { ...plain, ...signature, form: 'model-signing', ...checked(resources) }
  }
  if (isRecord(json) && Array.isArray(json.layers)) {
    const { layers, problems } = readManifest(text)
    const taken = new Map<string, number>()
    const named = layers.map(({ what, digest }) => {
      const number = (taken.get(what) ?? 0) + 1
      taken.set(what, number)
      return { file: number === 1 ? what : `${what}-${number}`, algorithm: 'sha256' as const, digest }
    })
    const own = { file: 'manifest', algorithm: 'sha256' as const, digest: createHash('sha256').update(bytes).digest('hex') }
    return { ...plain, form: 'oci-manifest', digests: [own, ...named], skipped: problems }
  }
  return huggingFace(json)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function checked(entries: readonly { readonly file: string; readonly algorithm: HashAlgorithm; readonly digest: string }[]) {
  const digests: StatedDigest[] = []
  const skipped: string[] = []
  for (const { file, algorithm, digest } of entries.slice(0, MAX_DIGESTS)) {
    const inside = insideModel(file)
    const sound = algorithm === 'sha256' ? /^[0-9a-f]{64}$/i.test(digest) : /^[0-9a-f]{40}$/i.test(digest)
    if (inside !== undefined && sound) digests.push({ file: inside, algorithm, digest: digest.toLowerCase() })
    else skipped.push(file.slice(0, 200))
  }
  if (entries.length > MAX_DIGESTS) skipped.push(`${entries.length - MAX_DIGESTS} more`)
  return { digests, skipped }
}

/** sha256sum(1): `HEX  name`, `HEX *name`, a leading backslash where the name is escaped; BSD: `SHA256 (name) = HEX`. */
function sums(text: string): StatedDigests | undefined {
  const entries: StatedDigest[] = []
  const skipped: string[] = []
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(?:#.*)?$/.test(line)) continue
    const gnu = /^(\\?)([0-9a-fA-F]{64}) [ *](.+)$/.exec(line)
    const bsd = /^(\\?)SHA256 \((.+)\) = ([0-9a-fA-F]{64})$/.exec(line)
    const [escaped = '', name = '', digest = ''] = gnu ? [gnu[1], gnu[3], gnu[2]] : bsd ? [bsd[1], bsd[2], bsd[3]] : []
    if (digest === '') skipped.push(line.slice(0, 200))
    else
      entries.push({
        file: escaped === '' ? name : name.replace(/\\([\\nr])/g, (_, it: string) => ({ n: '\n', r: '\r' })[it] ?? '\\'),
        algorithm: 'sha256',
        digest,
      })
  }
  if (entries.length === 0) return undefined
  const { digests, skipped: unusable } = checked(entries)
  return {
    form: 'sha256sums',
    revision: '',
    signature: 'none',
    signatureNote: '',
    digests,
    skipped: [...skipped, ...unusable].slice(0, 100),
  }
}

/** `GET /api/models/REPO?blobs=true` (siblings) or `/api/models/REPO/tree/REVISION?recursive=true` (an array) of the Hugging Face Hub. */
function huggingFace(json: unknown): StatedDigests | undefined {
  const list = Array.isArray(json) ? json : isRecord(json) && Array.isArray(json.siblings) ? json.siblings : undefined
  if (list === undefined) return undefined
  const skipped: string[] = []
  const entries = list.slice(0, MAX_DIGESTS + 1).flatMap((entry: unknown): StatedDigest[] => {
    if (!isRecord(entry) || entry.type === 'directory') return []
    const file = textOf(entry.rfilename) || textOf(entry.path)
    const lfs = isRecord(entry.lfs) ? (textOf(entry.lfs.sha256) || textOf(entry.lfs.oid)).replace(/^sha256:/, '') : ''
    const blob = textOf(entry.blobId) || textOf(entry.oid)
    if (lfs !== '') return [{ file, algorithm: 'sha256', digest: lfs }]
    if (blob !== '') return [{ file, algorithm: 'git-sha1', digest: blob }]
    skipped.push(file.slice(0, 200))
    return []
  })
  const result = checked(entries)
  if (result.digests.length === 0 && skipped.length === 0) return undefined
  const revision = isRecord(json) ? textOf(json.sha).slice(0, 200) : ''
  return {
    form: 'hf-json',
    revision,
    signature: 'none',
    signatureNote: '',
    digests: result.digests,
    skipped: [...skipped, ...result.skipped].slice(0, 100),
  }
}
