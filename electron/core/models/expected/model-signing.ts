import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { ExpectedOrigin } from '#shared/model/model-expected.ts'
import type { SigningIdentity } from './signing-identity.ts'

/** A public key that the admin holds to be that of the publisher. */
export type SigningKey = KeyObject

/** Whom the admin takes for the publisher: a key, or an identity that a certificate authority vouches for. */
export type SigningTrust = { readonly key: SigningKey } | { readonly signer: SigningIdentity }

/** Reads a PEM public key or certificate. Undefined when it is none. */
export function signingKey(pem: string): SigningKey | undefined {
  try {
    return createPublicKey(pem)
  } catch {
    return undefined
  }
}

export interface SigningBundle extends Pick<ExpectedOrigin, 'signature' | 'signatureNote'> {
  /** What it carries of its signer. Absent when nothing in it can be verified. */
  readonly signedBy?: 'key' | 'certificate'
  readonly resources: readonly { readonly file: string; readonly algorithm: 'sha256'; readonly digest: string }[]
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const PREDICATE = /^https:\/\/model_signing\/signature\/v1\.\d+$/

/**
 * A Sigstore bundle as OpenSSF model-signing 1.x writes it (model.sig): a DSSE envelope over an in-toto statement whose predicate lists every
 * file with its digest. Verified offline against a given public key or identity: the signature over DSSE's pre-authentication encoding, and the
 * root digest of the statement's subject against the listed ones. Undefined when it is no such bundle; never throws.
 */
export function readSigningBundle(json: unknown, trust: SigningTrust | undefined): SigningBundle | undefined {
  if (!isRecord(json) || !/^application\/vnd\.dev\.sigstore\.bundle/.test(String(json.mediaType ?? ''))) return undefined
  const envelope = isRecord(json.dsseEnvelope) ? json.dsseEnvelope : undefined
  const unusable = (signatureNote: string): SigningBundle => ({ resources: [], signature: 'not-verified', signatureNote })
  if (!envelope || typeof envelope.payload !== 'string') return unusable('The bundle holds no DSSE envelope')
  if (envelope.payloadType !== PAYLOAD_TYPE) return unusable('The envelope does not hold an in-toto statement')
  const payload = Buffer.from(envelope.payload, 'base64')
  const statement = statementOf(payload)
  if (typeof statement === 'string') return unusable(statement)
  const material = isRecord(json.verificationMaterial) ? json.verificationMaterial : {}
  const signedBy = 'certificate' in material || 'x509CertificateChain' in material ? 'certificate' : 'key'
  const verdict = trust === undefined ? untrusted[signedBy] : verdictOf(json, envelope, payload, trust)
  return { resources: statement, signedBy, ...verdict }
}

type Signature = Pick<SigningBundle, 'signature' | 'signatureNote'>

const untrusted: Readonly<Record<NonNullable<SigningBundle['signedBy']>, Signature>> = {
  certificate: { signature: 'not-verified', signatureNote: 'No identity was given; it is signed by one, with a certificate' },
  key: { signature: 'not-verified', signatureNote: 'No public key was given; it is signed with a key' },
}

function verdictOf(json: Record<string, unknown>, envelope: Record<string, unknown>, payload: Buffer, trust: SigningTrust): Signature {
  if ('key' in trust) return signatureOf(envelope, payload, trust.key)
  const flaw = trust.signer.root.flawOf(json, payload, trust.signer)
  return flaw === undefined
    ? {
        signature: 'verified',
        signatureNote: `Signed by ${trust.signer.identity} (${trust.signer.issuer}), as the given root of trust says`,
      }
    : { signature: 'not-verified', signatureNote: flaw }
}

function statementOf(payload: Buffer): SigningBundle['resources'] | string {
  let statement: unknown
  try {
    statement = JSON.parse(payload.toString('utf8'))
  } catch {
    return 'The statement is not JSON'
  }
  if (!isRecord(statement) || !PREDICATE.test(String(statement.predicateType ?? '')) || !isRecord(statement.predicate))
    return 'The statement is none of model-signing 1.x'
  const listed = Array.isArray(statement.predicate.resources) ? statement.predicate.resources : []
  const resources = listed.map((resource: unknown) => ({
    file: isRecord(resource) ? String(resource.name ?? '') : '',
    algorithm: isRecord(resource) ? String(resource.algorithm ?? '') : '',
    digest: isRecord(resource) ? String(resource.digest ?? '').toLowerCase() : '',
  }))
  if (resources.length === 0) return 'The statement lists no files'
  const other = resources.find(({ algorithm }) => algorithm !== 'sha256')
  if (other) return `The statement uses ${JSON.stringify(other.algorithm.slice(0, 40))}, which is not the hash of a whole file`
  const root = createHash('sha256')
  for (const { digest } of resources) root.update(Buffer.from(digest, 'hex'))
  const subject: unknown = Array.isArray(statement.subject) ? statement.subject[0] : undefined
  const stated = isRecord(subject) && isRecord(subject.digest) ? String(subject.digest.sha256 ?? '').toLowerCase() : ''
  if (stated !== root.digest('hex')) return 'The digests of the files are not those that the subject of the statement covers'
  return resources.map(({ file, digest }) => ({ file, digest, algorithm: 'sha256' as const }))
}

/** DSSE v1, "PAE": what is signed. */
function preAuthenticationEncoding(type: string, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])
}

function signatureOf(envelope: Record<string, unknown>, payload: Buffer, key: SigningKey): Signature {
  const signed = preAuthenticationEncoding(PAYLOAD_TYPE, payload)
  const signatures = Array.isArray(envelope.signatures) ? envelope.signatures : []
  const algorithm = key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448' ? null : hashFor(key)
  const sound = signatures.some((entry: unknown) => {
    if (!isRecord(entry) || typeof entry.sig !== 'string') return false
    try {
      return verify(algorithm, signed, key, Buffer.from(entry.sig, 'base64'))
    } catch {
      return false
    }
  })
  return sound
    ? {
        signature: 'verified',
        signatureNote: `Signed with the given ${key.asymmetricKeyType ?? ''} key; the transparency log was not asked`,
      }
    : { signature: 'not-verified', signatureNote: 'No signature of the bundle is by the given key' }
}

/** model-signing hashes by the size of the curve (RFC 5656, 6.2.1); RSA with SHA-256. */
function hashFor(key: KeyObject): string {
  const curve = key.asymmetricKeyDetails?.namedCurve
  return curve === 'secp384r1' ? 'sha384' : curve === 'secp521r1' ? 'sha512' : 'sha256'
}
