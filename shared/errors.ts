import { type ErrorCode, errorCatalogue } from './error-catalogue.ts'

/** An expected failure as a value: a code, and the facts of this case. `detail` never carries a secret. */
export interface Failure {
  readonly code: ErrorCode
  readonly detail: string
  /** Host or jump host concerned. */
  readonly host?: string | undefined
}

/** The answer of a channel that could not do what was asked. `detail` is for people and goes through no translation. */
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

/** What anything thrown says of itself, whatever it is: libraries and the system throw more than errors. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

/** The code that the system or a library gave it (`ENOENT`, `SQLITE_BUSY`); undefined where there is none. */
export const codeOf = (thrown: unknown): string | undefined =>
  thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined

/** Codes of SQLite and of the operating system for a disk that takes no more, or takes nothing. */
const UNWRITABLE = /^(?:SQLITE_(?:FULL|READONLY|CANTOPEN|IOERR)(?:_\w+)?|ENOSPC|EDQUOT|EROFS)$/

/** Turns anything thrown into a failure. */
export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof GatehouseError) return thrown.failure
  const detail = messageOf(thrown)
  const code = codeOf(thrown) ?? ''
  if (UNWRITABLE.test(code)) return { code: 'store.unwritable', detail }
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code)) return { code: 'store.busy', detail }
  return { code: 'internal.unexpected', detail }
}
