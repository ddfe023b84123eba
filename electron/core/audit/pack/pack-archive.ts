import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'

/** The zip of a pack, written while its files come. */
export interface PackArchive {
  /** Takes a file that lies at `source`; what is in memory anyway comes as `content`, and is not read again. */
  add(path: string, source: string, content: Buffer | undefined): void
  /** Waits until all of it is written. Throws what went wrong since it was opened. */
  finish(): Promise<void>
  /** Stops writing: what is there is no archive. Never throws. */
  drop(): Promise<void>
}

/** Text of this kind is a tenth at any level; higher ones cost seconds for a hundred hosts. */
const COMPRESSION_LEVEL = 1
/** What is smaller is kept as it is: to set up the compressor costs more than it would save. */
const COMPRESSED_FROM_BYTES = 1024

/** `top` is the folder that everything lies in, `at` the date that every file has. */
export function openArchive(target: string, top: string, at: Date): PackArchive {
  const archive = new ZipFile()
  const abort = new AbortController()
  let problem: unknown
  const written = pipeline(archive.outputStream, createWriteStream(target, { mode: 0o600 }), { signal: abort.signal })
  // Said by `finish`, which may never be called.
  written.catch(() => undefined)
  archive.on('error', (error) => {
    problem = error
    abort.abort()
  })
  return {
    add(path, source, content) {
      const compressionLevel = content !== undefined && content.length < COMPRESSED_FROM_BYTES ? 0 : COMPRESSION_LEVEL
      const options = { mtime: at, mode: 0o100644, compressionLevel }
      if (content === undefined) archive.addFile(source, `${top}/${path}`, options)
      else archive.addBuffer(content, `${top}/${path}`, options)
    },
    async finish() {
      archive.end()
      await written.catch((error) => {
        throw problem ?? error
      })
    },
    async drop() {
      abort.abort()
      await written.catch(() => undefined)
    },
  }
}
