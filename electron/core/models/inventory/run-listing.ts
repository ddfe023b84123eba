import { randomBytes } from 'node:crypto'
import { type Failure, failureOf } from '#shared/errors.ts'
import type { HostSession } from '../../ports.ts'
import { type ListedPath, listingScript } from './listing-script.ts'
import { type ListedRoot, ListingReader } from './parse-listing.ts'

/** Names kept of one host; a store with more is listed in part, and said to be. */
export const MAX_ENTRIES = 250_000

export interface ListingOptions {
  readonly signal: AbortSignal
  readonly timeoutMs: number
  readonly maxEntries?: number
  /** Its first bytes arrived. */
  readonly onBegun?: (() => void) | undefined
}

export interface Listing {
  /** One per root, in their order. Without `end` the listing of that root did not come to its end. */
  readonly roots: readonly ListedRoot[]
  /** More names than are kept: the listing was stopped there. */
  readonly full: boolean
  /** Why it did not come to its end. */
  readonly failure?: Failure | undefined
}

/** Lists all roots in one exec. Never rejects: what came until it failed stands beside the failure. */
export async function runListing(session: HostSession, roots: readonly ListedPath[], options: ListingOptions): Promise<Listing> {
  const nonce = randomBytes(16).toString('hex')
  const reader = new ListingReader(nonce, roots.length, options.maxEntries ?? MAX_ENTRIES)
  let begun = false
  const result = (failure?: Failure): Listing => ({ roots: reader.roots, full: reader.full, failure })
  try {
    const { exitCode } = await session.exec('/bin/sh', {
      stdin: listingScript(roots, nonce),
      timeoutMs: options.timeoutMs,
      signal: options.signal,
      onStdout: (chunk) => {
        if (!begun) options.onBegun?.()
        begun = true
        reader.push(chunk)
        return !reader.full
      },
    })
    if (reader.finished || reader.full) return result()
    return result({ code: 'probe.garbled', detail: `the listing ended with ${exitCode ?? 'a signal'} before its last record` })
  } catch (thrown) {
    return result(failureOf(thrown))
  }
}
