import { createHash } from 'node:crypto'
import type { Fingerprint } from '#shared/model/prompt.ts'

/** Key type written at the start of a public key blob (RFC 4253, 6.6: a uint32 length and that many ASCII bytes), if it is well formed. */
export function keyTypeOf(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined
  const length = blob.readUInt32BE(0)
  if (length < 1 || length > 64 || blob.length <= 4 + length) return undefined
  const type = blob.toString('latin1', 4, 4 + length)
  return /^[a-z0-9@.-]+$/i.test(type) ? type : undefined
}

/** `SHA256:` and the unpadded base64 of the hash of the blob, as `ssh-keygen -l` prints it. */
export const sha256Of = (blob: Buffer): string => `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** Of a key in SSH's wire format; `unknown` for a type that stands in no blob as RFC 4253 (6.6) has it. */
export const fingerprintOf = (blob: Buffer): Fingerprint => ({ keyType: keyTypeOf(blob) ?? 'unknown', sha256: sha256Of(blob) })

/** Shell command that prints the fingerprint on the server itself, where OpenSSH keeps host keys by default. */
export function commandThatPrints(keyType: string): string {
  const stem = keyType.startsWith('ecdsa') ? 'ecdsa' : keyType === 'ssh-rsa' ? 'rsa' : keyType === 'ssh-ed25519' ? 'ed25519' : undefined
  return stem === undefined
    ? 'for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$f"; done'
    : `ssh-keygen -lf /etc/ssh/ssh_host_${stem}_key.pub`
}
