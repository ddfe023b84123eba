import type { Attestation } from '#shared/model/attestation.ts'
import type { AuditResults } from '#shared/model/audit.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import type { RecordedReview } from '#shared/model/recorded-review.ts'
import type { Waiver } from '#shared/model/waiver.ts'
import type { LedgerReading } from '../../ledger/read-ledger.ts'
import type { SectionOutput } from '../../probe/section.ts'
import type { PackFile } from './pack-file.ts'

/** What a pack is made of. Hosts and answers are read again each time they are gone through, so that few stand in memory. */
export interface PackSources {
  readonly audit: AuditResults
  readonly controls: readonly ControlEntry[]
  /** What the sections of a host answered in its newest audit. */
  readonly outputs: (host: string) => Iterable<SectionOutput>
  readonly waivers: readonly Waiver[]
  readonly attestations: readonly Attestation[]
  /** Newest first. */
  readonly reviews: readonly RecordedReview[]
  /** Whole. */
  readonly ledger: LedgerReading
  /** Files that people attached, and the printed report where there is one. */
  readonly extra: readonly PackFile[]
  /** Milliseconds since the epoch. */
  readonly now: number
}
