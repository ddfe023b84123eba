import { errorCatalogue } from '#shared/error-catalogue.ts'
import { codeOf, failureOf } from '#shared/errors.ts'
import { visible } from '#shared/words.ts'
import { UsageError } from './exit-code.ts'

/** An error as three short lines: what, where, what to do. `command`: the one that was called. */
export function describeFailure(error: unknown, command?: string): string {
  if (error instanceof UsageError || isParseArgsError(error)) {
    const more = command === undefined ? '"gatehouse help" for the options' : `"gatehouse help ${command}" for its options`
    // Node goes on about arguments that begin with a dash.
    return `gatehouse: ${error.message.replace(/\. To specify a positional.*$/s, '')}\nRun ${more}.\n`
  }
  const { code, detail, host } = failureOf(error)
  const { title, hint } = errorCatalogue[code]
  return `gatehouse: ${title}${host === undefined ? '' : ` (${host})`}\n  ${visible(detail)}\n  ${hint} [${code}]\n`
}

const isParseArgsError = (error: unknown): error is Error => error instanceof Error && codeOf(error)?.startsWith('ERR_PARSE_ARGS') === true
