import { mkdir, open, readFile, realpath, stat } from 'node:fs/promises'
import { devNull } from 'node:os'
import { dirname, join } from 'node:path'
import { codeOf, GatehouseError, messageOf } from '#shared/errors.ts'
import { plainOnly } from '../plain-file.ts'
import type { Log, Paths } from '../ports.ts'
import { type KnownHost, type KnownHosts, parseKnownHosts } from './known-hosts.ts'

/** A known_hosts beyond this size is no known_hosts. */
const maximumBytes = 16 * 1024 * 1024

/** The files read, in OpenSSH's order (`UserKnownHostsFile`, `GlobalKnownHostsFile`), then Gatehouse's own, the only one ever written. */
export interface KnownHostsFiles {
  /** Entries of all files. Rejects with `ssh.known-hosts-unreadable`: without the pins no key can be judged. */
  read(): Promise<readonly KnownHost[]>
  /** Files one trusted key. It is on the disk when this resolves. Rejects with `store.unwritable`. */
  add(name: string, keyType: string, blob: Buffer): Promise<void>
}

interface Cached {
  readonly stamp: string
  readonly hosts: KnownHosts
}

/** OpenSSH's files are read and never written; what a person trusts here goes into Gatehouse's own, below `paths.data`. */
export function knownHostsFiles(paths: Paths, log: Log, systemFolder = '/etc/ssh'): KnownHostsFiles {
  const own = join(paths.data, 'known_hosts')
  const files = [
    join(paths.home, '.ssh', 'known_hosts'),
    join(paths.home, '.ssh', 'known_hosts2'),
    join(systemFolder, 'ssh_known_hosts'),
    join(systemFolder, 'ssh_known_hosts2'),
    own,
  ]
  const cache = new Map<string, Cached>()
  let writing: Promise<void> = Promise.resolve()

  async function readOne(file: string): Promise<readonly KnownHost[]> {
    const stamp = await stampOf(file)
    if (stamp === undefined) return []
    const cached = cache.get(file)
    if (cached?.stamp === stamp) return cached.hosts.entries
    const hosts = parseKnownHosts(await textOf(file), file)
    for (const { line, reason } of hosts.problems) log('warn', 'A line of a known_hosts file was skipped', { file, line, reason })
    const authorities = hosts.entries.filter((entry) => entry.marker === 'cert-authority')
    for (const { line } of authorities) log('warn', '@cert-authority is not supported: host certificates are not checked', { file, line })
    cache.set(file, { stamp, hosts })
    return hosts.entries
  }

  return {
    read: async () => (await Promise.all(files.map(readOne))).flat(),
    add: (name, keyType, blob) => {
      const added = writing.then(() => append(own, `${name} ${keyType} ${blob.toString('base64')}\n`))
      writing = added.catch(() => undefined)
      return added
    },
  }
}

const unreadable = (file: string, reason: string): GatehouseError =>
  new GatehouseError({ code: 'ssh.known-hosts-unreadable', detail: `${file}: ${reason}` })

const reasonOf = (error: unknown): string => codeOf(error) ?? messageOf(error)

/** What changes when a file is written; undefined when there is no file, which pins nothing. */
async function stampOf(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file, { bigint: true })
    // How people say that they keep none.
    if ((await realpath(file)) === devNull) return undefined
    plainOnly(found)
    const { mtimeNs, ctimeNs, size, ino, dev } = found
    if (size > maximumBytes) throw unreadable(file, `larger than ${maximumBytes} bytes`)
    return [dev, ino, size, mtimeNs, ctimeNs].join(':')
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return undefined
    throw unreadable(file, reasonOf(error))
  }
}

async function textOf(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw unreadable(file, reasonOf(error))
  })
  // A file of NUL bytes is what a crash leaves of a file that was being written: its pins are lost, which is not the same as none.
  if (bytes.includes(0)) throw unreadable(file, 'holds NUL bytes, so it is damaged or not a text file')
  return bytes.toString('utf8')
}

/**
 * One `write` to a file opened for appending: whole lines even when another Gatehouse appends at the same time. A line torn by a crash
 * is skipped when read, and closed off here before the next one.
 */
async function append(file: string, line: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(file, 'a+', 0o600)
    try {
      const { size, mode } = await handle.stat()
      if ((mode & 0o077) !== 0 && process.platform !== 'win32') await handle.chmod(0o600)
      const last = Buffer.alloc(1)
      if (size > 0) await handle.read(last, 0, 1, size - 1)
      await handle.write(size > 0 && last[0] !== 0x0a ? `\n${line}` : line)
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (process.platform !== 'win32') await syncFolder(dirname(file))
  } catch (error) {
    throw new GatehouseError({ code: 'store.unwritable', detail: `${file}: ${reasonOf(error)}` })
  }
}

/** A new file survives a crash only when its folder entry is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
