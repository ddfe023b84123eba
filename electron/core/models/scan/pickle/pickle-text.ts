/** Texts of a pickle as CPython reads them. Undefined where it would refuse: whoever uses the text then knows that it is unknown. */

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const latin1 = new TextDecoder('latin1')
const NOT_ASCII = /[\u0080-\uffff]/

/** Undefined for what is not valid UTF-8, lone surrogates included. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** Undefined when a byte is above 127. */
export function decodeAscii(bytes: Uint8Array): string | undefined {
  for (const byte of bytes) if (byte >= 0x80) return undefined
  return latin1.decode(bytes)
}

/** The argument of STRING: quoted, with Python's escapes for bytes. Non-ASCII depends on the reader's encoding, so it is unknown. */
export function decodeQuoted(line: Uint8Array): string | undefined {
  const text = decodeAscii(line)?.replace(/^\s+|\s+$/g, '')
  const quote = text?.[0]
  if (text === undefined || text.length < 2 || (quote !== '"' && quote !== "'") || !text.endsWith(quote)) return undefined
  const escapes: Readonly<Record<string, string>> = {
    a: '\x07',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
    v: '\v',
    '\\': '\\',
    "'": "'",
    '"': '"',
  }
  const decoded = text.slice(1, -1).replace(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/g, (all, hex, octal, single) => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16))
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
    return escapes[single] ?? all
  })
  return NOT_ASCII.test(decoded) ? undefined : decoded
}

/** The argument of UNICODE: Python's raw-unicode-escape, latin-1 with \uXXXX and \UXXXXXXXX after an odd number of backslashes. */
export function decodeRawUnicode(line: Uint8Array): string | undefined {
  let wrong = false
  const decoded = latin1Exactly(line).replace(/(\\+)(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g, (all, slashes: string, short, long) => {
    if (slashes.length % 2 === 0) return all
    const code = Number.parseInt(short ?? long, 16)
    if (code > 0x10ffff) wrong = true
    return wrong ? all : slashes.slice(1) + String.fromCodePoint(code)
  })
  return wrong ? undefined : decoded
}

/** `TextDecoder('latin1')` is windows-1252; Python's latin-1 maps every byte to itself. */
const latin1Exactly = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** A decimal line as `int(line)` takes it: a number of the memo. Undefined for anything else. */
export function decodeDecimal(line: Uint8Array): number | undefined {
  const text = decodeAscii(line)?.trim()
  return text !== undefined && /^[+-]?\d+(?:_\d+)*$/.test(text) ? Number(text.replaceAll('_', '')) : undefined
}

/** A line as `int(line, 0)` takes it, with the base in front: the argument of INT and LONG. */
export function decodeInteger(line: Uint8Array): number | undefined {
  const text = decodeAscii(line)?.trim().toLowerCase() ?? ''
  const [, sign, digits] = /^([+-]?)(0x(?:_?[0-9a-f])+|0o(?:_?[0-7])+|0b(?:_?[01])+|0(?:_?0)*|[1-9](?:_?\d)*)$/.exec(text) ?? []
  if (digits === undefined) return undefined
  return Number(digits.replaceAll('_', '')) * (sign === '-' ? -1 : 1)
}
