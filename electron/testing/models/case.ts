import type { ScanOutcome } from '#shared/model/scan-report.ts'

/** One file of the corpus. */
export interface ModelCase {
  readonly name: string
  readonly bytes: Uint8Array
  /** What a scan must say. A malicious file is never `cleared`, a benign one never `dangerous`. */
  readonly expected: ScanOutcome
  /** Advisory, specification or source that the trick comes from. */
  readonly source?: string
  /** Name on the disk, where a program goes by it. */
  readonly fileName?: string
}
