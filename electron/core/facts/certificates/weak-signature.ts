import { element } from './der.ts'

type Weak = 'MD2' | 'MD4' | 'MD5' | 'SHA-1'

/** Object identifiers of signatures whose hash is broken, in DER, as hex (RFC 8017 A.2.4, RFC 5758 3.1 and 3.2). */
const broken: Readonly<Record<string, Weak>> = {
  '2a864886f70d010102': 'MD2',
  '2a864886f70d010103': 'MD4',
  '2a864886f70d010104': 'MD5',
  '2a864886f70d010105': 'SHA-1',
  '2a8648ce3d0401': 'SHA-1',
  '2a8648ce380403': 'SHA-1',
  '2b0e03021d': 'SHA-1',
}

/** id-RSASSA-PSS names its hash beside it, and SHA-1 by naming none (RFC 4055, 3.1). */
const PSS = '2a864886f70d01010a'
const SHA1 = '2b0e03021a'

/**
 * The broken hash that a certificate was signed with; undefined for any other. node:crypto does not tell before Node 24.9, so the second element of
 * the outermost sequence is read (RFC 5280, 4.1): `SEQUENCE { tbsCertificate, SEQUENCE { algorithm OID … }, signature }`.
 */
export function weakSignature(der: Buffer): Weak | undefined {
  const outer = element(der, 0)
  const signed = outer && element(der, outer.start)
  const algorithm = signed && element(der, signed.end)
  const oid = algorithm && element(der, algorithm.start)
  if (oid?.tag !== 6) return undefined
  const name = der.toString('hex', oid.start, oid.end)
  return name === PSS ? hashOfPss(der, oid.end, algorithm?.end ?? 0) : broken[name]
}

/** `SEQUENCE { [0] { SEQUENCE { hash OID … } } … }` */
function hashOfPss(der: Buffer, at: number, end: number): Weak | undefined {
  const parameters = at < end ? element(der, at) : undefined
  const hash = parameters && parameters.start < parameters.end ? element(der, parameters.start) : undefined
  if (hash?.tag !== 0xa0) return 'SHA-1'
  const algorithm = element(der, hash.start)
  const oid = algorithm && element(der, algorithm.start)
  return oid && der.toString('hex', oid.start, oid.end) === SHA1 ? 'SHA-1' : undefined
}
