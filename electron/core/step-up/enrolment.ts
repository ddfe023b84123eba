import { correction, generate } from 'lean-qr'
import type { Enrolment } from '#shared/model/step-up.ts'
import { STEP_SECONDS } from './totp.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648, 6, without padding, as key URIs want it. */
export function base32(bytes: Buffer): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    for (; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31]
    held &= (1 << bits) - 1
  }
  return bits > 0 ? text + ALPHABET[(held << (5 - bits)) & 31] : text
}

/** What an authenticator app needs, to be typed or scanned. `account` is the person at this console. */
export function enrolmentOf(secret: Buffer, account: string): Enrolment {
  const text = base32(secret)
  const label = `Gatehouse:${account}`.slice(0, 100)
  // https://github.com/google/google-authenticator/wiki/Key-Uri-Format
  const uri = `otpauth://totp/${encodeURIComponent(label)}?secret=${text}&issuer=Gatehouse&algorithm=SHA1&digits=6&period=${STEP_SECONDS}`
  const code = generate(uri, { minCorrectionLevel: correction.M })
  const qr = Array.from({ length: code.size }, (_, y) => Array.from({ length: code.size }, (_, x) => (code.get(x, y) ? '1' : '0')).join(''))
  return { secret: (text.match(/.{1,4}/g) ?? []).join(' '), uri, qr }
}
