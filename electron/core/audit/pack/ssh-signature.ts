import { createHash, createPublicKey, verify } from 'node:crypto'
import type { ConsoleKey } from '../../signing/console-key.ts'

/** Who and what for, in the words of ssh-keygen(1): `-I` and `-n`. */
export const SSH_IDENTITY = 'gatehouse'
export const SSH_NAMESPACE = 'gatehouse-pack'

/** An SSH string (RFC 4251, section 5). */
function sshString(bytes: Uint8Array | string): Buffer {
  const data = Buffer.from(bytes)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, data])
}

/** An Ed25519 public key as SSH has it (RFC 8709, section 4). */
function sshKey(publicKeyPem: string): Buffer {
  const { x = '' } = createPublicKey(publicKeyPem).export({ format: 'jwk' })
  return Buffer.concat([sshString('ssh-ed25519'), sshString(Buffer.from(x, 'base64url'))])
}

/** A line of allowed_signers (ssh-keygen(1)), for this use alone. */
export const allowedSigner = ({ publicKeyPem }: Pick<ConsoleKey, 'publicKeyPem'>): string =>
  `${SSH_IDENTITY} namespaces="${SSH_NAMESPACE}" ssh-ed25519 ${sshKey(publicKeyPem).toString('base64')}\n`

const about = [sshString(SSH_NAMESPACE), sshString(''), sshString('sha512')]

/** What is signed (openssh-portable, PROTOCOL.sshsig). */
const toBeSigned = (message: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from('SSHSIG'), ...about, sshString(createHash('sha512').update(message).digest())])

function armoured(publicKeyPem: string, signature: Uint8Array): string {
  const version = Buffer.from([0, 0, 0, 1])
  const blob = Buffer.concat([
    ...[Buffer.from('SSHSIG'), version, sshString(sshKey(publicKeyPem)), ...about],
    sshString(Buffer.concat([sshString('ssh-ed25519'), sshString(signature)])),
  ])
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? []
  return `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`
}

/** The signature that `ssh-keygen -Y verify` reads. */
export const sshSignature = (message: Uint8Array, key: ConsoleKey): string => armoured(key.publicKeyPem, key.sign(toBeSigned(message)))

/** Whether that is the signature of this message, by this key, to the letter. */
export function isSshSignature(text: string, message: Uint8Array, publicKeyPem: string): boolean {
  const signature = Buffer.from(text.split('\n').slice(1, -2).join(''), 'base64').subarray(-64)
  return text === armoured(publicKeyPem, signature) && verify(null, toBeSigned(message), createPublicKey(publicKeyPem), signature)
}
