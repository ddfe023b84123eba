/**
 * Bytes of a cookie secret as oauth2-proxy takes it (pkg/encryption/utils.go, SecretBytes): decoded where it is URL-safe base64 of 16, 24
 * or 32 bytes, else as it is written.
 * `written`: its length; `unpadded`: without `=` at its end; `urlSafe`: nothing else than A-Z a-z 0-9 _ - before them.
 */
export function secretBytes(written: number, unpadded: number, urlSafe: boolean): number {
  const decoded = Math.floor((unpadded * 6) / 8)
  return urlSafe && unpadded % 4 !== 1 && [16, 24, 32].includes(decoded) ? decoded : written
}

/** The same from a shape, where every URL-safe letter is an `x` and every other one an `o`: `"xxxx=="`. Undefined when it is not one string. */
export function shapeBytes(shape: string): number | undefined {
  const inner = /^\s*(["'])([xo=]*)\1\s*(?:#.*)?$/.exec(shape)?.[2]
  if (inner === undefined) return undefined
  return bytesOfShape(inner)
}

/** The same from a shape without quotes. */
export function bytesOfShape(shape: string): number {
  const unpadded = shape.replace(/=+$/, '')
  return secretBytes(shape.length, unpadded.length, /^x*$/.test(unpadded))
}

/**
 * What no random value has: words that stand for one, rows of the keyboard, base64 of two of them, and the secret of oauth2-proxy's own examples; in small letters. Root's words hold it
 * once for each place of a file, so it is short.
 */
export const TYPED = 'secret|cookie|change|random|example|passw|123456|abcdef|oqinarosh|c2vjcmv0|y2hhbmdl'
/** And the same letter eight times on, for programs that know back references. Where musl has none for extended patterns, this is eight ones. */
export const SAME = String.raw`(.)\2{7}`

/** Of a file only its size is known. Its start took what it holds, so these sizes are base64, with what pads it or an end of a line, which Go's decoder skips. */
const encoded: Readonly<Record<number, number>> = { 22: 16, 23: 16, 33: 24, 43: 32, 44: 32 }

/** Bytes of the secret in a file of this size. */
export const fileBytes = (size: number): number => encoded[size] ?? size
