import { joined, utf8 } from './bytes.ts'

interface TarSpec {
  readonly name: string
  readonly content: Uint8Array
  readonly type?: string
  readonly link?: string
  readonly checksum?: number
  /** Without, the header has no magic: tar before POSIX. */
  readonly posix?: boolean
}

/** A tar archive, in ustar form unless it is said. */
export function tar(members: readonly TarSpec[]): Uint8Array {
  const blocks = members.map(({ name, content, type = '0', link = '', checksum, posix = true }) => {
    const header = Buffer.alloc(512)
    const octal = (value: number, at: number, length: number) =>
      header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
    header.write(name, 0, 100, 'utf8')
    octal(0o644, 100, 8)
    octal(content.length, 124, 12)
    octal(0, 136, 12)
    header.write(type, 156, 'latin1')
    header.write(link, 157, 100, 'utf8')
    if (posix) header.write('ustar\x0000', 257, 'latin1')
    header.fill(0x20, 148, 156)
    octal(checksum ?? header.reduce((sum, byte) => sum + byte, 0), 148, 7)
    return joined(header, content, new Uint8Array((512 - (content.length % 512)) % 512))
  })
  return joined(...blocks, new Uint8Array(1_024), utf8(''))
}
