import { X509Certificate } from 'node:crypto'
import { addressBlock } from '../network/address-block.ts'
import type { Certificate } from './certificates.ts'
import { extensionsOf, KEY_USAGE } from './extensions.ts'
import { issuersOf } from './issuers.ts'
import { weakSignature } from './weak-signature.ts'
import { isSelfSigned, keyOf, oneLine, rareKey, serverPurposes } from './x509.ts'

const MAX_CHAIN = 20
const block = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g

/** Reads a PEM file as TLS servers do: the first certificate is the server's own. Undefined when there is none that can be read. */
export function readPem(text: string): Omit<Certificate, 'path' | 'line'> | undefined {
  const chain: X509Certificate[] = []
  for (const [, body] of [...text.matchAll(block)].slice(0, MAX_CHAIN)) {
    try {
      chain.push(new X509Certificate(Buffer.from((body ?? '').replace(/\s/g, ''), 'base64')))
    } catch {
      return undefined
    }
  }
  const [leaf] = chain
  if (!leaf) return undefined
  const key = keyOf(leaf)
  const weak = weakSignature(leaf.raw)
  const purposes = leaf.keyUsage ?? []
  const selfSigned = isSelfSigned(leaf)
  const names = alternativeNames(leaf.subjectAltName ?? '')
  const { keyUsage: usage, unknownCritical, explicitCurve, netscapeOther } = extensionsOf(leaf.raw)
  const rare = rareKey(leaf)
  return {
    subject: oneLine(leaf.subject),
    issuer: oneLine(leaf.issuer),
    notBefore: Date.parse(leaf.validFrom),
    notAfter: Date.parse(leaf.validTo),
    names,
    isCa: leaf.ca,
    selfSigned,
    ...key,
    ...(rare !== undefined && { rareKey: rare }),
    ...(explicitCurve && { explicitCurve }),
    ...(unknownCritical !== undefined && { unknownCritical }),
    ...(weak && { weakSignature: weak }),
    chainLength: chain.length,
    chainInOrder: chain.every((certificate, index) => {
      const next = chain[index + 1]
      return next === undefined || (certificate.checkIssued(next) && (next.ca || isSelfSigned(next)))
    }),
    ...((netscapeOther || (purposes.length > 0 && !purposes.some((one) => serverPurposes.includes(one)))) && {
      otherPurpose: true as const,
    }),
    ...(usage &&
      !usage.has(KEY_USAGE.digitalSignature) && { signsNoHandshake: keyUsesOfServers.some((one) => usage.has(one)) ? 'some' : 'all' }),
    ...(chain.length === 1 && !selfSigned && publicAuthority.test(leaf.issuer ?? '') && { lacksIssuer: true as const }),
    issuers: issuersOf(chain, names),
  }
}

/** Exchanges of keys that TLS 1.2 has beside the signed ones. */
const keyUsesOfServers = [KEY_USAGE.keyEncipherment, KEY_USAGE.keyAgreement]

/** Organisations that sign servers' certificates by intermediates alone (CA/Browser Forum, Baseline Requirements 6.1.7). */
const publicAuthority =
  /^O="?(?:\(STAGING\) )?(?:Let's Encrypt|Google Trust Services|DigiCert|Sectigo|GlobalSign|ZeroSSL|Amazon|GoDaddy|Starfield Tech|Entrust|Buypass|SSL Corp|IdenTrust|QuoVadis|D-Trust|HARICA|Hellenic Academic|Actalis|Unizeto|Asseco|SwissSign|GEANT|TrustAsia|Certainly)/m

/** `DNS:a.example, IP Address:10.0.0.1`; entries with odd characters are printed as JSON strings (CVE-2021-44532). An address that calls itself a name is neither. */
const alternativeNames = (text: string): readonly string[] =>
  [...text.matchAll(/(?:^|, )(DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g)]
    .map(([, kind, name]) => ({ kind, name: (name ?? '').trim() }))
    .filter(({ kind, name }) => kind !== 'DNS' || addressBlock(name) === undefined)
    .map(({ name }) => name)

/**
 * Does the certificate cover this server name, as browsers and TLS libraries decide (RFC 6125, RFC 9525): exact, or `*.` for exactly one
 * label before at least two others. The common name does not count, and addresses are compared as such. `name` may itself be a wildcard of nginx.
 */
export function covers(names: readonly string[], name: string): boolean {
  const wanted = name.toLowerCase().replace(/\.$/, '')
  const address = addressBlock(wanted.replace(/^\[(.*)\]$/, '$1'))
  return names.some((entry) => {
    if (address) return addressBlock(entry)?.bits === address.bits && addressBlock(entry)?.version === address.version
    // A dot at the end of what a certificate names is refused, of what is asked for it is passed over.
    const offered = entry.toLowerCase()
    if (offered === wanted) return true
    if (!/^\*\..+\../.test(offered) || wanted.startsWith('*.')) return false
    const dot = wanted.indexOf('.')
    return dot > 0 && wanted.slice(dot) === offered.slice(1)
  })
}
