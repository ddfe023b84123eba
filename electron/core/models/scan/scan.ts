import { GatehouseError, messageOf } from '#shared/errors.ts'
import type { ScanFinding, ScanGap, ScanReport } from '#shared/model/scan-report.ts'
import { visible } from '#shared/words.ts'
import type { ByteSource } from '../byte-source.ts'
import { Unreadable } from '../readers/unreadable.ts'
import { type FindingCode, findingCatalogue } from './finding-catalogue.ts'

/** Far above what real files need, and below what takes five seconds or 64 MB. */
const MAX_BYTES_READ = 256 * 1_048_576
const MAX_STEPS = 5_000_000
const MAX_ENTRIES = 200
const MAX_DETAIL_CHARS = 300

/** One content under scan: the file itself, or something in it. */
export interface ScanItem {
  readonly source: ByteSource
  /** Name by which people, and programs that go by names, know it. */
  readonly name: string
  /** Way from the file to here, joined by ` › `; empty for the file itself. */
  readonly member: string
  /** Containers around it. */
  readonly depth: number
}

/** Scans something inside another. */
export type Nested = (item: ScanItem) => Promise<void>

/** What a scan of one file has found so far, and how much it may still do. */
export class Scan {
  readonly signal: AbortSignal | undefined
  readonly findings: ScanFinding[] = []
  readonly gaps: ScanGap[] = []
  readonly facts: ScanReport['facts'] = []
  bytesRead = 0
  #steps = 0
  readonly #seen = new Set<string>()
  readonly #counts: Record<ScanFinding['severity'], number> = { dangerous: 0, suspicious: 0 }

  constructor(signal: AbortSignal | undefined) {
    this.signal = signal
  }

  find(code: FindingCode, { member }: ScanItem, offset: number | null, detail: string): void {
    const { severity, title } = findingCatalogue[code]
    if (this.#counts[severity] >= MAX_ENTRIES) return
    const finding = { code, severity, title, detail: shown(detail), member: shown(member), offset }
    const key = JSON.stringify(finding)
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    this.#counts[severity] += 1
    this.findings.push(finding)
  }

  gap({ member }: ScanItem, offset: number | null, reason: string): void {
    if (this.gaps.length < MAX_ENTRIES) this.gaps.push({ member: shown(member), offset, reason: shown(reason) })
  }

  /** What a scanner threw, as a gap. A source that fails or an end that was asked for is none: nobody knows the file then, so it goes on up. */
  failed(item: ScanItem, error: unknown): void {
    this.signal?.throwIfAborted()
    if (error instanceof GatehouseError) throw error
    const offset = error instanceof Unreadable ? error.offset : null
    this.gap(item, offset, messageOf(error))
  }

  fact(name: string, value: string | number): void {
    if (this.facts.length < MAX_ENTRIES) this.facts.push({ name: shown(name), value: shown(String(value)) })
  }

  /** Counts work in pieces of about a microsecond: opcodes, entries, bytes that are unpacked by the hundred. */
  readonly step = (count = 1): void => {
    this.#steps += count
    if (this.#steps > MAX_STEPS) throw new Unreadable('it asks for more work than a scan may take')
  }

  /** The same bytes, counted against what one scan may read. */
  metered(source: ByteSource): ByteSource {
    return {
      path: source.path,
      size: source.size,
      read: async (offset, length, signal) => {
        this.signal?.throwIfAborted()
        if (this.bytesRead > MAX_BYTES_READ) throw new Unreadable(`more than ${MAX_BYTES_READ} bytes would have to be read`, offset)
        const bytes = await source.read(offset, length, signal ?? this.signal)
        this.bytesRead += bytes.length
        return bytes
      },
    }
  }
}

/** Text of a file for people's eyes. */
function shown(text: string): string {
  const clean = visible(text).replaceAll('\n', '·').replaceAll('\t', '·')
  return clean.length > MAX_DETAIL_CHARS ? `${clean.slice(0, MAX_DETAIL_CHARS)}…` : clean
}
