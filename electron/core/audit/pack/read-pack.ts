import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type Entry, open, type ZipFile } from 'yauzl'
import { GatehouseError, messageOf } from '#shared/errors.ts'
import { plainOnly } from '../../plain-file.ts'

/** Far above the pack of a thousand hosts; below what would fill a workstation. */
const MAX_FILES = 500_000
const MAX_BYTES = 64 * 1_073_741_824

/** The bytes of one file, chunk after chunk. Must be read to the end before the next file comes. */
export type PackEntry = { readonly path: string; readonly chunks: AsyncIterable<Buffer> }

/**
 * Hands over each file of a pack, which is a folder or a zip with one folder in it, and returns the folders in it; never writes. Throws `pack.unreadable` for what is no pack:
 * broken, with names that lead out of it, too large.
 */
export async function readPack(path: string, onFile: (entry: PackEntry) => Promise<void>): Promise<readonly string[]> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return await readFolder(path, onFile)
    plainOnly(found)
    return await readZip(path, onFile)
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    throw new GatehouseError({ code: 'pack.unreadable', detail: `${path}: ${messageOf(error)}` }, { cause: error })
  }
}

async function readFolder(root: string, onFile: (entry: PackEntry) => Promise<void>): Promise<readonly string[]> {
  const folders: string[] = []
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const full = join(entry.parentPath, entry.name)
    const path = relative(root, full).split(sep).join('/')
    if (entry.isDirectory()) {
      folders.push(path)
      continue
    }
    if (!entry.isFile()) throw new Error(`${path} is neither a file nor a folder`)
    await onFile({ path, chunks: createReadStream(full) })
  }
  return folders
}

async function readZip(path: string, onFile: (entry: PackEntry) => Promise<void>): Promise<readonly string[]> {
  const zip = await opened(path)
  try {
    if (zip.entryCount > MAX_FILES) throw new Error(`it has more than ${MAX_FILES} files`)
    let bytes = 0
    let root: string | undefined
    const folders: string[] = []
    for await (const entry of entriesOf(zip)) {
      bytes += entry.uncompressedSize
      if (bytes > MAX_BYTES) throw new Error(`its files are larger than ${MAX_BYTES} bytes`)
      const [folder = '', ...rest] = entry.fileName.split('/')
      root ??= folder
      if (folder !== root || rest.length === 0) throw new Error('it has more than one folder')
      const name = rest.join('/')
      // Folders may have entries of their own.
      if (entry.fileName.endsWith('/')) folders.push(name.slice(0, -1))
      else await onFile({ path: name, chunks: await contentOf(zip, entry) })
    }
    return folders.filter((folder) => folder !== '')
  } finally {
    zip.close()
  }
}

const opened = (path: string): Promise<ZipFile> =>
  new Promise((resolve, reject) =>
    open(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true }, (error, zip) => (error ? reject(error) : resolve(zip))),
  )

/** One entry at a time: the next is read when it is asked for. */
async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (;;) {
    const entry = await new Promise<Entry | undefined>((resolve, reject) => {
      zip
        .once('entry', resolve)
        .once('end', () => resolve(undefined))
        .once('error', reject)
      zip.readEntry()
    })
    zip.removeAllListeners()
    if (entry === undefined) return
    yield entry
  }
}

const contentOf = (zip: ZipFile, entry: Entry): Promise<AsyncIterable<Buffer>> =>
  new Promise((resolve, reject) => zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream))))
