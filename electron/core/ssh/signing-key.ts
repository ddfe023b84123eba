import ssh2, { type BaseAgent, type ParsedKey } from 'ssh2'
import { fingerprintOf } from './fingerprint.ts'

/** One key that can log in: its public half, and a way to sign that may have to ask for a passphrase or reach the agent. */
export interface SigningKey {
  /** Where it comes from, for messages: a file, or the agent. */
  readonly label: string
  readonly parsed: ParsedKey
  /** True when signing costs nobody anything. Otherwise the server is first asked whether it would take the key. */
  readonly signsFreely: boolean
  /** Raw signature over `data`. Rejects when the key cannot be used. */
  sign(data: Buffer, algorithm: string): Promise<Buffer>
}

const digestOf: Readonly<Record<string, string>> = { 'rsa-sha2-512': 'sha512', 'rsa-sha2-256': 'sha256' }

/**
 * The signature algorithm for a key, or undefined when the server takes none that Gatehouse uses. RSA signs with SHA-2 only (RFC 8332);
 * a server that does not say what it takes is offered SHA-512.
 */
export function signatureAlgorithmFor(key: ParsedKey, accepted: readonly string[] | undefined): string | undefined {
  if (key.type !== 'ssh-rsa') return key.type
  const ours = ['rsa-sha2-512', 'rsa-sha2-256']
  return accepted === undefined ? ours[0] : ours.find((algorithm) => accepted.includes(algorithm))
}

/** Throws where ssh2 hands an error back instead of a signature. */
export function signWith(key: ParsedKey, data: Buffer, algorithm: string): Buffer {
  const signature: unknown = key.sign(data, digestOf[algorithm])
  if (!Buffer.isBuffer(signature)) throw signature instanceof Error ? signature : new Error('the key does not sign')
  return signature
}

/** A key that the agent holds. The agent may ask its owner to confirm each use, so it is never used before the server wants the key. */
export function agentKey(agent: BaseAgent, parsed: ParsedKey, label: string): SigningKey {
  return {
    label,
    parsed,
    signsFreely: false,
    sign: (data, algorithm) =>
      new Promise((resolve, reject) => {
        const hash = algorithm === 'rsa-sha2-512' ? ('sha512' as const) : algorithm === 'rsa-sha2-256' ? ('sha256' as const) : undefined
        agent.sign(parsed, data, hash === undefined ? {} : { hash }, (error, signature) => {
          if (signature === undefined) reject(error ?? new Error('the agent did not sign'))
          else resolve(signature)
        })
      }),
  }
}

/** Keys of the agent behind a socket. Rejects when nobody answers there within the limit. */
export function agentKeys(socket: string, limitMs = 3_000): Promise<{ readonly agent: BaseAgent; readonly keys: readonly ParsedKey[] }> {
  const agent: BaseAgent = ssh2.createAgent(socket)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs)
    agent.getIdentities((error, keys) => {
      clearTimeout(timer)
      if (keys === undefined) reject(error ?? new Error('no keys'))
      else resolve({ agent, keys: keys.filter(isParsed) })
    })
  })
}

/** ssh2's agents hand over parsed keys and leave out types it does not know (such as those of security keys). */
const isParsed = (key: unknown): key is ParsedKey =>
  typeof key === 'object' && key !== null && typeof Reflect.get(key, 'getPublicSSH') === 'function'

/** Says which key, without saying anything secret. */
export const describeKey = ({ label, parsed }: SigningKey): string => `${label} (${fingerprintOf(parsed.getPublicSSH()).sha256})`
