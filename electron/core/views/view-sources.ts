import type { Finding } from '#shared/model/finding.ts'
import type { AdvisoryBook } from '../advisories/advisory-book.ts'
import type { FactResults } from '../facts/registry.ts'
import type { SectionOutput } from '../probe/section.ts'

/** What a view of a host is made from: the answers of one stored audit, what they mean, and how they were judged. */
export interface ViewSources {
  readonly facts: FactResults
  readonly outputs: ReadonlyMap<string, SectionOutput>
  /** Of that audit, as decided until now. */
  readonly findings: readonly Finding[]
  readonly advisories: AdvisoryBook
}
