import { type ErrorCode, errorCatalogue } from './error-catalogue.ts'

/** An expected failure as a value: a code, and the facts of this case. `detail` never carries a secret. */
export interface Failure {
  readonly code: ErrorCode
  readonly detail: string
  /** Host or jump host concerned. */
  readonly host?: string | undefined
}

export const fail = (code: ErrorCode, detail: string, host?: string): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure: host === undefined ? { code, detail } : { code, detail, host },
})

/** A failure in flight, for code that must unwind. Caught at the room's door and turned into a value. */
export class GatehouseError extends Error {
  readonly failure: Failure
  constructor(failure: Failure, options?: ErrorOptions) {
    super(`${errorCatalogue[failure.code].title}: ${failure.detail}`, options)
    this.name = 'GatehouseError'
    this.failure = failure
  }
}

/** Codes of SQLite and of the operating system for a disk that takes no more, or takes nothing. */
const UNWRITABLE = /^(?:SQLITE_(?:FULL|READONLY|CANTOPEN|IOERR)(?:_\w+)?|ENOSPC|EDQUOT|EROFS)$/

/** Turns anything thrown into a failure. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof GatehouseError) return thrown.failure
  if (thrown instanceof Error && 'code' in thrown && UNWRITABLE.test(String(thrown.code)))
    return { code: 'store.unwritable', detail: thrown.message }
  if (thrown instanceof Error && 'code' in thrown && /^SQLITE_(?:BUSY|LOCKED)/.test(String(thrown.code)))
    return { code: 'store.busy', detail: thrown.message }
  return { code: 'internal.unexpected', detail: thrown instanceof Error ? thrown.message : String(thrown) }
}
