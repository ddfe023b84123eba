import type { X509Certificate } from 'node:crypto'
import type { Issuer } from './certificates.ts'
import { extensionsOf, forbiddenName, forbiddenOther, forbidsSubject, KEY_USAGE, type OtherName } from './extensions.ts'
import { weakSignature } from './weak-signature.ts'
import { isSelfSigned, isWeakKey, keyOf, oneLine, serverPurposes } from './x509.ts'

/**
 * Those above a server's certificate, each the one that signed the one before, whatever their order in the file, as clients put them together. Roots, which
 * clients have by themselves, aside.
 */
export function issuersOf(chain: readonly X509Certificate[], names: readonly string[]): readonly Issuer[] {
  const issuers: Issuer[] = []
  let [below] = chain
  const signedFor: SignedFor = { names, subject: [], otherNames: [], ...(below && extensionsOf(below.raw)) }
  const left = new Set(chain.slice(1).filter((one) => !isSelfSigned(one)))
  while (below) {
    const signed = below
    const candidates = [...left]
      .filter((one) => one.subject === signed.issuer && verifies(signed, one))
      .map((one) => ({ one, flaw: flawOf(one, issuers.length, signedFor) }))
    // Of several for one key a client takes the one that will do.
    const next = candidates.find(({ flaw }) => flaw === undefined) ?? candidates[0]
    below = next?.one
    if (!next) break
    left.delete(next.one)
    issuers.push({
      subject: oneLine(next.one.subject),
      notBefore: Date.parse(next.one.validFrom),
      notAfter: Date.parse(next.one.validTo),
      ...(next.flaw && { flaw: next.flaw }),
      weakSignature: weakSignature(next.one.raw),
    })
  }
  return issuers
}

function verifies(signed: X509Certificate, by: X509Certificate): boolean {
  try {
    return signed.verify(by.publicKey)
  } catch {
    return false
  }
}

/** Whom the server's certificate is for. */
interface SignedFor {
  readonly names: readonly string[]
  readonly subject: readonly string[]
  readonly otherNames: readonly OtherName[]
}

/** Why clients take nothing that it signed (RFC 5280, 6.1.4), with so many authorities below it. */
function flawOf(one: X509Certificate, below: number, { names, subject, otherNames }: SignedFor): string | undefined {
  if (!one.ca) return 'is no authority (CA:TRUE is missing)'
  const extensions = extensionsOf(one.raw)
  if (extensions.keyUsage && !extensions.keyUsage.has(KEY_USAGE.keyCertSign)) return 'may not sign certificates (keyUsage)'
  if (extensions.unknownCritical) return `has a critical extension that clients do not know (${extensions.unknownCritical})`
  if (extensions.explicitCurve) return 'writes the curve of its key out'
  const purposes = one.keyUsage ?? []
  if (purposes.length > 0 && !purposes.some((purpose) => serverPurposes.includes(purpose)))
    return 'signs for other purposes than servers (extendedKeyUsage)'
  if (extensions.pathLength !== undefined && below > extensions.pathLength)
    return `may have ${extensions.pathLength} authorities below it (pathlen), and has ${below}`
  const { keyType, keyBits } = keyOf(one)
  if (isWeakKey(keyType, keyBits)) return `has a weak key (${keyType} with ${keyBits} bit)`
  if (forbidsSubject(extensions, subject)) return 'may not sign for its subject (nameConstraints)'
  const name = forbiddenName(extensions, names) ?? forbiddenOther(extensions, otherNames)
  return name === undefined ? undefined : `may not sign for ${name.slice(0, 80)} (nameConstraints)`
}
