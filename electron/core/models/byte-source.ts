/** Bytes of one file, wherever it lies. Readers ask for the few they need and never for the whole. */
export type ByteSource = {
  readonly size: number
  /** For people: the path of the file, or the name of a member. */
  readonly path: string
  /** At most `length` bytes from `offset`, fewer only at the end. Rejects with a catalogued error. */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array>
}

/** Bytes that are in memory already. */
export const bytesSource = (path: string, bytes: Uint8Array): ByteSource => ({
  path,
  size: bytes.length,
  read: async (offset, length) => bytes.subarray(offset, offset + length),
})

/** A part of another source, as a source of its own; cut at the end of the other. */
export function sliceSource(path: string, whole: ByteSource, start: number, length: number): ByteSource {
  const size = Math.max(0, Math.min(length, whole.size - start))
  return {
    path,
    size,
    read: (offset, wanted, signal) => whole.read(start + offset, Math.max(0, Math.min(wanted, size - offset)), signal),
  }
}
