import { errorCatalogue } from '#shared/error-catalogue.ts'
import { type Failure, messageOf } from '#shared/errors.ts'
import { CallError } from '../bridge/call.ts'
import { plainText } from '../ui/plain-text.ts'

export interface FailureWords {
  readonly title: string
  readonly detail: string
  readonly hint: string
  /** All three in one. */
  readonly whole: string
  readonly retry: 'now' | 'later' | 'after-fix' | 'never'
}

/** The catalogue's words for a failure. `detail` may quote a host, so it is made plain; it ends as a sentence, for `hint` follows it. */
export function wordsOf(failure: Failure): FailureWords {
  const { title, hint, retry } = errorCatalogue[failure.code]
  const detail = sentence(plainText(failure.detail, 400))
  return { title, hint, retry, detail, whole: [`${title}:`, detail, hint].filter((part) => part !== '').join(' ') }
}

const sentence = (text: string): string => (text === '' || /[.!?…:]$/.test(text) ? text : `${text}.`)

/** Words for anything a call can throw. */
export const wordsOfError = (error: unknown): FailureWords =>
  wordsOf(error instanceof CallError ? error.failure : { code: 'internal.unexpected', detail: messageOf(error) })
