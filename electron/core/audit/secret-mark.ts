import { createHash, createHmac } from 'node:crypto'
import { failureOf } from '#shared/errors.ts'
import type { Mark } from '../facts/secrets.ts'
import type { Log } from '../ports.ts'
import { type ConsoleKey, openConsoleKey } from '../signing/console-key.ts'

/** 32 bits: enough to tell the secrets of a fleet apart, far too few to find one by, and without the key no guess can be tried at all. */
const TAG_DIGITS = 8

/**
 * Marks of this console: the same secret has the same one in every audit, on every host. Keyed by a signature that only this console can make
 * (Ed25519 is deterministic: RFC 8032, 5.1.6), so that no second key has to be kept.
 */
function secretMark(key: ConsoleKey): Mark {
  const secretKey = createHash('sha256')
    .update(key.sign(Buffer.from('gatehouse marks of secrets')))
    .digest()
  return (secret) => `‹redacted-${createHmac('sha256', secretKey).update(secret).digest('hex').slice(0, TAG_DIGITS)}›`
}

/** Of the console with this data folder. One whose key cannot be used still audits; it only cannot tell masked secrets apart. */
export function markOf(folder: string, log: Log): Mark | undefined {
  try {
    return secretMark(openConsoleKey(folder))
  } catch (error) {
    log('warn', 'masked secrets look all the same', { detail: failureOf(error).detail })
    return undefined
  }
}
