import type { ModelFile } from '#shared/model/model-inventory.ts'
import type { LaidOutFile, LaidOutModel, OllamaStore } from './layout.ts'

/** A manifest as it was read, or why it could not be. */
export type ManifestText =
  | { readonly ok: true; readonly text: string; readonly sha256: string }
  | { readonly ok: false; readonly reason: string }

/** A manifest lists some dozen layers; a longer one is not read. */
export const MAX_MANIFEST_BYTES = 1_048_576
const MAX_LAYERS = 2_000

interface Layer {
  readonly what: string
  readonly digest: string
  readonly size: number
}

/** Reads a manifest (`manifest/manifest.go` of Ollama; OCI image manifest). Never throws. */
export function readManifest(text: string): { readonly layers: readonly Layer[]; readonly problems: readonly string[] } {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return { layers: [], problems: ['The manifest is not JSON'] }
  }
  if (!isRecord(parsed)) return { layers: [], problems: ['The manifest is not an object'] }
  const problems: string[] = []
  if (parsed.schemaVersion !== 2) problems.push('The manifest does not say schemaVersion 2')
  const listed = Array.isArray(parsed.layers) ? parsed.layers : []
  if (!Array.isArray(parsed.layers)) problems.push('The manifest lists no layers')
  if (listed.length > MAX_LAYERS) problems.push(`The manifest lists more than ${MAX_LAYERS} layers; the rest was not read`)
  const layers: Layer[] = []
  for (const [index, entry] of [parsed.config, ...listed.slice(0, MAX_LAYERS)].entries()) {
    const where = index === 0 ? 'The configuration' : `Layer ${index}`
    if (index === 0 && entry === undefined) {
      problems.push('The manifest names no configuration')
      continue
    }
    if (!isRecord(entry) || typeof entry.digest !== 'string') {
      problems.push(`${where} names no digest`)
      continue
    }
    const digest = /^sha256[:-]([0-9a-f]{64})$/i.exec(entry.digest)?.[1]?.toLowerCase()
    if (digest === undefined) {
      problems.push(`${where} names ${JSON.stringify(entry.digest.slice(0, 100))} as its digest; nothing of that name was looked for`)
      continue
    }
    const size = typeof entry.size === 'number' && Number.isSafeInteger(entry.size) && entry.size >= 0 ? entry.size : -1
    if (size < 0) problems.push(`${where} states no size`)
    layers.push({ what: index === 0 ? 'config' : whatOf(entry.mediaType), digest, size })
  }
  return { layers, problems }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `application/vnd.ollama.image.template` is the template. */
const whatOf = (mediaType: unknown): string => {
  const word = typeof mediaType === 'string' ? (/\.([a-z]{1,20})(?:\+[a-z]+)?$/.exec(mediaType)?.[1] ?? '') : ''
  return word === '' ? 'layer' : word
}

/** Ollama and its registry write manifests in one line; other text was put there by something else. */
const writtenByHand = (text: string): boolean => /\n\s*\S/.test(text.trim())

export interface OllamaModels {
  readonly models: readonly LaidOutModel[]
  /** Blobs that no manifest names. Empty while a manifest could not be read, since it may name them. */
  readonly orphans: readonly ModelFile[]
}

/** The models of one store: manifest → configuration and layers → blobs by name → sizes. Digests are compared where hashes are. */
export function ollamaModels(store: OllamaStore, manifests: ReadonlyMap<string, ManifestText>): OllamaModels {
  const named = new Set<string>()
  let complete = true
  const models = store.manifests.map((self): LaidOutModel => {
    const [registry = '', namespace = '', model = '', tag = ''] = self.path.slice(`${store.path}/manifests/`.length).split('/')
    const short =
      registry === 'registry.ollama.ai' ? (namespace === 'library' ? model : `${namespace}/${model}`) : `${registry}/${namespace}/${model}`
    const manifest = manifests.get(self.path) ?? { ok: false, reason: 'it was not read' }
    const base = {
      id: self.path,
      name: `${short}:${tag}`,
      kind: 'ollama',
      path: self.path,
      self,
      source: `${registry}/${namespace}/${model}:${tag}`,
    } as const
    const own: LaidOutFile = { name: 'manifest', file: self, role: 'data' }
    if (!manifest.ok) {
      complete = false
      return { ...base, files: [own], problems: [`The manifest could not be read: ${manifest.reason}`] }
    }
    const { layers, problems } = readManifest(manifest.text)
    if (problems.length > 0) complete = false
    const found: string[] = [...problems]
    if (writtenByHand(manifest.text)) found.push('The manifest is laid out in lines, as Ollama does not write it: it may have been edited')
    const files: LaidOutFile[] = [own]
    const taken = new Map<string, number>()
    for (const { what, digest, size } of layers) {
      named.add(digest)
      const blob = store.blobs.get(digest)
      if (!blob) {
        found.push(`${what}: its blob sha256-${digest.slice(0, 12)}… is missing`)
        continue
      }
      if (size >= 0 && blob.size !== size) found.push(`${what}: its blob has ${blob.size} bytes, the manifest says ${size}`)
      const number = (taken.get(what) ?? 0) + 1
      taken.set(what, number)
      files.push({
        name: number === 1 ? what : `${what}-${number}`,
        file: blob,
        role: /^(?:model|projector|adapter|tensor|draft|embed)$/.test(what) ? 'weights' : what === 'license' ? 'document' : 'data',
        claim: { algorithm: 'sha256', value: digest },
      })
    }
    return { ...base, files, problems: found }
  })
  const unnamed = [...store.blobs].filter(([digest]) => !named.has(digest)).map(([, file]) => file)
  return { models, orphans: complete ? [...unnamed, ...store.strangers] : [] }
}
