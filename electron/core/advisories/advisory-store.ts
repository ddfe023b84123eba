import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { DAY_MS } from '#shared/day.ts'
import { codeOf, failureOf, GatehouseError, messageOf } from '#shared/errors.ts'
import { type Advisory, advisorySchema } from '#shared/model/advisory.ts'
import { type AdvisoryImport, type AdvisoryState, advisoryImportSchema } from '#shared/model/advisory-state.ts'
import { whyUnreadable } from '#shared/why-unreadable.ts'
import { replaceFile } from '../fleet/replace-file.ts'
import { readPlainFile } from '../plain-file.ts'
import type { Clock, Log } from '../ports.ts'
import { type AdvisoryBook, type AdvisorySource, createAdvisoryBook } from './advisory-book.ts'
import { asOf, type OsvDump, readOsvDump } from './osv-dump.ts'
import { shippedAdvisories } from './shipped.ts'
import { looksSigned, readSignedUpdate, refusal, shippedKeys, type UpdateKeys } from './update-file.ts'

/** The advisory data of this console: what ships, a signed update that replaces it, and records of OSV dumps beside it. */
export interface AdvisoryStore {
  book(): AdvisoryBook
  state(): AdvisoryState
  /** Reads and keeps a file. Throws `advisories.…`; what was there before then stays. `allowOlder`: take an update older than the data in use. */
  importFile(path: string, options?: { readonly allowOlder?: boolean }): Promise<AdvisoryState>
}

export interface AdvisoryStorePorts {
  readonly clock: Clock
  readonly log: Log
  /** Data folder of Gatehouse. */
  readonly folder: string
  /** Account at this console, kept with each import. */
  readonly by: string
  readonly keys?: UpdateKeys
}

const MAX_FILE_BYTES = 1_073_741_824

const storedUpdateSchema = z.object({ imported: advisoryImportSchema, text: z.string() })
const storedDumpsSchema = z.object({ imports: z.array(advisoryImportSchema).min(1), records: z.array(advisorySchema) })

interface Loaded {
  readonly update?: { readonly imported: AdvisoryImport; readonly records: z.infer<typeof advisorySchema>[]; readonly publishedMs: number }
  readonly dumps?: z.infer<typeof storedDumpsSchema>
  readonly problems: readonly string[]
}

/** Reads what was imported when it is first asked for, and once more after each import. `keys`: who may sign updates; those of the release when left out. */
export function createAdvisoryStore({ clock, log, folder, by, keys = shippedKeys() }: AdvisoryStorePorts): AdvisoryStore {
  const home = join(folder, 'advisories')
  const paths = { update: join(home, 'update.json'), dumps: join(home, 'osv.json') }
  let loaded: Loaded | undefined
  let book: AdvisoryBook | undefined

  /** A stored update is verified again each time: whoever can write the data folder cannot slip in data as signed. */
  function load(): Loaded {
    const problems: string[] = []
    const read = <T>(path: string, what: string, from: (json: unknown) => T): T | undefined => {
      try {
        return from(JSON.parse(readFileSync(path, 'utf8')))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        problems.push(`${what} is not used: ${error instanceof GatehouseError ? error.failure.detail : failureOf(error).detail}`)
        log('error', 'advisory data could not be read', { path, detail: failureOf(error).detail })
        return undefined
      }
    }
    const update = read(paths.update, 'The imported update', (json) => {
      const { imported, text } = storedUpdateSchema.parse(json)
      const { set } = readSignedUpdate(Buffer.from(text), keys)
      const records = set.records.map((record) => asOf(record, clock.now()))
      return { imported, records, publishedMs: Date.parse(set.published) }
    })
    const dumps = read(paths.dumps, 'The imported OSV dump', (json) => storedDumpsSchema.parse(json))
    return { ...(update && { update }), ...(dumps && { dumps }), problems }
  }

  const current = (): Loaded => {
    loaded ??= load()
    return loaded
  }

  /** The newer of the shipped data and the update; an older update that was wanted, until a release ships what was made since. */
  function base() {
    const shipped = shippedAdvisories()
    const shippedMs = Date.parse(shipped.published)
    const { update } = current()
    const wanted = update?.imported.older === true && Date.parse(update.imported.at) >= shippedMs
    if (update !== undefined && (update.publishedMs >= shippedMs || wanted)) {
      return { kind: 'signed-update' as const, records: update.records, publishedMs: update.publishedMs }
    }
    return { kind: 'shipped' as const, records: shipped.records, publishedMs: shippedMs }
  }

  const sourcesOf = (dumps: Loaded['dumps']): AdvisorySource[] =>
    (dumps?.imports ?? []).map(({ publishedAt, ecosystems, covers }) => ({
      kind: 'osv-dump',
      publishedMs: Date.parse(publishedAt),
      ecosystems: covers ?? ecosystems ?? [],
    }))

  /** A few records are no dump: one that holds less about an ecosystem than the data in use makes nothing fresh. */
  const coveredBy = ({ ecosystems, perEcosystem }: OsvDump): string[] =>
    ecosystems.filter((ecosystem) => {
      const known = base().records.filter(({ affected }) => affected.some((one) => one.package.ecosystem === ecosystem))
      return (perEcosystem.get(ecosystem) ?? 0) >= known.length
    })

  const keep = async (path: string, value: unknown): Promise<void> => {
    try {
      mkdirSync(home, { recursive: true, mode: 0o700 })
      await replaceFile(path, JSON.stringify(value), 0o600)
    } catch (error) {
      throw new GatehouseError({ code: 'store.unwritable', detail: `${path}: ${messageOf(error)}` })
    }
    loaded = undefined
    book = undefined
  }

  const store: AdvisoryStore = {
    book() {
      if (book === undefined) {
        const { kind, records, publishedMs } = base()
        const { dumps } = current()
        book = createAdvisoryBook(records, [{ kind, publishedMs }, ...sourcesOf(dumps)], dumps?.records)
      }
      return book
    },
    state() {
      const { kind, publishedMs } = base()
      const { update, dumps, problems } = current()
      return {
        records: store.book().size,
        base: kind,
        publishedAt: new Date(publishedMs).toISOString(),
        ageDays: Math.max(0, Math.floor((clock.now() - publishedMs) / DAY_MS)),
        imports: [...(update === undefined ? [] : [update.imported]), ...(dumps?.imports ?? [])],
        problems: [...problems],
      }
    },
    async importFile(path, { allowOlder = false } = {}) {
      const bytes = await readWhole(path)
      const meta = {
        by,
        at: new Date(clock.now()).toISOString(),
        file: basename(path),
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }
      if (looksSigned(bytes)) {
        const { set, key } = readSignedUpdate(bytes, keys)
        const publishedMs = Date.parse(set.published)
        if (publishedMs > clock.now() + DAY_MS) throw refusal('advisories.unreadable', `it is dated ${set.published}, which is yet to come`)
        const older = publishedMs < base().publishedMs
        if (older && !allowOlder) {
          const inUse = new Date(base().publishedMs).toISOString().slice(0, 10)
          throw refusal('advisories.older', `it is of ${set.published.slice(0, 10)}, the data in use is of ${inUse}`)
        }
        const imported: AdvisoryImport = { ...meta, signedWith: key, publishedAt: set.published, records: set.records.length, older }
        await keep(paths.update, { imported, text: bytes.toString('utf8') })
        return store.state()
      }
      const dump = await readOsvDump(bytes, clock.now())
      const before = current().dumps
      const alike = (before?.imports ?? []).filter(({ ecosystems }) => sameList(ecosystems, dump.ecosystems))
      const publishedAt = new Date(dump.publishedMs).toISOString()
      const covers = coveredBy(dump)
      const imported: AdvisoryImport = {
        ...meta,
        signedWith: null,
        publishedAt,
        records: dump.records.length,
        older: alike.some((one) => one.publishedAt > publishedAt),
        ecosystems: [...dump.ecosystems],
        covers,
        unreadable: dump.unreadable,
      }
      // What tells the day of the data stays, where the new file tells less or an earlier one.
      const replaced = alike.filter(
        (one) => one.publishedAt <= publishedAt && (one.covers ?? one.ecosystems ?? []).every((each) => covers.includes(each)),
      )
      const imports = [...(before?.imports ?? []).filter((one) => !replaced.includes(one)), imported]
      const records = newestOfEach([...(before?.records ?? []), ...dump.records])
      await keep(paths.dumps, { imports, records })
      return store.state()
    },
  }
  return store
}

/** A dump of an earlier day takes nothing back that a later one said. */
function newestOfEach(records: readonly Advisory[]): Advisory[] {
  const found = new Map<string, Advisory>()
  for (const record of records) {
    const before = found.get(record.id)
    if (before === undefined || Date.parse(record.modified) >= Date.parse(before.modified)) found.set(record.id, record)
  }
  return [...found.values()]
}

const sameList = (a: readonly string[] | undefined, b: readonly string[]): boolean => a?.join('\n') === b.join('\n')

async function readWhole(path: string): Promise<Buffer> {
  try {
    return await readPlainFile(path, MAX_FILE_BYTES)
  } catch (error) {
    throw refusal('advisories.unreadable', `${path}: ${whyUnreadable(error)}`)
  }
}
