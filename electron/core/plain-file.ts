import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'

/**
 * A file that somebody named, open for reading, with its size now. Throws for what would block, never end, or do something when it is
 * opened (a FIFO, a device), and for a folder.
 */
export async function openPlainFile(path: string): Promise<{ readonly handle: FileHandle; readonly size: number }> {
  plainOnly(await stat(path))
  // It may have become a FIFO since, which waits for ever to be opened.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const found = await handle.stat()
    plainOnly(found)
    return { handle, size: found.size }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Its bytes, all of one moment: a file that is still being written is refused, and so is a larger one, before it is read. */
export async function readPlainFile(path: string, maxBytes: number): Promise<Buffer> {
  const { handle, size } = await openPlainFile(path)
  try {
    if (size > maxBytes) throw new Error(`it has ${size} bytes; expected at most ${maxBytes}`)
    const bytes = Buffer.alloc(size + 1)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    if (filled !== size) throw new Error('it is being written: its size changed while it was read')
    return bytes.subarray(0, size)
  } finally {
    await handle.close()
  }
}

/** Throws for what is no plain file. */
export function plainOnly(found: { isFile(): boolean; isDirectory(): boolean }): void {
  if (!found.isFile()) throw new Error(found.isDirectory() ? 'it is a folder' : 'it is not a plain file')
}
