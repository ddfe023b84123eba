import { createHmac, timingSafeEqual } from 'node:crypto'

/** What authenticator apps assume (RFC 6238, 4: 30 s, SHA-1; RFC 4226, 5.3: six digits). */
export const STEP_SECONDS = 30
const DIGITS = 6
/** Clocks of telephones differ, and a code takes a while to type: one step back and one ahead (RFC 6238, 5.2). */
const STEPS_AROUND = 1

/** Steps since 1970 (RFC 6238, 4.2). */
export const counterAt = (nowMs: number): number => Math.floor(nowMs / 1000 / STEP_SECONDS)

/** The one-time password of a counter, by dynamic truncation (RFC 4226, 5.3). */
export function codeOf(secret: Buffer, counter: number): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const digest = createHmac('sha1', secret).update(message).digest()
  const offset = (digest.at(-1) ?? 0) & 0x0f
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The counter that a code belongs to, among those around now that come after `last`; undefined when it belongs to none. */
export function counterOfCode(secret: Buffer, code: string, nowMs: number, last: number): number | undefined {
  const given = Buffer.from(code)
  const now = counterAt(nowMs)
  let found: number | undefined
  for (let counter = Math.max(0, now - STEPS_AROUND); counter <= now + STEPS_AROUND; counter++) {
    const expected = Buffer.from(codeOf(secret, counter))
    if (counter > last && expected.length === given.length && timingSafeEqual(expected, given)) found ??= counter
  }
  return found
}
