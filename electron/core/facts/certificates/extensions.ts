import { addressBlock } from '../network/address-block.ts'
import { type DerElement, element, inside } from './der.ts'

/** What a certificate says of its own use (RFC 5280, 4.2.1), as far as clients look at it and node:crypto does not tell. */
export interface Extensions {
  /** Bits of keyUsage by their number; undefined where it names none, so that any use is meant. */
  readonly keyUsage?: ReadonlySet<number>
  /** How many authorities may stand between this one and the server's certificate. */
  readonly pathLength?: number
  readonly permitted: readonly NameConstraint[]
  readonly excluded: readonly NameConstraint[]
}

/** A name with all below it, or an address with its mask, as they stand in a certificate. */
export type NameConstraint = { readonly kind: 'DNS'; readonly name: string } | { readonly kind: 'IP'; readonly bytes: Buffer }

export const KEY_USAGE = { digitalSignature: 0, keyEncipherment: 2, keyAgreement: 4, keyCertSign: 5 } as const

const ids = { keyUsage: '551d0f', basicConstraints: '551d13', nameConstraints: '551d1e' } as const

export function extensionsOf(der: Buffer): Extensions {
  const [body] = inside(der, element(der, 0))
  const [list] = inside(
    der,
    inside(der, body).find(({ tag }) => tag === 0xa3),
  )
  const values = new Map(
    inside(der, list).map((one) => {
      const parts = inside(der, one)
      const value = parts.at(-1)
      return [parts[0] ? der.toString('hex', parts[0].start, parts[0].end) : '', value && element(der, value.start)] as const
    }),
  )
  const usage = values.get(ids.keyUsage)
  const pathLength = inside(der, values.get(ids.basicConstraints)).find(({ tag }) => tag === 2)
  const [permitted, excluded] = [0xa0, 0xa1].map((tag) => inside(der, values.get(ids.nameConstraints)).find((one) => one.tag === tag))
  return {
    ...(usage?.tag === 3 && { keyUsage: bitsOf(der.subarray(usage.start + 1, usage.end)) }),
    ...(pathLength &&
      pathLength.end - pathLength.start <= 4 && { pathLength: der.readUIntBE(pathLength.start, pathLength.end - pathLength.start) }),
    permitted: subtrees(der, permitted),
    excluded: subtrees(der, excluded),
  }
}

const bitsOf = (bytes: Buffer): ReadonlySet<number> =>
  new Set([...bytes].flatMap((byte, at) => [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (0x80 >> bit)).map((bit) => at * 8 + bit)))

const subtrees = (der: Buffer, list: DerElement | undefined): readonly NameConstraint[] =>
  inside(der, list).flatMap((tree): readonly NameConstraint[] => {
    const [base] = inside(der, tree)
    if (base?.tag === 0x82) return [{ kind: 'DNS', name: der.toString('latin1', base.start, base.end).toLowerCase() }]
    return base?.tag === 0x87 ? [{ kind: 'IP', bytes: der.subarray(base.start, base.end) }] : []
  })

/** The first of these names that an authority may not sign for; names of a kind that it does not limit it may. */
export const forbiddenName = ({ permitted, excluded }: Extensions, names: readonly string[]): string | undefined =>
  names.find((name) => {
    const kind = bytesOf(name) ? 'IP' : 'DNS'
    const own = permitted.filter((one) => one.kind === kind)
    return (own.length > 0 && !own.some((one) => within(name, one))) || excluded.some((one) => one.kind === kind && within(name, one))
  })

function within(name: string, constraint: NameConstraint): boolean {
  if (constraint.kind === 'DNS') {
    const wanted = name.toLowerCase()
    // A dot before it is not of the standard, and OpenSSL takes it for what lies below alone.
    if (constraint.name.startsWith('.')) return wanted.endsWith(constraint.name)
    return constraint.name === '' || wanted === constraint.name || wanted.endsWith(`.${constraint.name}`)
  }
  const address = bytesOf(name)
  const size = constraint.bytes.length / 2
  return (
    address?.length === size &&
    address.every((byte, at) => ((byte ^ (constraint.bytes[at] ?? 0)) & (constraint.bytes[size + at] ?? 0)) === 0)
  )
}

function bytesOf(name: string): Buffer | undefined {
  const block = addressBlock(name)
  if (!block) return undefined
  const hex = block.bits.toString(16).padStart(block.version === 4 ? 8 : 32, '0')
  return Buffer.from(hex, 'hex')
}
