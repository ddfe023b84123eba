import { addressBlock } from '../network/address-block.ts'
import { type DerElement, element, inside } from './der.ts'

/** What a certificate says of its own use (RFC 5280, 4.2.1), as far as clients look at it and node:crypto does not tell. */
export interface Extensions {
  /** Whom it is for, part by part, told apart as clients do: without regard to capitals and doubled blanks. */
  readonly subject: readonly string[]
  /** Bits of keyUsage by their number; undefined where it names none, so that any use is meant. */
  readonly keyUsage?: ReadonlySet<number>
  /** How many authorities may stand between this one and the server's certificate. */
  readonly pathLength?: number
  /** What it names beside hosts, that of its subject included: limits of authorities hold for them, too. */
  readonly otherNames: readonly OtherName[]
  /** Its type of Netscape is not that of servers, which OpenSSL still looks at. */
  readonly netscapeOther?: true
  readonly permitted: readonly NameConstraint[]
  readonly excluded: readonly NameConstraint[]
  /** One that must be understood (critical) and that OpenSSL does not, by its number. */
  readonly unknownCritical?: string
  /** The curve is written out instead of named, which RFC 5480 forbids. */
  readonly explicitCurve?: true
}

export interface OtherName {
  readonly kind: 'URI' | 'mail'
  /** In small letters. */
  readonly name: string
}

/** A name with all below it, an address with its mask, how a subject begins, a host of URIs or of mail, as they stand in a certificate. */
export type NameConstraint =
  | OtherName
  | { readonly kind: 'DNS'; readonly name: string }
  | { readonly kind: 'IP'; readonly bytes: Buffer }
  | { readonly kind: 'subject'; readonly parts: readonly string[] }

export const KEY_USAGE = { digitalSignature: 0, keyEncipherment: 2, keyAgreement: 4, keyCertSign: 5 } as const

const ids = {
  keyUsage: '551d0f',
  subjectAltName: '551d11',
  basicConstraints: '551d13',
  nameConstraints: '551d1e',
  netscapeType: '6086480186f8420101',
} as const
const NETSCAPE_SERVER = 1

/** Those that OpenSSL understands (X509_supported_extension), in DER, as hex: of RFC 5280, of Netscape, of RFC 3779, of RFC 3820, and ocsp-nocheck. */
const understood = new Set([
  ...['551d0f', '551d11', '551d13', '551d1e', '551d1f', '551d20', '551d21', '551d24', '551d25', '551d36'],
  ...['6086480186f8420101', '2b06010505070107', '2b06010505070108', '2b0601050507010e', '2b0601050507300105'],
])

const EC_KEY = '2a8648ce3d0201'
const EMAIL_ADDRESS = '2a864886f70d010901='

/** Of a certificate in DER that node:crypto has read already: what is missing in it is taken for not there, never for an error. */
export function extensionsOf(der: Buffer): Extensions {
  const [body] = inside(der, element(der, 0))
  const fields = inside(der, body)
  const [list] = inside(
    der,
    fields.find(({ tag }) => tag === 0xa3),
  )
  const hex = (one: DerElement | undefined) => (one ? der.toString('hex', one.start, one.end) : '')
  const all = inside(der, list).map((one) => {
    const parts = inside(der, one)
    const value = parts.at(-1)
    const critical = parts[1]?.tag === 1 && der[parts[1].start] !== 0
    return { id: hex(parts[0]), critical, value: value && element(der, value.start) }
  })
  const values = new Map(all.map(({ id, value }) => [id, value]))
  const strange = all.find(({ id, critical }) => critical && !understood.has(id))
  // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo; before them may stand the version.
  const [subject, keyInfo] = fields.slice(fields[0]?.tag === 0xa0 ? 5 : 4)
  const [algorithm] = inside(der, keyInfo)
  const [kind, parameters] = inside(der, algorithm)
  const usage = values.get(ids.keyUsage)
  const pathLength = inside(der, values.get(ids.basicConstraints)).find(({ tag }) => tag === 2)
  const netscape = values.get(ids.netscapeType)
  const own = partsOf(der, subject)
  const [permitted, excluded] = [0xa0, 0xa1].map((tag) => inside(der, values.get(ids.nameConstraints)).find((one) => one.tag === tag))
  return {
    subject: own,
    otherNames: [
      ...inside(der, values.get(ids.subjectAltName)).flatMap((one) => otherName(der, one) ?? []),
      ...own
        .flatMap((part) => part.split('+'))
        .flatMap((one) => (one.startsWith(EMAIL_ADDRESS) ? [{ kind: 'mail' as const, name: one.slice(EMAIL_ADDRESS.length) }] : [])),
    ],
    ...(netscape?.tag === 3 &&
      !bitsOf(der.subarray(netscape.start + 1, netscape.end)).has(NETSCAPE_SERVER) && { netscapeOther: true as const }),
    ...(usage?.tag === 3 && { keyUsage: bitsOf(der.subarray(usage.start + 1, usage.end)) }),
    ...(pathLength &&
      pathLength.end - pathLength.start <= 4 && { pathLength: der.readUIntBE(pathLength.start, pathLength.end - pathLength.start) }),
    permitted: subtrees(der, permitted),
    excluded: subtrees(der, excluded),
    ...(strange && { unknownCritical: numbered(strange.id) }),
    ...(hex(kind) === EC_KEY && parameters?.tag === 0x30 && { explicitCurve: true as const }),
  }
}

/** `551d13` as `2.5.29.19` (X.690, 8.19). */
function numbered(id: string): string {
  const numbers: bigint[] = []
  let now = 0n
  for (const byte of Buffer.from(id, 'hex')) {
    now = now * 128n + BigInt(byte & 0x7f)
    if (byte < 0x80) {
      numbers.push(now)
      now = 0n
    }
  }
  const [head = 0n, ...rest] = numbers
  const first = head < 80n ? head / 40n : 2n
  return [first, head - first * 40n, ...rest].join('.')
}

const bitsOf = (bytes: Buffer): ReadonlySet<number> =>
  new Set([...bytes].flatMap((byte, at) => [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (0x80 >> bit)).map((bit) => at * 8 + bit)))

function otherName(der: Buffer, { tag, start, end }: DerElement): OtherName | undefined {
  const kind = tag === 0x81 ? 'mail' : tag === 0x86 ? 'URI' : undefined
  return kind && { kind, name: der.toString('latin1', start, end).toLowerCase() }
}

const subtrees = (der: Buffer, list: DerElement | undefined): readonly NameConstraint[] =>
  inside(der, list).flatMap((tree): readonly NameConstraint[] => {
    const [base] = inside(der, tree)
    if (base?.tag === 0x82) return [{ kind: 'DNS', name: der.toString('latin1', base.start, base.end).toLowerCase() }]
    if (base?.tag === 0xa4) return [{ kind: 'subject', parts: partsOf(der, inside(der, base)[0]) }]
    const other = base && otherName(der, base)
    if (other) return [other]
    return base?.tag === 0x87 ? [{ kind: 'IP', bytes: der.subarray(base.start, base.end) }] : []
  })

/** A distinguished name: of each part its attributes, as `type=value`. */
const partsOf = (der: Buffer, name: DerElement | undefined): readonly string[] =>
  inside(der, name).map((part) =>
    inside(der, part)
      .map((one) => {
        const [type, value] = inside(der, one)
        const text = value ? der.toString(value.tag === 0x0c ? 'utf8' : 'latin1', value.start, value.end) : ''
        return `${type ? der.toString('hex', type.start, type.end) : ''}=${text.toLowerCase().replace(/\s+/g, ' ').trim()}`
      })
      .sort()
      .join('+'),
  )

/** May an authority sign for a certificate with this subject? One without a subject is of no concern. */
export const forbidsSubject = ({ permitted, excluded }: Extensions, subject: readonly string[]): boolean => {
  const begins = (one: NameConstraint) => one.kind === 'subject' && one.parts.every((part, at) => part === subject[at])
  const own = permitted.filter(({ kind }) => kind === 'subject')
  return subject.length > 0 && ((own.length > 0 && !own.some(begins)) || excluded.some(begins))
}

/** The first of these names that an authority may not sign for; names of a kind that it does not limit it may. */
export const forbiddenName = ({ permitted, excluded }: Extensions, names: readonly string[]): string | undefined =>
  names.find((name) => {
    const kind = bytesOf(name) ? 'IP' : 'DNS'
    const own = permitted.filter((one) => one.kind === kind)
    return (own.length > 0 && !own.some((one) => within(name, one))) || excluded.some((one) => one.kind === kind && within(name, one))
  })

/** The first URI or address of mail that an authority may not sign for (RFC 5280, 4.2.1.10). One that cannot be told from its limits is refused, as by OpenSSL. */
export const forbiddenOther = ({ permitted, excluded }: Extensions, names: readonly OtherName[]): string | undefined =>
  names.find((one) => {
    const isOfKind = (limit: NameConstraint): limit is OtherName => limit.kind === one.kind
    const [own, others] = [permitted.filter(isOfKind), excluded.filter(isOfKind)]
    if (own.length + others.length === 0) return false
    const host = hostOf(one)
    const fits = ({ name }: OtherName) =>
      name.includes('@') && !name.startsWith('@') ? one.name === name : isBelow(host ?? '', name.replace(/^@/, ''))
    return host === undefined || (own.length > 0 && !own.some(fits)) || others.some(fits)
  })?.name

const isBelow = (host: string, limit: string): boolean => (limit.startsWith('.') ? host.endsWith(limit) : host === limit)

const hostOf = ({ kind, name }: OtherName): string | undefined =>
  (kind === 'URI' ? /^[^:]*:\/\/(?:[^/]*@)?([^:/]+)/ : /@([^@]+)$/).exec(name)?.[1]

function within(name: string, constraint: NameConstraint): boolean {
  if (constraint.kind !== 'DNS' && constraint.kind !== 'IP') return false
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
