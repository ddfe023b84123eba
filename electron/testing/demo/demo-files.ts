import { createHash } from 'node:crypto'
import type { ModelFile } from '#shared/model/model-inventory.ts'
import type { DemoFile, DemoHost } from './demo-host.ts'
import { digestOf } from './model-bytes.ts'

/** The file system of a simulated host, as far as models lie on it. */

const parentsOf = (path: string): string[] => {
  const parts = path.split('/').slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
}

const closed = (file: DemoFile | undefined): boolean => file?.type === 'directory' && (file.mode & 0o001) === 0

/** May the audit account read it, by mode or by ACL? An ACL on the file stands for those on the directories above. */
export function mayRead(host: DemoHost, path: string): boolean {
  const file = host.files.get(path)
  if (!file) return false
  if (file.acl === true) return true
  return (file.mode & 0o004) !== 0 && !parentsOf(path).some((parent) => parent === '/root' || closed(host.files.get(parent)))
}

/** The directory that keeps the audit account out; empty when it is the file itself. */
export const closedAbove = (host: DemoHost, path: string): string =>
  parentsOf(path).find((parent) => parent === '/root' || closed(host.files.get(parent))) ?? ''

/** What find(1) lists below a path, and whether it could enter everything. */
export function visibleBelow(
  host: DemoHost,
  path: string,
  asRoot: boolean,
): { readonly entries: [string, DemoFile][]; readonly complete: boolean } {
  const below = [...host.files].filter(([name]) => name === path || name.startsWith(`${path}/`))
  if (asRoot) return { entries: below, complete: true }
  const hidden = (name: string) => parentsOf(name).some((parent) => parent === '/root' || closed(host.files.get(parent)))
  const entries = below.filter(([name, file]) => !hidden(name) || file.acl === true)
  return { entries, complete: entries.length === below.length && !path.startsWith('/root/') }
}

/** Seconds since the epoch at which its files were written: long ago, so that their hashes are settled. */
const WRITTEN = 1_790_000_000

/** `device/inode/blocks/mtime/ctime`, as find(1) prints them. What lies there stays the same whatever comes and goes beside it. */
export function identityText(path: string, file: DemoFile): string {
  const inode =
    1_000_000 +
    (Number.parseInt(
      createHash('sha256')
        .update(`${path} ${digestOf(file)}`)
        .digest('hex')
        .slice(0, 8),
      16,
    ) %
      1_000_000)
  const time = `${WRITTEN + inode}.1234567890`
  return `66305/${inode}/${Math.ceil(file.size / 512)}/${time}/${time}`
}

/** As much of a listed file as a hash script is made from. */
export const modelFilePath = (path: string, size: number): ModelFile => ({
  path,
  size,
  type: 'file',
  mode: 0,
  owner: '',
  group: '',
  allocated: 0,
  device: '',
  inode: '',
  mtimeNs: '',
  ctimeNs: '',
})
