import { constants } from 'node:buffer'
import { DAY_MS } from '#shared/day.ts'
import { messageOf } from '#shared/errors.ts'
import { type Advisory, type Affected, advisorySchema } from '#shared/model/advisory.ts'
import type { PackageName } from './advisory-book.ts'
import { followedPackages } from './package-names.ts'
import { concernOf } from './ranges.ts'
import { refusal } from './update-file.ts'
import { orderingOf } from './versions/ordering.ts'
import { whatCanBeRead } from './what-can-be-read.ts'
import { readZip } from './zip.ts'

export interface OsvDump {
  /** Records about software that Gatehouse follows, reduced to what a verdict needs. */
  readonly records: readonly Advisory[]
  /** Ecosystems that the dump speaks of, among those that are followed. */
  readonly ecosystems: readonly string[]
  /** How many of all its records speak of each ecosystem. */
  readonly perEcosystem: ReadonlyMap<string, number>
  /** Newest change of any record, milliseconds since the epoch. */
  readonly publishedMs: number
  /** Records that were read, and that were no OSV records. */
  readonly total: number
  readonly unreadable: number
}

/** Kept in one file, and in memory as long as the console runs: far above what PyPI and the Go modules come to. */
const MAX_KEPT_BYTES = 134_217_728

/**
 * Reads a dump of OSV: the zip that osv.dev gives for each ecosystem, one JSON record or a list of them, or one record per line.
 * A record that is none is counted, not fatal; a file without any is refused with `advisories.unreadable`.
 */
export async function readOsvDump(bytes: Buffer, nowMs: number, maxKeptBytes = MAX_KEPT_BYTES): Promise<OsvDump> {
  const records: Advisory[] = []
  const ecosystems = new Set<string>()
  const perEcosystem = new Map<string, number>()
  const counts = { total: 0, unreadable: 0, newestMs: 0, keptBytes: 0 }
  let problem = 'it holds no record'
  const take = (value: unknown, where: string): void => {
    const parsed = advisorySchema.safeParse(value)
    const read = parsed.success ? parsed.data : whatCanBeRead(value)
    if (read === undefined) {
      counts.unreadable += 1
      const [issue] = parsed.error?.issues ?? []
      problem = `${where}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`
      return
    }
    const record = asOf(read, nowMs)
    counts.total += 1
    const modifiedMs = Date.parse(record.modified)
    if (modifiedMs <= nowMs) counts.newestMs = Math.max(counts.newestMs, modifiedMs)
    for (const one of new Set(record.affected.map(({ package: { ecosystem } }) => ecosystem)))
      perEcosystem.set(one, (perEcosystem.get(one) ?? 0) + 1)
    const kept = reduced(record)
    for (const { package: one } of kept?.affected ?? []) ecosystems.add(one.ecosystem)
    if (kept === undefined) return
    records.push(kept)
    counts.keptBytes += JSON.stringify(kept).length
    if (counts.keptBytes > maxKeptBytes)
      throw refusal('advisories.unreadable', `it says more than ${maxKeptBytes} bytes about software that Gatehouse follows`)
  }
  const takeText = (text: string, where: string): void => {
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      counts.unreadable += 1
      problem = `${where}: ${messageOf(error)}`
      return
    }
    for (const [index, one] of (Array.isArray(value) ? value : [value]).entries()) take(one, `${where}, record ${index + 1}`)
  }
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    await readZip(bytes, (name, text) => {
      if (name.endsWith('.json')) takeText(text, name)
    })
  } else if (bytes.length > constants.MAX_STRING_LENGTH)
    throw refusal('advisories.unreadable', `it is text of more than ${constants.MAX_STRING_LENGTH} bytes; the zip of osv.dev may be larger`)
  else takeLinesOrWhole(bytes.toString('utf8').replace(/^\uFEFF/, ''), takeText)
  if (counts.total === 0) throw refusal('advisories.unreadable', `no OSV record could be read: ${problem}`)
  if (records.length === 0) {
    throw refusal(
      'advisories.unreadable',
      `none of its ${counts.total} records is about software that Gatehouse follows (PyPI, and named Go modules)`,
    )
  }
  const { newestMs: publishedMs, total, unreadable } = counts
  return { records, ecosystems: [...ecosystems].sort(), perEcosystem, publishedMs, total, unreadable }
}

/** A whole JSON text begins with `[`, or with a `{` whose line does not end the record; else each line is one, and one that breaks off at the end was not copied to its end. */
function takeLinesOrWhole(text: string, take: (text: string, where: string) => void): void {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const perLine = lines.length > 1 && lines.slice(0, 2).every((line) => /^\s*\{.*\}\s*$/.test(line))
  if (!perLine) {
    take(text, 'the file')
    return
  }
  if (!isJson(lines.at(-1) ?? '')) throw refusal('advisories.unreadable', 'it ends in the middle of a record: the rest of it is missing')
  for (const [index, line] of lines.entries()) take(line, `line ${index + 1}`)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const followed = new Set(followedPackages.map(({ ecosystem, name }) => `${ecosystem}\n${name}`))
const isFollowed = ({ ecosystem, name }: PackageName): boolean => ecosystem === 'PyPI' || followed.has(`${ecosystem}\n${name}`)

/** A day that is yet to come is none: what says it was changed then must not hide another, and what is to be taken back then still holds. */
export function asOf({ withdrawn, ...record }: Advisory, nowMs: number): Advisory {
  const isPast = (moment: string) => Date.parse(moment) <= nowMs + DAY_MS
  return {
    ...record,
    ...(withdrawn !== undefined && isPast(withdrawn) && { withdrawn }),
    ...(isPast(record.modified) ? {} : { modified: new Date(0).toISOString() }),
  }
}

/** A record with the packages that are followed alone. Of the versions that it lists, those go that its ranges have, too (a dump has most in both). */
function reduced(record: Advisory): Advisory | undefined {
  const affected = record.affected
    .filter((one) => isFollowed(one.package))
    .map((entry) => {
      const { package: name, severity, versions } = entry
      const ranges = rangesOf(entry)
      const rated = { package: name, ...(severity && { severity }) }
      const comparable = ranges?.filter(({ type }) => type !== 'GIT') ?? []
      if (comparable.length === 0) return { ...rated, versions, ...(ranges === undefined ? {} : { ranges }) }
      const beside = versions?.filter((version) => !isWithin({ package: name, ranges: comparable }, version)) ?? []
      return { ...rated, ranges: comparable, ...(beside.length > 0 && { versions: beside }) }
    })
  if (affected.length === 0) return undefined
  return { ...record, affected: affected as Advisory['affected'], references: record.references?.slice(0, 3) }
}

/**
 * Releases that are no versions of a Go module (LocalAI's, Docker's since 29) stand beside the ranges, which then are of all versions
 * (https://go.dev/doc/security/vuln/database#schema).
 */
function rangesOf({ ranges, ecosystem_specific: own }: Affected): Affected['ranges'] {
  const { custom_ranges: custom = [] } = own ?? {}
  if (custom.length === 0) return ranges
  const isOfAll = ({ events }: (typeof custom)[number]) => events.every(({ introduced }) => introduced === '0')
  return [...(ranges ?? []).filter((range) => !isOfAll(range)), ...custom]
}

function isWithin(one: Affected, version: string): boolean {
  const compare = orderingOf(one.package.ecosystem, one.package.name)
  return compare !== undefined && concernOf(one, version, compare).state === 'affected'
}
