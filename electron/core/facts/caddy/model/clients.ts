import { type AddressBlock, addressBlock, within } from '../../network/address-block.ts'

/** An address that stands for all that a configuration cannot tell from it. */
export interface Representative {
  /** The block as written; undefined for everybody in no block. */
  readonly from: string | undefined
  readonly address: string
}

const strangers = ['198.51.100.77', '203.0.113.77', '192.0.2.77', '100.64.77.77', '9.77.77.77', '177.7.7.7']

/** One address for each block, outside the smaller blocks within it where there is such a one, and a stranger. */
export function representatives(ranges: readonly string[]): readonly Representative[] {
  const blocks = ranges.flatMap((text) => addressBlock(text) ?? [])
  const inNone = (address: string) => {
    const one = addressBlock(address)
    return one !== undefined && !blocks.some((block) => block.prefixLength > 0 && within(one, block))
  }
  const stranger = strangers.find(inNone) ?? (strangers[0] as string)
  return [{ from: undefined, address: stranger }, ...blocks.map((block) => ({ from: block.text, address: addressIn(block, blocks) }))]
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
