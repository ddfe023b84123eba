import type { Algorithms } from 'ssh2'

/**
 * Every SSH algorithm Gatehouse will speak, best first. Nothing outside this file is ever offered.
 * Chosen from what both OpenSSL (Node) and BoringSSL (Electron) provide, so the CLI and the app behave alike: no chacha20-poly1305
 * there. Left out because they are weak: SHA-1 in any role, CBC, DSA, MACs shorter than 256 bits. Left out because one handshake would
 * stop the whole program: Diffie-Hellman over integers takes 5 s (2048 bits) to 23 s (4096 bits) of one core in BoringSSL (measured in
 * Electron 33), where elliptic curves take milliseconds. OpenSSH has offered the curves below since 5.7 (2011) and 6.5 (2014).
 */
const keyExchange = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
] as const

const cipher = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'] as const

const mac = ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'] as const

type HostKeyAlgorithm =
  | 'ssh-ed25519'
  | 'ecdsa-sha2-nistp256'
  | 'ecdsa-sha2-nistp384'
  | 'ecdsa-sha2-nistp521'
  | 'rsa-sha2-512'
  | 'rsa-sha2-256'

/** Signature algorithms with the type of key that makes them; one RSA key serves two algorithms (RFC 8332). */
const hostKeyAlgorithms: readonly { readonly algorithm: HostKeyAlgorithm; readonly keyType: string }[] = [
  { algorithm: 'ssh-ed25519', keyType: 'ssh-ed25519' },
  { algorithm: 'ecdsa-sha2-nistp256', keyType: 'ecdsa-sha2-nistp256' },
  { algorithm: 'ecdsa-sha2-nistp384', keyType: 'ecdsa-sha2-nistp384' },
  { algorithm: 'ecdsa-sha2-nistp521', keyType: 'ecdsa-sha2-nistp521' },
  { algorithm: 'rsa-sha2-512', keyType: 'ssh-rsa' },
  { algorithm: 'rsa-sha2-256', keyType: 'ssh-rsa' },
]

/**
 * What flows over a connection. Commands and their answers are text that deflates to a fifth, which saves round trips while TCP starts slowly; what
 * a jump host forwards is encrypted already, and model files are numbers: both are dense, and deflating them would only cost time. Compression begins after the login, so that it never meets a credential.
 */
export type Carries = 'commands' | 'dense'

/**
 * The offer for one connection. Host key algorithms whose type is already known for this host come first, as OpenSSH does
 * (`order_hostkeyalgs`, sshconnect2.c): otherwise a server with several keys would present one that looks changed.
 */
export function algorithmsFor(knownKeyTypes: ReadonlySet<string>, carries: Carries): Algorithms {
  const known = hostKeyAlgorithms.filter(({ keyType }) => knownKeyTypes.has(keyType))
  const others = hostKeyAlgorithms.filter(({ keyType }) => !knownKeyTypes.has(keyType))
  return {
    kex: [...keyExchange],
    serverHostKey: [...known, ...others].map(({ algorithm }) => algorithm),
    cipher: [...cipher],
    hmac: [...mac],
    compress: carries === 'commands' ? ['zlib@openssh.com', 'none'] : ['none'],
  }
}
