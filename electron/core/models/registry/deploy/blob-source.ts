import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { HostSession } from '../../../ports.ts'
import type { FileSource } from '../../file-source.ts'
import { openFile } from '../../file-source.ts'

/** The registry as a store of files by their SHA-256: `blobs/<64 hexadecimal digits>` below its folder. */
export interface BlobSource {
  /** Rejects with `registry.not-stored`. */
  open(sha256: string, signal: AbortSignal): Promise<FileSource>
  close(): void
}

const notStored = (sha256: string, error: unknown) =>
  new GatehouseError({ code: 'registry.not-stored', detail: `${sha256}: ${failureOf(error).detail}` }, { cause: error })

/** A registry on this computer. */
export const localBlobs = (folder: string): BlobSource => ({
  open: (sha256) => openFile(join(folder, 'blobs', sha256)).catch((error) => Promise.reject(notStored(sha256, error))),
  close: () => undefined,
})

/** A registry on a host of the fleet, read over SFTP with the account that looks. */
export async function hostBlobs(session: HostSession, folder: string, signal: AbortSignal): Promise<BlobSource> {
  const files = await session.openFiles(signal)
  return {
    open: (sha256, own) => files.open(`${folder}/blobs/${sha256}`, own).catch((error) => Promise.reject(notStored(sha256, error))),
    close: () => {
      files.close()
      session.close()
    },
  }
}

const CHUNK_BYTES = 1_048_576

/** Copies a file into a registry on this computer, under the hash that it must have. Rejects with `registry.not-stored` when it has another. */
export async function storeBlob(
  folder: string,
  source: Pick<FileSource, 'size' | 'read' | 'path'>,
  sha256: string,
  signal: AbortSignal,
): Promise<void> {
  const blobs = join(folder, 'blobs')
  const target = join(blobs, sha256)
  await mkdir(blobs, { recursive: true, mode: 0o755 })
  if (await isFile(target, source.size)) return
  const temporary = join(blobs, `.${randomUUID()}`)
  const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    const hash = createHash('sha256')
    for (let at = 0; at < source.size; ) {
      const chunk = await source.read(at, CHUNK_BYTES, signal)
      hash.update(chunk)
      await handle.writeFile(chunk)
      at += chunk.length
    }
    const found = hash.digest('hex')
    if (found !== sha256)
      throw new GatehouseError({ code: 'registry.not-stored', detail: `${source.path} has ${found}, approved is ${sha256}` })
    await handle.sync()
    await handle.close()
    await chmod(temporary, 0o444)
    await rename(temporary, target)
  } finally {
    await handle.close().catch(() => undefined)
    await rm(temporary, { force: true })
  }
}

const isFile = (path: string, size: number): Promise<boolean> =>
  stat(path).then(
    (it) => it.isFile() && it.size === size,
    () => false,
  )
