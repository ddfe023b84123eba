/** Names as a host has them: bytes, which need not be UTF-8, and may hold what a screen must not draw. */

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** C0, DEL, C1, line and paragraph separators, marks that turn the direction of text, and what is never a character. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\p{Cs}\p{Cn}]/u

export interface FileName {
  /** For people. */
  readonly path: string
  /** Base64, where `path` is not exactly the name. */
  readonly pathBytes?: string | undefined
}

const escaped = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`,
  ).join('')

/** Draws a name. A backslash of the name itself is drawn as it is, unless the name has to be escaped: then it is escaped as well. */
export function fileName(bytes: Uint8Array): FileName {
  try {
    const path = decoder.decode(bytes)
    if (!UNSAFE.test(path)) return { path }
  } catch {
    // Not UTF-8.
  }
  return { path: escaped(bytes), pathBytes: Buffer.from(bytes).toString('base64') }
}

/** The exact bytes of a name. */
export const nameBytes = ({ path, pathBytes }: FileName): Buffer =>
  pathBytes === undefined ? Buffer.from(path) : Buffer.from(pathBytes, 'base64')
