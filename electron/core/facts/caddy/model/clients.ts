import { type AddressBlock, addressBlock, within } from '../../network/address-block.ts'

/** An address that stands for all that a configuration cannot tell from it. */
export interface Representative {
  /** The block as written; undefined for everybody in no block. */
  readonly from: string | undefined
  readonly address: string
}

const strangers = {
  4: ['198.51.100.77', '203.0.113.77', '192.0.2.77', '100.64.77.77', '9.77.77.77', '177.7.7.7'],
  6: ['2001:db8:77::77', '2a00:77::77', '2600:77::77', '2400:77::77'],
} as const

/**
 * One address for each block, outside the smaller blocks within it where there is such a one, and a stranger; a second one over IPv6 where a block holds one of the two
 * alone. All of IPv4, or of IPv6, is no block: everybody may come by it.
 */
export function representatives(ranges: readonly string[]): readonly Representative[] {
  const blocks = ranges.flatMap((text) => addressBlock(text) ?? [])
  const named = blocks.filter(({ prefixLength }) => prefixLength > 0)
  const isIn = (address: string, some: readonly AddressBlock[]): boolean => {
    const one = addressBlock(address)
    return one !== undefined && some.some((block) => within(one, block))
  }
  const strangerOf = (family: 4 | 6): string => strangers[family].find((one) => !isIn(one, named)) ?? strangers[family][0]
  const [four, six] = [strangerOf(4), strangerOf(6)]
  return [
    { from: undefined, address: four },
    ...(isIn(four, blocks) || isIn(six, blocks) ? [{ from: undefined, address: six }] : []),
    ...named.map((block) => ({ from: block.text, address: addressIn(block, named) })),
  ]
}

function addressIn(block: AddressBlock, all: readonly AddressBlock[]): string {
  const smaller = all.filter((other) => other.prefixLength > block.prefixLength && within(other, block))
  const size = block.version === 4 ? 32 : 128
  const free = BigInt(size - block.prefixLength)
  const tries = [0n, (1n << free) - 1n, (1n << free) >> 1n, (1n << free) / 3n, ((1n << free) * 2n) / 3n, 1n]
  const fits = tries
    .map((offset) => print(block.bits + offset, block.version))
    .find((address) => {
      const one = addressBlock(address)
      return one !== undefined && !smaller.some((other) => within(one, other))
    })
  return fits ?? print(block.bits, block.version)
}

function print(bits: bigint, version: 4 | 6): string {
  const width = version === 4 ? 8n : 16n
  const count = version === 4 ? 4 : 8
  const parts = Array.from({ length: count }, (_, at) => (bits >> (width * BigInt(count - 1 - at))) & ((1n << width) - 1n))
  return parts.map((part) => part.toString(version === 4 ? 10 : 16)).join(version === 4 ? '.' : ':')
}
