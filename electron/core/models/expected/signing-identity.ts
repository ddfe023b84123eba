import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { type SignedEntity, type TrustMaterial, toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'
import { messageOf } from '#shared/errors.ts'
import { withDefaultDigest } from './default-digest.ts'

/** Who must have signed, and whose word is taken for it. */
export interface SigningIdentity {
  /** Subject alternative name of the certificate: an e-mail address, or the URI of a workflow. To the letter. */
  readonly identity: string
  /** Where that identity logged in: `https://accounts.google.com`, `https://token.actions.githubusercontent.com`. */
  readonly issuer: string
  readonly root: SigningRoot
}

/** Certificate authorities and transparency logs that the admin trusts. */
export interface SigningRoot {
  /**
   * Verifies a Sigstore bundle against an identity, offline: the certificate up to an authority of the root, with the promise of a certificate log;
   * that it was valid at each time that is proven, by a transparency log that took the signature in (Rekor 1) or by an authority of the root for
   * time stamps (RFC 3161, which Rekor 2 needs); that the signature is in a log; the signature over `payload`; the identity and its issuer, to the
   * letter. Undefined when all of it holds, else what does not. Never throws.
   */
  flawOf(bundle: unknown, payload: Buffer, signer: Pick<SigningIdentity, 'identity' | 'issuer'>): string | undefined
}

/** Reads a `trusted_root.json` (sigstore/protobuf-specs, TrustedRoot). Undefined when it is none, or names no authority or no log. */
export function signingRoot(json: string): SigningRoot | undefined {
  try {
    const root = toTrustMaterial(TrustedRoot.fromJSON(JSON.parse(json)))
    if (root.certificateAuthorities.length === 0 || root.tlogs.length === 0) return undefined
    return { flawOf: (bundle, payload, signer) => flawUnder(root, bundle, payload, signer) }
  } catch {
    return undefined
  }
}

function flawUnder(
  root: TrustMaterial,
  bundle: unknown,
  payload: Buffer,
  { identity, issuer }: Pick<SigningIdentity, 'identity' | 'issuer'>,
): string | undefined {
  try {
    const read = bundleFromJSON(bundle)
    if (read.content.$case !== 'dsseEnvelope' || !read.content.dsseEnvelope.payload.equals(payload))
      return 'Two readers see two statements in it'
    const entity = toSignedEntity(read)
    const verifier = new Verifier({ ...root, tlogs: root.tlogs.filter(trustedAt(entity)) })
    const signer = withDefaultDigest(() => verifier.verify(entity)).identity
    if (signer === undefined) return 'It is signed with a key, not by an identity'
    const found = [signer.subjectAlternativeName, signer.extensions?.issuer]
    return found[0] === identity && found[1] === issuer ? undefined : `It is signed by ${found[0]}, whom ${found[1]} vouches for`
  } catch (error) {
    return `It does not verify: ${messageOf(error)}`.slice(0, 500)
  }
}

/** An entry of Rekor 2 tells no time, so the verifier cannot hold its log against its term: here it is held against the time stamps. */
function trustedAt({ timestamps }: SignedEntity): (log: TrustMaterial['tlogs'][number]) => boolean {
  const times = timestamps.flatMap((stamp) => (stamp.$case === 'timestamp-authority' ? [stamp.timestamp.signingTime] : []))
  return ({ validFor: { start, end } }) => times.every((time) => start <= time && time <= end)
}
