import type { FileState } from '#shared/model/file-state.ts'
import type { ModelFormat } from '#shared/model/model-format.ts'
import type { PlaceApproval } from '#shared/model/registration-state.ts'
import type { ScanOutcome } from '#shared/model/scan-report.ts'

/** What Gatehouse's own look at the models found before this audit. Asks nothing on the host. */
export interface VerifiedModels {
  readonly listedAt: string
  readonly roots: readonly VerifiedRoot[]
  readonly files: readonly VerifiedModelFile[]
  readonly models: readonly RegisteredModel[]
  /** More files than are told: then what is missing here is not known. */
  readonly cut: boolean
}

export interface VerifiedRoot {
  readonly path: string
  /** All of it was listed. */
  readonly complete: boolean
  /** And every file of weights is part of a model that could be read. */
  readonly sorted: boolean
  /** Regular files below it, and their bytes: the same set still lies there when an audit counts the same. */
  readonly files: number
  readonly bytes: number
  readonly line: number
}

export interface VerifiedModelFile {
  readonly path: string
  readonly state: FileState
  /** The expected value comes from where the file came from. */
  readonly weak: boolean
  readonly scan: ScanOutcome | 'not-scanned'
  readonly format: ModelFormat | 'unknown'
  readonly weights: boolean
  /** Line of section `verified-models`. */
  readonly line: number
}

/** A model, and what the approval process said of its bytes on this host at the time of the audit. */
export interface RegisteredModel {
  readonly name: string
  readonly path: string
  readonly approval: PlaceApproval
  readonly line: number
}
