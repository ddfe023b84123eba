import { crc32 } from 'node:zlib'
import { mapWithLimit } from '#core/jobs/map-with-limit.ts'
import type { ModelFormat } from '#shared/model/model-format.ts'
import { type ByteSource, sliceSource } from '../byte-source.ts'
import { Unreadable } from '../readers/unreadable.ts'
import { readZipDirectory, type ZipDirectory, type ZipEntry } from '../readers/zip-directory.ts'
import { findZipMember, openZipMember, type ZipMember } from '../readers/zip-member.ts'
import { joined } from './member-path.ts'
import type { Scan, ScanItem } from './scan.ts'
import { isStorage, type ZipKind, zipKindOf } from './zip-kind.ts'

/** Checksums are compared for members that are read whole anyway. */
const MAX_CHECKED_BYTES = 4 * 1_048_576
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000
/** A data descriptor after a member has at most 24 bytes. */
const MAX_DESCRIPTOR_BYTES = 24
const HEADERS_AT_ONCE = 24
const LOCAL = [0x50, 0x4b, 0x03, 0x04]
const NPY = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

export type ScanMember = (item: ScanItem, kind: ZipKind, sizes: ReadonlyMap<string, number>) => Promise<void>

/**
 * Scans every member of a zip archive, by its content and not by its name. What PyTorch's reader and Python's zipfile would understand
 * differently is reported, and scanned as the more careless of the two would read it: neither an encryption flag nor a wrong checksum
 * keeps PyTorch from loading a member.
 */
export async function scanZip(scan: Scan, item: ScanItem, scanMember: ScanMember): Promise<ModelFormat> {
  const archives = await archivesOf(scan, item.source)
  let members = 0
  let format: ModelFormat = 'zip'
  for (const [index, source] of archives.entries()) {
    const member = archives.length > 1 ? joined(item.member, `archive ${index + 1}`) : item.member
    const one = await scanOne(scan, { ...item, source, member }, scanMember)
    members += one.members
    format = formatOf(one.kind)
  }
  scan.fact('members', members)
  return format
}

/**
 * The archives of a shard of PyTorch's distributed checkpoints (`.distcp`): one behind the other, each of them a tensor that is read by its place in
 * `.metadata`. Where anything else stands between them, it is one archive behind other bytes; so is a file by any other name, of which PyTorch's reader of zip
 * archives looks for the directory where the last one says it is, counted from the beginning.
 */
async function archivesOf(scan: Scan, source: ByteSource): Promise<readonly ByteSource[]> {
  if (!source.path.toLowerCase().endsWith('.distcp')) return [source]
  const archives: ByteSource[] = []
  for (let end = source.size; end > 0; ) {
    scan.step(200)
    const start = await startOf(scan, sliceSource(source.path, source, 0, end))
    if (start === undefined) return [source]
    archives.unshift(sliceSource(source.path, source, start, end - start))
    end = start
  }
  return archives
}

/** Where the last archive of these bytes begins, if it ends with them. */
async function startOf(scan: Scan, source: ByteSource): Promise<number | undefined> {
  try {
    const directory = await readZipDirectory(source, scan.signal)
    if (directory === undefined || directory.endsAt !== source.size) return undefined
    const head = await source.read(directory.leadingBytes, LOCAL.length, scan.signal)
    return LOCAL.every((byte, index) => head[index] === byte) ? directory.leadingBytes : undefined
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

async function scanOne(scan: Scan, item: ScanItem, scanMember: ScanMember): Promise<{ readonly kind: ZipKind; readonly members: number }> {
  const directory = await readZipDirectory(item.source, scan.signal)
  if (directory === undefined) throw new Unreadable('zip: it has no directory')
  if (directory.leadingBytes > 0) scan.find('zip.leading-bytes', item, 0, `${directory.leadingBytes} bytes`)
  for (const ambiguity of directory.ambiguities) scan.find('zip.ambiguous', item, directory.directoryAt, ambiguity)
  const kind = zipKindOf(directory.entries.map(({ name }) => name))
  const sizes = sizesOf(directory.entries)
  reportNames(scan, item, directory.entries)
  // A round trip each over SFTP: many at once, before the members are read one after the other.
  const members = await mapWithLimit(directory.entries, HEADERS_AT_ONCE, (entry) => findMember(scan, item, entry))
  for (const [index, entry] of directory.entries.entries()) {
    if (entry.name.endsWith('/') && entry.sizeBytes === 0 && entry.packedBytes === 0) continue
    await scanEntry(scan, item, entry, members[index], kind, (inner) => scanMember(inner, kind, sizes))
  }
  reportGaps(
    scan,
    item,
    directory,
    members.filter((it): it is ZipMember => !(it instanceof Error)),
  )
  return { kind, members: directory.entries.length }
}

/** By their names in small letters: PyTorch's reader takes whichever comes first. */
function sizesOf(entries: readonly ZipEntry[]): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const { name, sizeBytes } of entries) {
    const key = name.toLowerCase()
    sizes.set(key, Math.min(sizeBytes, sizes.get(key) ?? sizeBytes))
  }
  return sizes
}

async function findMember(scan: Scan, item: ScanItem, entry: ZipEntry): Promise<ZipMember | Unreadable> {
  scan.step(20)
  try {
    return await findZipMember(item.source, entry, scan.signal)
  } catch (error) {
    if (error instanceof Unreadable) return error
    throw error
  }
}

async function scanEntry(
  scan: Scan,
  item: ScanItem,
  entry: ZipEntry,
  member: ZipMember | Unreadable | undefined,
  kind: ZipKind,
  scanMember: (item: ScanItem) => Promise<void>,
): Promise<void> {
  const inner = { ...item, member: joined(item.member, entry.name), name: entry.name, depth: item.depth + 1 }
  try {
    if (member === undefined || member instanceof Error) throw member ?? new Unreadable('zip: a member was not found')
    if (member.mismatches.length > 0) scan.find('zip.headers-differ', inner, entry.headerAt, member.mismatches.join(', '))
    if ((entry.flags & ENCRYPTED) !== 0) scan.find('zip.encrypted-flag', inner, entry.headerAt, `flags 0x${entry.flags.toString(16)}`)
    if (entry.method === 0 && entry.packedBytes !== entry.sizeBytes)
      scan.find('zip.headers-differ', inner, entry.headerAt, 'a stored member has two sizes')
    if (entry.otherName !== undefined) scan.find('zip.headers-differ', inner, entry.headerAt, `name ${entry.otherName}`)
    if (kind === 'pytorch' && entry.otherName === undefined && isStorage(entry.name) && holdsNumbers(entry, member.head)) return
    const source = await openZipMember(item.source, member, scan)
    if (source.size !== entry.sizeBytes) scan.find('zip.headers-differ', inner, entry.headerAt, `it unpacks to ${source.size} bytes`)
    await checkSum(scan, inner, entry, source)
    await scanMember({ ...inner, source })
  } catch (error) {
    scan.failed(inner, error)
  }
}

/** To numpy every archive is one of arrays, and it loads each that begins as one, whatever its name. */
function holdsNumbers({ sizeBytes }: ZipEntry, head: Uint8Array): boolean {
  if (head.length < NPY.length && head.length < sizeBytes) return false
  return !NPY.every((byte, index) => head[index] === byte)
}

async function checkSum(scan: Scan, item: ScanItem, entry: ZipEntry, source: ByteSource): Promise<void> {
  if (source.size > MAX_CHECKED_BYTES) return
  if (crc32(await source.read(0, source.size, scan.signal)) !== entry.crc) scan.find('zip.wrong-checksum', item, entry.headerAt, '')
}

function reportNames(scan: Scan, item: ScanItem, entries: readonly ZipEntry[]): void {
  const seen = new Set<string>()
  for (const { name, headerAt } of entries) {
    const plain = name.split('\0')[0]?.replaceAll('\\', '/') ?? ''
    if (plain.startsWith('/') || /^[A-Za-z]:/.test(plain) || plain.split('/').includes('..'))
      scan.find('zip.path-escapes', item, headerAt, name)
    else if (name.includes('\0') || name.includes('\\')) scan.find('zip.odd-name', item, headerAt, name)
    if (seen.has(plain)) scan.find('zip.duplicate-name', item, headerAt, name)
    seen.add(plain)
  }
}

/** Bytes that belong to no member, or to two: a second archive, or members that the directory hides. */
function reportGaps(scan: Scan, item: ScanItem, directory: ZipDirectory, members: readonly ZipMember[]): void {
  let covered = directory.leadingBytes
  for (const { entry, dataAt } of members.toSorted((a, b) => a.entry.headerAt - b.entry.headerAt)) {
    if (entry.headerAt < covered) scan.find('zip.overlap', item, entry.headerAt, entry.name)
    else if (entry.headerAt - covered > MAX_DESCRIPTOR_BYTES)
      scan.find('zip.hidden-bytes', item, covered, `${entry.headerAt - covered} bytes`)
    covered = Math.max(covered, dataAt + entry.packedBytes)
  }
  const rest = directory.directoryAt - covered
  if (rest > MAX_DESCRIPTOR_BYTES) scan.find('zip.hidden-bytes', item, covered, `${rest} bytes`)
}

function formatOf(kind: ZipKind): ModelFormat {
  if (kind === 'pytorch') return 'pytorch-zip'
  if (kind === 'keras') return 'keras-zip'
  return kind === 'numpy' ? 'npz' : 'zip'
}
