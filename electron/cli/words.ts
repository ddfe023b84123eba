import { errorCatalogue, failureOf } from '#shared/errors.ts'
import { visible } from '#shared/words.ts'
import { UsageError } from './exit-code.ts'

/** An error as three short lines: what, where, what to do. */
export function describeFailure(error: unknown): string {
  if (error instanceof UsageError || isParseArgsError(error)) return `gatehouse: ${error.message}\nRun "gatehouse help" for the options.\n`
  const { code, detail, host } = failureOf(error)
  const { title, hint } = errorCatalogue[code]
  return `gatehouse: ${title}${host === undefined ? '' : ` (${host})`}\n  ${visible(detail)}\n  ${hint} [${code}]\n`
}

const isParseArgsError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS')
