import { createHash } from 'node:crypto'
import { type FileState, fileStates } from '#shared/model/file-state.ts'
import type { ModelArtifact, VerifiedFile } from '#shared/model/model-artifact.ts'
import type { ExpectedValue } from '#shared/model/model-expected.ts'
import type { HostModel } from '#shared/model/model-inventory.ts'
import { scanOutcomes } from '#shared/model/scan-report.ts'
import type { FileIdentity, StoredFile, StoredHash, StoredScan } from '../store/model.repo.ts'

/** Hashes of one host by the identity of the file. */
export type HashBook = ReadonlyMap<string, StoredHash>

const keyOf = ({ device, inode }: Pick<FileIdentity, 'device' | 'inode'>, algorithm: StoredHash['algorithm']): string =>
  `${algorithm} ${device} ${inode}`

/** By algorithm and inode: a file that was moved is found again. Whether its content is still that one, `hashOf` says. */
export const hashBook = (hashes: readonly StoredHash[]): HashBook => new Map(hashes.map((hash) => [keyOf(hash, hash.algorithm), hash]))

/**
 * The hash that was taken of exactly this content, or the problem that it met. A file that was written, replaced in place or touched since
 * has another ctime, which no program can set; without times in nanoseconds nothing is known.
 */
export function hashOf(file: FileIdentity, algorithm: StoredHash['algorithm'], book: HashBook): StoredHash | undefined {
  const hash = book.get(keyOf(file, algorithm))
  if (!hash || file.ctimeNs === '' || file.mtimeNs === '') return undefined
  const same = hash.size === file.size && hash.mtimeNs === file.mtimeNs && hash.ctimeNs === file.ctimeNs
  return same ? hash : undefined
}

/** Scans of one host by the identity of the file. */
export type ScanShelf = ReadonlyMap<string, StoredScan>

/** Scans by device and inode, which is how the files of a listing ask for theirs. */
export const scanShelf = (scans: readonly StoredScan[]): ScanShelf => new Map(scans.map((scan) => [`${scan.device} ${scan.inode}`, scan]))

/** What was measured on one host. */
export interface HostKnowledge {
  readonly hashes: HashBook
  readonly scans: ScanShelf
}

/** The report of exactly these bytes. */
export function scanOf(file: FileIdentity, shelf: ScanShelf): StoredScan | undefined {
  const scan = shelf.get(`${file.device} ${file.inode}`)
  if (!scan || file.ctimeNs === '') return undefined
  return scan.size === file.size && scan.mtimeNs === file.mtimeNs && scan.ctimeNs === file.ctimeNs ? scan : undefined
}

/** The values that stand for each model. */
export function byModel(values: readonly ExpectedValue[]): ReadonlyMap<string, readonly ExpectedValue[]> {
  const groups = new Map<string, ExpectedValue[]>()
  for (const value of values) groups.set(value.model, [...(groups.get(value.model) ?? []), value])
  return groups
}

/** Host part of where a model came from: `registry.ollama.ai/…`, `huggingface.co/…`, or of a URL. */
const siteOf = (text: string): string => {
  const site = /^(?:https?:\/\/)?([^/:\s]+)/.exec(text)?.[1]?.toLowerCase() ?? ''
  return ({ 'hf.co': 'huggingface.co', 'registry.ollama.ai': 'ollama.com' } as Record<string, string>)[site] ?? site.replace(/^www\./, '')
}

/** Whoever can change a file there can change its hash there as well. A verified signature does not depend on the place. */
export function isWeak({ origin }: ExpectedValue, source: string): boolean {
  if (origin.signature === 'verified') return false
  return origin.url === '' || (source !== '' && siteOf(origin.url) === siteOf(source))
}

/** What every file of a model on one host is, against what it should be. `expected` are the values that stand for its name. */
export function verifyModel(
  model: HostModel,
  files: readonly StoredFile[],
  expected: readonly ExpectedValue[],
  { hashes, scans }: HostKnowledge,
): VerifiedFile[] {
  const byName = new Map(expected.map((value) => [value.file, value]))
  const manifest = approvalOfManifest(model, files, byName, hashes)
  const verified = files.map(({ name, file, role, claim }): VerifiedFile => {
    const value = byName.get(name)
    const algorithm = value?.algorithm ?? 'sha256'
    const hash = hashOf(file, algorithm, hashes)
    const scan = scanOf(file, scans)
    const base = {
      name,
      role,
      file,
      algorithm,
      digest: hash?.digest ?? '',
      hashedAt: hash?.digest ? hash.hashedAt : '',
      ...(value && { expected: value }),
      ...(scan && { scan: scan.report }),
    }
    const as = (state: FileState, reason: string): VerifiedFile => ({
      ...base,
      state,
      reason,
      weak: value !== undefined && isWeak(value, model.source),
    })
    const claimed = claim && hashOf(file, claim.algorithm, hashes)?.digest
    if (claim && claimed && claimed !== claim.value)
      return as('differs', `The store names it ${claim.value.slice(0, 12)}…, its content is ${claimed.slice(0, 12)}…`)
    // An approved manifest names its layers by their digests, so what it names is approved with it.
    if (hash?.digest && !value && manifest !== undefined && claim)
      return manifest === 'approved' && hash.digest === claim.value
        ? as('verified', 'The approved manifest names it by this digest')
        : as('no-expected-value', 'Its manifest is not the approved one')
    if (hash?.digest && value) {
      return hash.digest === value.digest
        ? as('verified', `It has the digest that was read on ${value.origin.readOn} by ${value.origin.readBy}`)
        : as(
            'differs',
            `${name === 'manifest' && model.kind === 'ollama' ? 'The tag was moved or its manifest edited since: expected' : 'Expected'} ${value.digest.slice(0, 12)}…, found ${hash.digest.slice(0, 12)}…`,
          )
    }
    if (!hash?.digest && hash?.problem) return as('not-hashed', hash.problem)
    if (!hash?.digest)
      return as(
        'not-hashed',
        file.ctimeNs === ''
          ? 'The host tells no times in nanoseconds, so an earlier hash may be of other bytes'
          : 'No hash of these bytes was taken yet',
      )
    if (expected.length > 0 && role !== 'document') return as('extra-file', 'The official list of this model does not name it')
    return as('no-expected-value', 'Nobody has recorded what its digest should be')
  })
  const present = new Set(files.map(({ name }) => name))
  const missing = expected
    .filter(({ file }) => !present.has(file) && !isDocument(file))
    .map(
      (value): VerifiedFile => ({
        name: value.file,
        role: 'data',
        state: 'missing-file',
        reason: 'The official list names it, and it is not there',
        digest: '',
        algorithm: value.algorithm,
        hashedAt: '',
        expected: value,
        weak: isWeak(value, model.source),
      }),
    )
  return [...verified, ...missing]
}

/** Whether the manifest of an Ollama model is the expected one; undefined where nothing is expected of it. */
function approvalOfManifest(
  { kind }: HostModel,
  files: readonly StoredFile[],
  expected: ReadonlyMap<string, ExpectedValue>,
  hashes: HashBook,
): 'approved' | 'other' | undefined {
  const value = kind === 'ollama' ? expected.get('manifest') : undefined
  const stored = files.find(({ name }) => name === 'manifest')
  if (!value || !stored) return undefined
  return hashOf(stored.file, 'sha256', hashes)?.digest === value.digest ? 'approved' : 'other'
}

/** A page beside the weights is often left out of a download. */
const isDocument = (name: string): boolean =>
  /(?:\.(?:md|txt|png|jpe?g|pdf)|(?:^|\/)(?:licen[cs]e|notice|use_policy|\.gitattributes|\.gitignore)[^/]*)$/i.test(name)

const NO_FILES = Object.fromEntries(fileStates.map((state) => [state, 0])) as ModelArtifact['counts']

/** Documents without an expected value are not counted: nobody publishes hashes of a README. */
export const countStates = (files: readonly VerifiedFile[]): ModelArtifact['counts'] => {
  const counts = { ...NO_FILES }
  for (const { state, role } of files) if (role !== 'document' || state !== 'no-expected-value') counts[state]++
  return counts
}

/** The loudest state that occurs; a model without any file was not verified. */
export const loudestState = (counts: ModelArtifact['counts']): FileState =>
  fileStates.find((state) => counts[state] > 0) ?? 'no-expected-value'

/** One model of one host with its files verified. */
export interface VerifiedPlace {
  readonly model: HostModel
  readonly files: readonly VerifiedFile[]
  readonly approval: ModelArtifact['approvals'][number]
}

/** The same bytes, whatever the files are called and wherever they lie; undefined until all are hashed. Pages beside the weights do not count. */
function fingerprint({ files }: VerifiedPlace): string | undefined {
  const counted = files.filter(({ role, file }) => role !== 'document' && file !== undefined)
  if (counted.length === 0 || counted.some(({ digest }) => digest === '')) return undefined
  const digests = counted.map(({ digest }) => digest).sort()
  return createHash('sha256').update(digests.join('\n')).digest('hex')
}

/** Pages beside the weights are not scanned, nor texts that Ollama keeps as layers of their own: nothing runs them. */
export const mustScan = (kind: HostModel['kind'], role: StoredFile['role']): boolean =>
  kind === 'ollama' ? role === 'weights' : role !== 'document'

function scannedAs({ model, files }: VerifiedPlace): Pick<ModelArtifact, 'formats' | 'scan'> {
  const scanned = files.filter(({ role, file }) => mustScan(model.kind, role) && file !== undefined)
  const weights = scanned.filter(({ role }) => role === 'weights').sort((a, b) => (b.file?.size ?? 0) - (a.file?.size ?? 0))
  const formats = [...new Set(weights.flatMap(({ scan }) => (scan ? [scan.format] : [])))]
  const worst = scanOutcomes.find((outcome) => scanned.some(({ scan }) => scan?.outcome === outcome))
  const all = scanned.length > 0 && scanned.every(({ scan }) => scan !== undefined)
  return { formats, scan: worst === 'dangerous' || (all && worst) ? worst : 'not-scanned' }
}

function artifactOf(place: VerifiedPlace): ModelArtifact {
  const { model, files } = place
  const counts = countStates(files)
  const largest = files.reduce<VerifiedFile | undefined>(
    (one, other) => ((other.file?.size ?? 0) > (one?.file?.size ?? -1) ? other : one),
    undefined,
  )
  const verified = files.filter(({ state }) => state === 'verified')
  return {
    key: fingerprint(place) ?? `${model.host}\0${model.id}`,
    name: model.name,
    kind: model.kind,
    places: [model],
    approvals: [place.approval],
    bytes: model.bytes,
    files: model.files,
    state: loudestState(counts),
    counts,
    sha256: largest?.algorithm === 'sha256' ? largest.digest : '',
    weak: verified.length > 0 && verified.every(({ weak }) => weak),
    ...scannedAs(place),
  }
}

const scanOrder = ['dangerous', 'not-scanned', 'not-cleared', 'suspicious', 'cleared'] as const

/** The same bytes in one place more: the louder of two states counts. */
function joined(one: ModelArtifact, other: ModelArtifact): ModelArtifact {
  const louder = fileStates.indexOf(other.state) < fileStates.indexOf(one.state) ? other : one
  const scan = scanOrder.find((outcome) => one.scan === outcome || other.scan === outcome) ?? 'not-scanned'
  return {
    ...one,
    places: [...one.places, ...other.places],
    approvals: [...one.approvals, ...other.approvals],
    state: louder.state,
    counts: louder.counts,
    weak: one.weak && other.weak,
    formats: one.formats.length > 0 ? one.formats : other.formats,
    scan,
  }
}

/** Puts places with the same bytes together. Reads one place after the other, so that the files of all never stand in memory together. */
export function artifactsOf(places: Iterable<VerifiedPlace>): ModelArtifact[] {
  const artifacts = new Map<string, ModelArtifact>()
  for (const place of places) {
    const artifact = artifactOf(place)
    const before = artifacts.get(artifact.key)
    artifacts.set(artifact.key, before ? joined(before, artifact) : artifact)
  }
  return [...artifacts.values()]
}
