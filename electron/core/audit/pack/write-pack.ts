import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { GatehouseError } from '#shared/errors.ts'
import type { ConsoleKey } from '../../signing/console-key.ts'
import { createFileWriter } from './file-writer.ts'
import { openArchive } from './pack-archive.ts'
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
 * Writes a pack as a folder and as a zip of that folder beside it. Both appear whole or not at all. Throws `pack.unwritable`, also when either
 * is already there: a pack is never mixed with another, and none is written over.
 */
export async function writePack(zip: string, files: Iterable<PackFile>, key: ConsoleKey, at: Date): Promise<WrittenPack> {
  const folder = zip.replace(/\.zip$/, '')
  if (folder === zip) throw unwritable(zip, new Error('expected a name that ends in .zip'))
  refuseTaken(zip, folder)
  const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}.draft`)
  const archive = openArchive(`${draft}.zip`, basename(folder), at)
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(draft, { mode: 0o700 })
    const write = createFileWriter()
    const sums: string[] = []
    const made = new Set<string>()
    let bytes = 0
    for (const { path, pieces } of files) {
      const target = join(draft, path)
      const parent = dirname(target)
      if (!made.has(parent)) await mkdir(parent, { recursive: true, mode: 0o700 })
      made.add(parent)
      const written = await write(target, pieces)
      archive.add(path, target, written.whole)
      sums.push(`${written.sha256}  ${path}\n`)
      bytes += written.bytes
    }
    const list = Buffer.from(sums.join(''))
    const about: readonly [string, string | Uint8Array][] = [
      [SUMS, list],
      [SIGNATURE, key.sign(list)],
      [SSH_SIGNATURE, sshSignature(list, key)],
      [PUBLIC_KEY, key.publicKeyPem],
      [SIGNERS, allowedSigner(key)],
    ]
    for (const [name, content] of about) {
      const target = join(draft, name)
      archive.add(name, target, (await write(target, [content])).whole)
    }
    await archive.finish()
    await rename(draft, folder)
    await rename(`${draft}.zip`, zip)
    return { folder, zip, files: sums.length + about.length, bytes, digest: createHash('sha256').update(list).digest('hex') }
  } catch (error) {
    await archive.drop()
    await rm(draft, { recursive: true, force: true })
    await rm(`${draft}.zip`, { force: true })
    throw error instanceof GatehouseError ? error : unwritable(zip, error)
  }
}

/** Known before a hundred megabytes are written; a rename would replace a zip without a word. */
function refuseTaken(zip: string, folder: string): void {
  try {
    const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined
    const taken = [zip, folder].find(isThere)
    if (taken !== undefined) throw new Error(`${basename(taken)} is there already`)
    if (!isThere(dirname(zip))) throw new Error(`there is no folder ${dirname(zip)}`)
  } catch (cause) {
    throw unwritable(zip, cause)
  }
}

const unwritable = (path: string, cause: unknown): GatehouseError =>
  new GatehouseError({ code: 'pack.unwritable', detail: `${path}: ${cause instanceof Error ? cause.message : String(cause)}` }, { cause })
