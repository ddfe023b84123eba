import { createHash } from 'node:crypto'
import { type Failure, failureOf } from '#shared/errors.ts'
import { type Fleet, type Host, modelPathsOf } from '#shared/model/fleet.ts'
import type { HostInventory, HostModel, ModelFile, ModelRoot } from '#shared/model/model-inventory.ts'
import { MAX_DEPTH } from '../../facts/model-files/collect.ts'
import { probeContextOf, readFacts, sectionsOf } from '../../facts/registry.ts'
import { isWithin } from '../../is-within.ts'
import { mapWithLimit } from '../../jobs/map-with-limit.ts'
import type { HostSession } from '../../ports.ts'
import { modelPathsFor } from '../../probe/model-paths.ts'
import { runProbe } from '../../probe/run-probe.ts'
import type { ProbeContext, SectionSpec } from '../../probe/section.ts'
import { type LaidOutFile, type LaidOutModel, layOut, type OllamaStore, roleOf } from './layout.ts'
import { MAX_MANIFEST_BYTES, type ManifestText, ollamaModels } from './ollama-store.ts'
import { withoutOwnFolders } from './own-folders.ts'
import type { ListedRoot } from './parse-listing.ts'
import { MAX_ENTRIES, runListing } from './run-listing.ts'
import { type Running, servingOf } from './serving.ts'

/** A million names take find(1) some ten seconds on a slow disk. */
const LISTING_TIMEOUT_MS = 300_000
const MANIFESTS_AT_ONCE = 8
const MAX_MANIFESTS = 2_000
const ODDITIES_KEPT = 100

/** What servers are told by: who runs, and with which words. */
const SERVING_FACTS = ['accounts', 'listeners', 'processes', 'units', 'containers', 'loopback', 'services'] as const

/** What is asked on a host to know which server is given which model. */
export const servingSections = (context: ProbeContext): readonly SectionSpec[] => sectionsOf(context, SERVING_FACTS)

export interface ListHostRequest {
  readonly session: HostSession
  readonly host: Host
  readonly fleet: Fleet
  readonly signal: AbortSignal
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** The host has taken what it is asked: there is room for something else beside it. */
  readonly onBegun?: (() => void) | undefined
}

export interface ListedModel {
  readonly head: HostModel
  readonly files: readonly LaidOutFile[]
}

export interface ListedHost {
  readonly inventory: HostInventory
  readonly models: readonly ListedModel[]
}

/**
 * Lists the model directories of one host: those of the fleet file, the usual ones, and those that its servers name. Never rejects; what
 * could not be listed is said per directory. Reads the manifests of Ollama stores and nothing else.
 */
export async function listHost({ session, host, fleet, signal, now, onBegun }: ListHostRequest): Promise<ListedHost> {
  const declared = modelPathsOf(fleet, host)
  const paths = modelPathsFor(fleet, host)
  const [running, first] = await Promise.all([
    whatRuns(session, host, fleet, signal),
    runListing(
      session,
      paths.map((path) => ({ path, privileged: true })),
      { signal, timeoutMs: LISTING_TIMEOUT_MS, onBegun },
    ),
  ])
  const roots: ModelRoot[] = paths.map((path, index) =>
    rootOf(path, declared.includes(path) ? 'declared' : 'usual', first.roots[index] as ListedRoot, first.full),
  )
  const entries = first.roots.flatMap((root) => root.entries)
  const named = undeclared(running, paths)
  const second =
    named.length === 0 || first.failure
      ? undefined
      : await runListing(
          session,
          named.map((path) => ({ path, privileged: false })),
          { signal, timeoutMs: LISTING_TIMEOUT_MS, maxEntries: MAX_ENTRIES - entries.length },
        )
  if (second) {
    roots.push(...named.map((path, index) => rootOf(path, 'engine', second.roots[index] as ListedRoot, second.full)))
    for (const root of second.roots) for (const entry of root.entries) entries.push(entry)
  }
  const listed = withoutOwnFolders(entries)
  const layout = layOut(
    listed,
    roots.map(({ path }) => path),
  )
  const manifests = await readManifests(session, layout.stores, signal)
  const stores = layout.stores.map((store) => ollamaModels(store, manifests))
  const models = [...layout.models, ...stores.flatMap((store) => store.models)]
  const orphans = [...layout.orphans, ...stores.flatMap((store) => store.orphans)]
  const failure = first.failure ?? second?.failure
  const unsorted = unsortedFiles(listed, models, orphans)
  return {
    inventory: {
      host: host.name,
      listedAt: new Date(now()).toISOString(),
      roots: roots.map((root) => ({ ...root, unsorted: unsorted.filter((path) => path.startsWith(`${root.path}/`)).length })),
      oddities: layout.oddities.slice(0, ODDITIES_KEPT),
      oddityCount: layout.oddities.length,
      orphans: orphans.slice(0, ODDITIES_KEPT).map(({ path, size }) => ({ path, size })),
      ...(failure && { failure: { ...failure, host: host.name } }),
    },
    models: models.map((model) => ({ head: headOf(host.name, model, running), files: model.files })),
  }
}

/** Files that look like weights, or lie among blobs, and are neither part of a model nor known to be orphans: a manifest that names them was not read. */
function unsortedFiles(entries: readonly ModelFile[], models: readonly LaidOutModel[], orphans: readonly ModelFile[]): string[] {
  const sorted = new Set([...models.flatMap(({ files }) => files.map(({ file }) => file.path)), ...orphans.map(({ path }) => path)])
  const counts = ({ path, size, type }: ModelFile) => type === 'file' && (path.includes('/blobs/') || roleOf(path, size) === 'weights')
  return entries.filter((entry) => counts(entry) && !sorted.has(entry.path)).map(({ path }) => path)
}

async function whatRuns(session: HostSession, host: Host, fleet: Fleet, signal: AbortSignal): Promise<Running> {
  const context = probeContextOf(fleet, host)
  const { outputs } = await runProbe(session, servingSections(context), {
    account: (host.identity ?? fleet.identities.audit).user,
    signal,
    timeoutMs: fleet.policy.auditTimeoutSeconds * 1000,
  })
  const facts = readFacts(outputs, context, undefined, SERVING_FACTS)
  return {
    services: facts.services.known ? facts.services.value : [],
    processes: facts.processes.known ? facts.processes.value : [],
  }
}

/** Directories that every system has, and in which a hostile command line must not send us looking. */
const SYSTEM =
  /^\/(?:$|proc|sys|dev|run|etc|boot|bin|sbin|lib\w*|usr|tmp|var|home|root|srv|opt|mnt|media|data)\/?$|^\/(?:proc|sys|dev|run|etc|boot)\//

/** Directories that servers name and nobody declared. Words of the host: absolute, short, without `..`, no system directory. */
function undeclared({ services }: Running, paths: readonly string[]): string[] {
  const named = services.flatMap(({ modelPaths }) => modelPaths)
  const usable = named.filter((path) => /^\/[^\0\n]{1,1000}$/.test(path) && !path.split('/').includes('..') && !SYSTEM.test(path))
  const fresh = usable.filter((path) => !paths.some((known) => isWithin(path, known)))
  return [...new Set(fresh)].slice(0, 20)
}

function rootOf(path: string, origin: ModelRoot['origin'], listed: ListedRoot, full: boolean): ModelRoot {
  const files = listed.entries.filter(({ type }) => type === 'file')
  const counted = { path, origin, files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0), unsorted: 0 }
  const { end, entries, broken } = listed
  if (end?.account === 'missing' || (end?.account === 'root' && end.status === 1 && entries.length === 0))
    return { ...counted, state: 'missing', reason: '' }
  const partial = (reason: string): ModelRoot => ({ ...counted, state: entries.length === 0 ? 'unseen' : 'partial', reason })
  if (!end && full) return partial(`The host has more than ${MAX_ENTRIES} names below its model directories; the rest was not listed`)
  if (!end) return partial('The listing was cut short')
  if (entries.length === 0) return partial('The audit account may not see it')
  if (end.status !== 0)
    return partial(end.account === 'root' ? 'A part of it could not be read' : 'The audit account may not enter a part of it')
  if (broken > 0) return partial(`${broken} names were not told as asked`)
  const depth = path.split('/').length
  if (entries.some((entry) => entry.type === 'directory' && entry.path.split('/').length - depth >= MAX_DEPTH))
    return partial(`It is more than ${MAX_DEPTH} directories deep`)
  return { ...counted, state: 'listed', reason: '' }
}

/** Manifests are small and readable for all as Ollama writes them; over SFTP, as the audit account. */
async function readManifests(
  session: HostSession,
  stores: readonly OllamaStore[],
  signal: AbortSignal,
): Promise<Map<string, ManifestText>> {
  const manifests = stores.flatMap((store) => store.manifests)
  const read = new Map<string, ManifestText>()
  if (manifests.length === 0) return read
  try {
    const files = await session.openFiles(signal)
    try {
      await mapWithLimit(manifests.slice(0, MAX_MANIFESTS), MANIFESTS_AT_ONCE, async (manifest) => {
        read.set(manifest.path, await readOne(manifest))
      })
    } finally {
      files.close()
    }

    async function readOne(manifest: ModelFile): Promise<ManifestText> {
      if (manifest.pathBytes !== undefined) return { ok: false, reason: 'its name is not plain text' }
      if (manifest.size > MAX_MANIFEST_BYTES) return { ok: false, reason: `it has ${manifest.size} bytes, more than any manifest needs` }
      try {
        const file = await files.open(manifest.path)
        const bytes = await file.read(0, MAX_MANIFEST_BYTES)
        await file.close()
        return { ok: true, text: bytes.toString('utf8'), sha256: createHash('sha256').update(bytes).digest('hex') }
      } catch (thrown) {
        return { ok: false, reason: failureOf(thrown).detail }
      }
    }
  } catch (thrown) {
    const { detail }: Failure = failureOf(thrown)
    for (const { path } of manifests) if (!read.has(path)) read.set(path, { ok: false, reason: detail })
  }
  return read
}

function headOf(host: string, model: LaidOutModel, running: Running): HostModel {
  const { id, name, kind, path, self, files, source, problems } = model
  return {
    host,
    id,
    name,
    kind,
    path,
    owner: self.owner,
    group: self.group,
    mode: self.mode,
    files: files.length,
    bytes: [...new Map(files.map(({ file }) => [file.path, file.size])).values()].reduce((sum, size) => sum + size, 0),
    changedAt: files.reduce((newest, { file }) => Math.max(newest, file.mtimeNs === '' ? 0 : Number(BigInt(file.mtimeNs) / 1_000_000n)), 0),
    ...servingOf(model, running),
    source,
    problems: [...problems],
  }
}
