import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { GatehouseError } from '#shared/errors.ts'
import type { ConsoleKey } from '../../signing/console-key.ts'
import { type PackFile, PUBLIC_KEY, SIGNATURE, SIGNERS, SSH_SIGNATURE, SUMS } from './pack-file.ts'
import { allowedSigner, sshSignature } from './ssh-signature.ts'

export interface WrittenPack {
  readonly folder: string
  readonly zip: string
  readonly files: number
  readonly bytes: number
  /** SHA-256 of `SHA256SUMS`. */
  readonly digest: string
}

/**
 * Writes a pack as a folder and as a zip of that folder beside it. Both appear whole or not at all. Throws `pack.unwritable`, also when the
 * folder is already there: a pack is never mixed with another.
 */
export async function writePack(zip: string, files: Iterable<PackFile>, key: ConsoleKey, at: Date): Promise<WrittenPack> {
  const folder = zip.replace(/\.zip$/, '')
  if (folder === zip) throw unwritable(zip, new Error('expected a name that ends in .zip'))
  const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}.draft`)
  const archive = new ZipFile()
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { mode: 0o700 })
    const sums: string[] = []
    const written: string[] = []
    const made = new Set<string>()
    let bytes = 0
    for (const { path, pieces } of files) {
      const target = join(draft, path)
      const parent = dirname(target)
      if (!made.has(parent)) await mkdir(parent, { recursive: true, mode: 0o700 })
      made.add(parent)
      const hash = createHash('sha256')
      await pipeline(
        Readable.from(buffered(pieces, hash, (size) => (bytes += size))),
        createWriteStream(target, { flags: 'wx', mode: 0o600 }),
      )
      sums.push(`${hash.digest('hex')}  ${path}\n`)
      written.push(path)
    }
    const list = Buffer.from(sums.join(''))
    const about: readonly [string, string | Uint8Array][] = [
      [SUMS, list],
      [SIGNATURE, key.sign(list)],
      [SSH_SIGNATURE, sshSignature(list, key)],
      [PUBLIC_KEY, key.publicKeyPem],
      [SIGNERS, allowedSigner(key)],
    ]
    for (const [name, content] of about) await writeFile(join(draft, name), content, { flag: 'wx', mode: 0o600 })
    for (const path of [...written, ...about.map(([name]) => name)])
      archive.addFile(join(draft, path), `${basename(folder)}/${path}`, { mtime: at, mode: 0o100644, compressionLevel: COMPRESSION_LEVEL })
    archive.end()
    await pipeline(archive.outputStream, createWriteStream(`${draft}.zip`, { mode: 0o600 }))
    await rename(draft, folder)
    await rename(`${draft}.zip`, zip)
    return { folder, zip, files: written.length + about.length, bytes, digest: createHash('sha256').update(list).digest('hex') }
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    await rm(`${draft}.zip`, { force: true })
    throw error instanceof GatehouseError ? error : unwritable(zip, error)
  }
}

const CHUNK_BYTES = 65_536

/** Text of this kind is a tenth at any level; higher ones cost seconds for a hundred hosts. */
const COMPRESSION_LEVEL = 1

/** Small pieces put together: a write for each would cost more than the pieces. */
function* buffered(pieces: PackFile['pieces'], hash: ReturnType<typeof createHash>, count: (size: number) => void): Generator<Buffer> {
  let waiting: Buffer[] = []
  let size = 0
  const take = (): Buffer => {
    const chunk = Buffer.concat(waiting)
    hash.update(chunk)
    count(chunk.length)
    waiting = []
    size = 0
    return chunk
  }
  for (const piece of pieces) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    waiting.push(bytes)
    size += bytes.length
    if (size >= CHUNK_BYTES) yield take()
  }
  yield take()
}

const unwritable = (path: string, cause: unknown): GatehouseError =>
  new GatehouseError({ code: 'pack.unwritable', detail: `${path}: ${cause instanceof Error ? cause.message : String(cause)}` }, { cause })
