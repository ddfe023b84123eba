import { isIP } from 'node:net'

/** An address or a network, as bits. */
export interface AddressBlock {
  readonly text: string
  readonly version: 4 | 6
  readonly bits: bigint
  readonly prefixLength: number
}

/** `10.0.1.5`, `10.0.1.0/24`, `fd00::/8`. Undefined for anything else. */
export function addressBlock(text: string): AddressBlock | undefined {
  const match = /^([0-9A-Fa-f.:]+)(?:\/(\d{1,3}))?$/.exec(text)
  const address = match?.[1] ?? ''
  const version = isIP(address)
  if (version !== 4 && version !== 6) return undefined
  const size = version === 4 ? 32 : 128
  const prefixLength = match?.[2] === undefined ? size : Number(match[2])
  if (prefixLength > size) return undefined
  const bits = version === 4 ? bitsOf4(address) : bitsOf6(address)
  return { text, version, prefixLength, bits: (bits >> BigInt(size - prefixLength)) << BigInt(size - prefixLength) }
}

/** Is every address of `inner` in `outer`? */
export function within(inner: AddressBlock, outer: AddressBlock): boolean {
  if (inner.version !== outer.version || inner.prefixLength < outer.prefixLength) return false
  const shift = BigInt((inner.version === 4 ? 32 : 128) - outer.prefixLength)
  return inner.bits >> shift === outer.bits >> shift
}

const bitsOf4 = (address: string): bigint => address.split('.').reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n)

function bitsOf6(address: string): bigint {
  const [head = '', tail] = address.split('::')
  const groups = (part: string): bigint[] =>
    part === ''
      ? []
      : part.split(':').flatMap((group) => {
          if (!group.includes('.')) return [BigInt(`0x${group}`)]
          const four = bitsOf4(group)
          return [four >> 16n, four & 0xffffn]
        })
  const before = groups(head)
  const after = tail === undefined ? [] : groups(tail)
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - before.length - after.length }, () => 0n)
  return [...before, ...zeros, ...after].reduce((bits, group) => (bits << 16n) | group, 0n)
}
