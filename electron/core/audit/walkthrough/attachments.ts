import { createHash, randomUUID } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { bytesText } from '#shared/bytes-text.ts'
import { codeOf, GatehouseError } from '#shared/errors.ts'
import type { Attachment } from '#shared/model/walkthrough.ts'
import { whyUnreadable } from '#shared/why-unreadable.ts'
import { visible } from '#shared/words.ts'
import { openPlainFile } from '../../plain-file.ts'

/** Enough for the recording of a screen; an image of a disk is no attachment. */
export const MAX_ATTACHMENT_BYTES = 4_000_000_000
const CHUNK_BYTES = 262_144

/** Files that people attached, as bytes under their digest. What is in them is never looked at. */
export interface AttachmentStore {
  /** Copies a file. Throws `attachment.refused`: too large, not a plain file, unreadable. */
  add(path: string): Promise<Attachment>
  /** The bytes, piece by piece. Throws `attachment.refused` when they are not there any more, or are not those that were attached. */
  read(attachment: Attachment): Iterable<Uint8Array>
}

/** In `attachments` below the data folder. */
export function createAttachmentStore(dataFolder: string): AttachmentStore {
  const folder = join(dataFolder, 'attachments')
  return {
    async add(path) {
      const draft = join(folder, `.${randomUUID()}.draft`)
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 })
        const { sha256, bytes } = await copied(path, draft)
        await rename(draft, join(folder, sha256))
        return { name: visible(basename(path)).slice(0, 255), sha256, bytes }
      } catch (error) {
        await rm(draft, { force: true })
        throw error instanceof GatehouseError ? error : refused(path, whyOf(error))
      }
    },
    *read({ name, sha256 }) {
      const hash = createHash('sha256')
      for (const piece of piecesOf(join(folder, sha256), name)) {
        hash.update(piece)
        yield piece
      }
      if (hash.digest('hex') !== sha256) throw refused(name, 'it is not the file that was attached any more')
    },
  }
}

/** Bounded while it is read, too: a file may grow. */
async function copied(from: string, to: string): Promise<Pick<Attachment, 'sha256' | 'bytes'>> {
  const { handle: source, size } = await openPlainFile(from)
  try {
    if (size > MAX_ATTACHMENT_BYTES) throw tooLarge(from, size)
    const target = await open(to, 'wx', 0o600)
    try {
      const hash = createHash('sha256')
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      let bytes = 0
      for (;;) {
        const { bytesRead } = await source.read(buffer, 0, CHUNK_BYTES)
        if (bytesRead === 0) break
        bytes += bytesRead
        if (bytes > MAX_ATTACHMENT_BYTES) throw tooLarge(from, bytes)
        const piece = buffer.subarray(0, bytesRead)
        hash.update(piece)
        await target.writeFile(piece)
      }
      await target.sync()
      return { sha256: hash.digest('hex'), bytes }
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

function* piecesOf(path: string, name: string): Generator<Uint8Array> {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw refused(name, whyOf(error))
  }
  try {
    for (;;) {
      const buffer = Buffer.alloc(CHUNK_BYTES)
      const length = readSync(file, buffer)
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } finally {
    closeSync(file)
  }
}

const tooLarge = (path: string, bytes: number): GatehouseError =>
  refused(path, `it has ${bytesText(bytes)}; at most ${bytesText(MAX_ATTACHMENT_BYTES)} are kept`)

const refused = (path: string, why: string): GatehouseError =>
  new GatehouseError({ code: 'attachment.refused', detail: `${basename(path)}: ${why}` })

const whyOf = (error: unknown): string =>
  codeOf(error) === 'ENOSPC' ? 'the disk of this computer has no space left for a copy' : whyUnreadable(error)
