import { posix } from 'node:path'
import type { ModelFile, ModelKind, ModelOddity } from '#shared/model/model-inventory.ts'
import { isWithin } from '../../is-within.ts'
import { resolveLink } from './links.ts'

/** What a file of a model is for: only `document`s may differ without the model being another. */
export type FileRole = 'weights' | 'code' | 'data' | 'document'

/** A hash that a store states of a file by its name. It is no proof: whoever writes the file writes the name as well. */
export interface Claim {
  readonly algorithm: 'sha256' | 'git-sha1'
  readonly value: string
}

export interface LaidOutFile {
  /** Name inside the model: below its directory, of its snapshot, or of its layer. */
  readonly name: string
  /** The file that holds the bytes; behind a link, the target. */
  readonly file: ModelFile
  readonly role: FileRole
  readonly claim?: Claim | undefined
}

export interface LaidOutModel {
  readonly id: string
  readonly name: string
  readonly kind: ModelKind
  readonly path: string
  /** Whose owner and mode stand for the model. */
  readonly self: ModelFile
  readonly files: readonly LaidOutFile[]
  readonly source: string
  readonly problems: readonly string[]
}

/** An Ollama store with its manifests, which have to be read before their models are known. */
export interface OllamaStore {
  readonly path: string
  readonly manifests: readonly ModelFile[]
  /** Blobs by the 64 hexadecimal digits of their names. */
  readonly blobs: ReadonlyMap<string, ModelFile>
  /** What else lies among the blobs: downloads that did not finish, names that are no hash. */
  readonly strangers: readonly ModelFile[]
}

export interface Layout {
  readonly models: readonly LaidOutModel[]
  readonly stores: readonly OllamaStore[]
  readonly oddities: readonly ModelOddity[]
  /** Blobs of Hugging Face caches that no snapshot links to. */
  readonly orphans: readonly ModelFile[]
}

const WEIGHTS =
  /\.(?:safetensors|gguf|ggml|ggjt|bin|pt|pth|ckpt|pkl|pickle|joblib|dill|npz|npy|onnx|h5|hdf5|keras|engine|plan|trt|tflite|pdparams|msgpack|nemo|mar|pb|ot|mlmodel|gptq|llamafile)$/i
const CODE = /\.(?:py|pyc|so|sh|ipynb|jinja|js|wasm|dll|exe)$/i
const DOCUMENT =
  /(?:\.(?:md|txt|rst|pdf|png|jpe?g|gif|svg|html|cff)|(?:^|\/)(?:licen[cs]e|notice|readme|use_policy|\.gitattributes|\.gitignore)[^/]*)$/i
/** Weights by their size alone: no text of a model is as large. */
const LARGE_BYTES = 64 * 1_048_576

/** By name and size alone. What is none of the others is `data`. */
export function roleOf(name: string, size: number): FileRole {
  if (WEIGHTS.test(name) || (size >= LARGE_BYTES && !/\.(?:json|jsonl|txt)$/i.test(name))) return 'weights'
  if (CODE.test(name)) return 'code'
  return DOCUMENT.test(name) ? 'document' : 'data'
}

/** Files that make their directory one model. */
const MARKERS =
  /^(?:config\.json|params\.json|adapter_config\.json|.*\.index\.json|tokenizer\.json|tokenizer\.model|tokenizer_config\.json|generation_config\.json)$/
const PIPELINE = 'model_index.json'

const HF_REPO = /^(.*)\/(models|datasets|spaces)--([^/]+)\/(blobs|snapshots|refs|\.no_exist)(?:\/(.*))?$/
const OLLAMA_MANIFEST = /^(.*)\/manifests\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/

/** Sorts everything that was listed below the roots into models. Pure; nothing is asked on the host. */
export function layOut(entries: readonly ModelFile[], roots: readonly string[]): Layout {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  // Roots may lie in each other. A drawn name may be another file's real one, so the bytes count.
  const all = [
    ...new Map(entries.map((entry) => [entry.pathBytes === undefined ? entry.path : `${entry.path}\0${entry.pathBytes}`, entry])).values(),
  ]
  const oddities = oddNames(all)
  const links = new Map<string, ModelFile>()
  for (const entry of all) {
    if (entry.type !== 'symlink') continue
    const resolved = resolveLink(entry, byPath, roots)
    if (!resolved.ok) oddities.push({ path: entry.path, kind: resolved.kind, reason: resolved.reason })
    else if (resolved.file.type === 'file') links.set(entry.path, resolved.file)
  }
  const stores = ollamaStores(all)
  const inStore = (path: string) =>
    stores.some((store) => path.startsWith(`${store.path}/blobs/`) || path.startsWith(`${store.path}/manifests/`))
  const rest: { readonly path: string; readonly file: ModelFile }[] = []
  const repositories = new Map<string, ModelFile[]>()
  for (const entry of all) {
    if (inStore(entry.path)) continue
    const repository = HF_REPO.exec(entry.path)
    if (repository) {
      const key = `${repository[1]}/${repository[2]}--${repository[3]}`
      const group = repositories.get(key)
      if (group) group.push(entry)
      else repositories.set(key, [entry])
      continue
    }
    const file = entry.type === 'file' ? entry : links.get(entry.path)
    if (file) rest.push({ path: entry.path, file })
  }
  const cached = [...repositories].map(([path, group]) => hfRepository(path, group, links, byPath))
  return {
    models: [...cached.flatMap(({ models }) => models), ...plainModels(rest, byPath, roots)],
    stores,
    oddities,
    orphans: cached.flatMap(({ orphans }) => orphans),
  }
}

function oddNames(all: readonly ModelFile[]): ModelOddity[] {
  const oddities: ModelOddity[] = []
  for (const { path, pathBytes, type, size, allocated } of all) {
    if (type === 'fifo') oddities.push({ path, kind: 'fifo', reason: 'A named pipe: reading it would wait for ever, so it was not opened' })
    if (type === 'device') oddities.push({ path, kind: 'device', reason: 'A device node, which was not opened' })
    if (type === 'socket') oddities.push({ path, kind: 'socket', reason: 'A socket, which was not opened' })
    if (type === 'unknown') oddities.push({ path, kind: 'unknown-type', reason: 'The host does not say what it is' })
    if (pathBytes !== undefined)
      oddities.push({ path, kind: 'name', reason: 'Its name holds control characters, or bytes that are not UTF-8' })
    // Compressing file systems allocate less than the size as well, but hardly nothing.
    if (type === 'file' && size >= 1_048_576 && allocated < size / 16)
      oddities.push({ path, kind: 'sparse', reason: `Only ${allocated} of its ${size} bytes are on the disk` })
  }
  return oddities
}

function ollamaStores(all: readonly ModelFile[]): OllamaStore[] {
  const manifests = new Map<string, ModelFile[]>()
  const blobs = new Map<string, { known: Map<string, ModelFile>; strangers: ModelFile[] }>()
  for (const entry of all) {
    const [, store] = OLLAMA_MANIFEST.exec(entry.path) ?? []
    if (store !== undefined && entry.type === 'file') manifests.set(store, [...(manifests.get(store) ?? []), entry])
    const [, holder, name] = /^(.*)\/blobs\/([^/]+)$/.exec(entry.path) ?? []
    if (holder === undefined || name === undefined || !/^sha256[-:]/.test(name)) continue
    const at = blobs.get(holder) ?? { known: new Map<string, ModelFile>(), strangers: [] as ModelFile[] }
    blobs.set(holder, at)
    const digest = /^sha256[-:]([0-9a-f]{64})$/.exec(name)?.[1]
    if (digest === undefined || entry.type !== 'file') at.strangers.push(entry)
    else at.known.set(digest, entry)
  }
  return [...new Set([...manifests.keys(), ...blobs.keys()])].map((path) => ({
    path,
    manifests: manifests.get(path) ?? [],
    blobs: blobs.get(path)?.known ?? new Map(),
    strangers: blobs.get(path)?.strangers ?? [],
  }))
}

/** One repository of a Hugging Face cache (huggingface_hub, "Understand caching"): snapshots of links to blobs named by their hash. */
function hfRepository(
  path: string,
  group: readonly ModelFile[],
  links: ReadonlyMap<string, ModelFile>,
  byPath: ReadonlyMap<string, ModelFile>,
): { readonly models: LaidOutModel[]; readonly orphans: ModelFile[] } {
  const repository = posix
    .basename(path)
    .replace(/^[a-z]+--/, '')
    .replaceAll('--', '/')
  const isModel = posix.basename(path).startsWith('models--')
  const snapshots = new Map<string, LaidOutFile[]>()
  const problems = new Map<string, string[]>()
  const used = new Set<string>()
  for (const entry of group) {
    const [, revision, name] = /\/snapshots\/([^/]+)\/(.+)$/.exec(entry.path) ?? []
    if (revision === undefined || name === undefined || entry.type === 'directory') continue
    const file = entry.type === 'file' ? entry : links.get(entry.path)
    if (!file) {
      problems.set(revision, [...(problems.get(revision) ?? []), `${name}: its blob is missing`])
      continue
    }
    used.add(file.path)
    const claim = claimOf(posix.basename(file.path))
    snapshots.set(revision, [
      ...(snapshots.get(revision) ?? []),
      { name, file, role: roleOf(name, file.size), ...(file === entry ? {} : { claim }) },
    ])
  }
  const models = [...snapshots].flatMap(([revision, files]): LaidOutModel[] => {
    const self = byPath.get(`${path}/snapshots/${revision}`) ?? files[0]?.file
    if (!self || !isModel) return []
    return [
      {
        id: `${path}/snapshots/${revision}`,
        name: snapshots.size > 1 ? `${repository}@${revision.slice(0, 8)}` : repository,
        kind: 'hf-cache',
        path: `${path}/snapshots/${revision}`,
        self,
        files,
        source: `huggingface.co/${repository} at ${revision}`,
        problems: problems.get(revision) ?? [],
      },
    ]
  })
  const orphans = group.filter(({ path: blob, type }) => type === 'file' && /\/blobs\/[^/]+$/.test(blob) && !used.has(blob))
  return { models, orphans }
}

/** A blob is named by its ETag: SHA-256 for files in LFS or Xet, git's SHA-1 for others. */
function claimOf(blob: string): Claim | undefined {
  if (/^[0-9a-f]{64}$/.test(blob)) return { algorithm: 'sha256', value: blob }
  return /^[0-9a-f]{40}$/.test(blob) ? { algorithm: 'git-sha1', value: blob } : undefined
}

interface Named {
  readonly path: string
  readonly file: ModelFile
}

/** Directories with a configuration beside their weights are one model; other weights are one each, their shards together. */
function plainModels(rest: readonly Named[], byPath: ReadonlyMap<string, ModelFile>, roots: readonly string[]): LaidOutModel[] {
  const marked = new Set<string>()
  const pipelines = new Set<string>()
  for (const { path } of rest) {
    const name = posix.basename(path)
    if (name === PIPELINE) pipelines.add(posix.dirname(path))
    else if (MARKERS.test(name)) marked.add(posix.dirname(path))
  }
  const rooted = (path: string) => roots.some((root) => isWithin(path, root))
  const memory = new Map<string, string | undefined>()
  /** The outermost pipeline above, else the nearest directory with a marker. */
  const homeOf = (directory: string): string | undefined => {
    if (!rooted(directory)) return undefined
    if (memory.has(directory)) return memory.get(directory)
    const above = homeOf(posix.dirname(directory))
    const home = above !== undefined && pipelines.has(above) ? above : pipelines.has(directory) || marked.has(directory) ? directory : above
    memory.set(directory, home)
    return home
  }
  const directories = new Map<string, Named[]>()
  const singles = new Map<string, Named[]>()
  const add = (map: Map<string, Named[]>, key: string, named: Named) => {
    const before = map.get(key)
    if (before) before.push(named)
    else map.set(key, [named])
  }
  for (const named of rest) {
    const home = homeOf(posix.dirname(named.path))
    if (home !== undefined) add(directories, home, named)
    else if (roleOf(named.path, named.file.size) === 'weights') add(singles, named.path.replace(SHARD, '$3'), named)
  }
  const models: LaidOutModel[] = []
  for (const [path, group] of directories) {
    const files = group.map((named) => laidOut(named, named.path.slice(path === '/' ? 1 : path.length + 1)))
    const self = byPath.get(path) ?? group[0]?.file
    if (!self || !files.some(({ role }) => role === 'weights')) continue
    const kind = files.some(({ name }) => name === 'adapter_config.json') ? 'lora' : 'directory'
    models.push({ id: path, name: nameOfDirectory(path), kind, path, self, files, source: '', problems: missingShards(files) })
  }
  for (const [key, group] of singles) {
    const [first] = group
    if (!first) continue
    const files = group.map((named) => laidOut(named, posix.basename(named.path)))
    const name = posix.basename(key).replace(/\.[A-Za-z0-9]{1,12}$/, '')
    models.push({ id: key, name, kind: 'file', path: first.path, self: first.file, files, source: '', problems: missingShards(files) })
  }
  return models
}

const laidOut = ({ path, file }: Named, name: string): LaidOutFile => ({ name, file, role: roleOf(path, file.size) })

/** `model-00001-of-00004.safetensors`, as transformers and llama.cpp's gguf-split write it. */
const SHARD = /-(\d{5})-of-(\d{5})(\.[A-Za-z0-9]+)$/

/** Names that say nothing are preceded by that of the directory above. */
function nameOfDirectory(path: string): string {
  const name = posix.basename(path)
  return /^(?:\d+|models?|checkpoint.*|snapshot.*|latest|current|weights|fp16|int8|hf|[0-9a-f]{40})$/i.test(name)
    ? `${posix.basename(posix.dirname(path))}/${name}`.replace(/^\//, '')
    : name
}

/** A set of shards that lacks some of those that its own names count. */
function missingShards(files: readonly LaidOutFile[]): string[] {
  const sets = new Map<string, { total: number; seen: Set<number> }>()
  for (const { name } of files) {
    const [, number, total, extension] = SHARD.exec(name) ?? []
    if (number === undefined || total === undefined) continue
    const key = `${name.replace(SHARD, '')}…${extension ?? ''}`
    const set = sets.get(key) ?? { total: Number(total), seen: new Set<number>() }
    set.seen.add(Number(number))
    sets.set(key, set)
  }
  return [...sets].flatMap(([key, { total, seen }]) => (seen.size < total ? [`${key}: ${seen.size} of ${total} parts are there`] : []))
}
