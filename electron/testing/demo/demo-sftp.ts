import ssh2, { type SFTPWrapper } from 'ssh2'
import { identityText, mayRead } from './demo-files.ts'
import type { DemoHost } from './demo-host.ts'
import { bytesOf } from './model-bytes.ts'

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp

const typeBits = { directory: 0o040_000, file: 0o100_000, symlink: 0o120_000 } as const

/** The SFTP subsystem of a simulated host: stat, open to read, read, close. Everything else is refused. */
export function serveSftp(sftp: SFTPWrapper, host: DemoHost): void {
  const handles = new Map<number, string>()
  let next = 0
  const refuse = (id: number) => sftp.status(id, STATUS_CODE.PERMISSION_DENIED)
  const attributes = (path: string) => {
    const file = host.files.get(path)
    if (!file) return undefined
    const seconds = Math.floor(Number(identityText(path, file).split('/')[3] ?? 0))
    return { mode: typeBits[file.type] | file.mode, uid: 0, gid: 0, size: file.size, atime: seconds, mtime: seconds }
  }
  const stat = (id: number, path: string) => {
    const found = attributes(path)
    if (found) sftp.attrs(id, found)
    else sftp.status(id, STATUS_CODE.NO_SUCH_FILE)
  }
  const pathOf = (handle: Buffer): string | undefined => (handle.length === 4 ? handles.get(handle.readUInt32BE(0)) : undefined)
  sftp.on('STAT', stat)
  sftp.on('LSTAT', stat)
  sftp.on('FSTAT', (id, handle) => stat(id, pathOf(handle) ?? ''))
  sftp.on('OPEN', (id, path, flags) => {
    if (flags !== OPEN_MODE.READ || !mayRead(host, path)) return refuse(id)
    const handle = Buffer.alloc(4)
    handle.writeUInt32BE(next)
    handles.set(next++, path)
    return sftp.handle(id, handle)
  })
  sftp.on('READ', (id, handle, offset, length) => {
    const file = host.files.get(pathOf(handle) ?? '')
    if (!file) return refuse(id)
    const bytes = bytesOf(file, offset, length)
    return bytes.length === 0 ? sftp.status(id, STATUS_CODE.EOF) : sftp.data(id, bytes)
  })
  sftp.on('CLOSE', (id, handle) => {
    handles.delete(handle.length === 4 ? handle.readUInt32BE(0) : -1)
    sftp.status(id, STATUS_CODE.OK)
  })
}
