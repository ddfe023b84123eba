import type { FileHandle } from 'node:fs/promises'
import { GatehouseError } from '#shared/errors.ts'
import { openPlainFile } from '../plain-file.ts'
import type { ByteSource } from './byte-source.ts'

export interface FileSource extends ByteSource {
  close(): Promise<void>
}

/**
 * A file on this computer. Only regular files: a FIFO or a device would block or never end.
 * @throws `models.unreadable`
 */
export async function openFile(path: string): Promise<FileSource> {
  try {
    const { handle, size } = await openPlainFile(path)
    return sourceOf(path, handle, size)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function sourceOf(path: string, handle: FileHandle, size: number): FileSource {
  return {
    path,
    size,
    async read(offset, length, signal) {
      signal?.throwIfAborted()
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - offset)))
      let filled = 0
      try {
        while (filled < buffer.length) {
          const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, offset + filled)
          if (bytesRead === 0) throw new Error('it became shorter while it was read')
          filled += bytesRead
        }
      } catch (error) {
        throw unreadable(path, error)
      }
      return buffer
    },
    close: () => handle.close(),
  }
}

const unreadable = (path: string, cause: unknown) =>
  new GatehouseError({ code: 'models.unreadable', detail: `${path}: ${cause instanceof Error ? cause.message : String(cause)}` }, { cause })
