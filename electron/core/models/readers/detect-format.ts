import type { ModelFormat } from '#shared/model/model-format.ts'
import { isTarHeader } from './tar.ts'
import { looksLikeText, textKind } from './text-kind.ts'

/** How many bytes of the beginning decide. */
export const HEAD_BYTES = 4_096

const magics: readonly (readonly [ModelFormat, readonly number[]])[] = [
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['gguf', [0x47, 0x47, 0x55, 0x46]],
  ['npy', [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]],
  ['hdf5', [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['gzip', [0x1f, 0x8b]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
  ['tensorrt-engine', [0x66, 0x74, 0x72, 0x74]],
  ['tensorrt-engine', [0x70, 0x74, 0x72, 0x74]],
  // ELF, and Mach-O in its four forms. Windows programs begin with letters that other files begin with too: they stay unknown.
  ['program', [0x7f, 0x45, 0x4c, 0x46]],
  ['program', [0xfe, 0xed, 0xfa, 0xce]],
  ['program', [0xfe, 0xed, 0xfa, 0xcf]],
  ['program', [0xce, 0xfa, 0xed, 0xfe]],
  ['program', [0xcf, 0xfa, 0xed, 0xfe]],
]

/**
 * The format that the first bytes speak of. `zip` stands for all that are zip archives, `pickle` for all that are pickles: what is inside
 * tells more. `unknown` may still be a pickle of protocol 0 or 1, or a model in protobuf: neither has a magic number.
 */
export function detectFormat(head: Uint8Array, sizeBytes: number): ModelFormat {
  if (sizeBytes === 0) return 'empty'
  for (const [format, magic] of magics) if (magic.every((byte, index) => head[index] === byte)) return format
  // PROTO, then a protocol that exists.
  if (head[0] === 0x80 && (head[1] ?? 255) <= 5 && (head[1] ?? 0) >= 1) return 'pickle'
  // Eight letters are no length: `{"root":{"` is JSON.
  if (isSafetensors(head, sizeBytes) && !looksLikeText(head)) return 'safetensors'
  if (isTar(head)) return 'tar'
  if (isZlib(head)) return 'zlib'
  if (looksLikeText(head)) return textKind(head)
  return 'unknown'
}

function isSafetensors(head: Uint8Array, sizeBytes: number): boolean {
  if (head.length < 10) return false
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true)
  return head[8] === 0x7b && length >= 2n && (length <= BigInt(sizeBytes) || head[9] === 0x22)
}

const isTar = (head: Uint8Array): boolean => String.fromCharCode(...head.subarray(257, 262)) === 'ustar' || isTarHeader(head)

/** A stream that joblib would unpack by its first bytes, where another format has a name: zlib and LZMA have no longer beginning. */
export const packedToo = (head: Uint8Array): 'zlib' | 'LZMA' | undefined => {
  if (head[0] === 0x5d && head[1] === 0) return 'LZMA'
  return head[0] === 0x78 && isZlib(head) ? 'zlib' : undefined
}

/** RFC 1950: deflate with a window of at most 32 KB, and a header checksum. */
function isZlib([cmf = 0, flags = 0]: Uint8Array): boolean {
  return (cmf & 0x0f) === 8 && cmf >> 4 <= 7 && (cmf * 256 + flags) % 31 === 0
}
