import { randomBytes } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { CiphersTried, WeakCiphers } from '../facts/wire/wire.ts'
import { cipherSuites } from './cipher-suites.ts'

/** What is longer than the first words of a server says nothing here. */
const MAX_ANSWER = 16_384

/**
 * Does a server take any of these suites? A ClientHello that offers nothing else, and the first words of the answer: a ServerHello names the suite that it
 * chose, an alert refuses all of them (RFC 5246, 7.3, 7.4.1). Written by hand, since the libraries that this side has can no longer offer most of
 * them; no key is agreed, and the connection ends there. TLS 1.3 has none of them, and is not offered.
 */
export async function tryCiphers(
  kind: WeakCiphers,
  serverName: string | undefined,
  open: () => Promise<Duplex | undefined>,
  signal: AbortSignal,
): Promise<CiphersTried> {
  const stream = await open()
  if (stream === undefined) return { kind, outcome: 'unclear', detail: 'no connection' }
  const answer = await new Promise<Pick<CiphersTried, 'outcome' | 'detail'>>((resolve) => {
    let heard: Buffer = Buffer.alloc(0)
    const finish = (outcome: CiphersTried['outcome'], detail: string) => {
      signal.removeEventListener('abort', onAbort)
      resolve({ outcome, detail })
    }
    const onAbort = () => finish('unclear', 'not in time')
    stream.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk])
      const read = readAnswer(heard, cipherSuites[kind])
      if (read) finish(read.outcome, read.detail)
      else if (heard.length > MAX_ANSWER) finish('unclear', 'the answer is not TLS')
    })
    stream.on('error', ({ message }) => finish('unclear', message))
    stream.on('close', () => finish('unclear', 'the connection was closed'))
    stream.on('end', () => finish('unclear', 'the connection was closed'))
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    else stream.write(clientHello([...cipherSuites[kind].keys()], serverName))
  })
  stream.destroy()
  return { kind, ...answer }
}

const bytes = (...parts: readonly (number | Uint8Array)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : part)))
const two = (...values: readonly number[]): Buffer => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]))
const withLength = (body: Buffer): Buffer => bytes(two(body.length), body)
const extension = (type: number, body: Buffer): Buffer => bytes(two(type), withLength(body))

/** No renegotiation is asked for, which some servers want to be told (RFC 5746, 3.3). */
const RENEGOTIATION_INFO = 0x00ff

/** P-256, P-384, P-521, X25519, X448, those of Brainpool, secp256k1, P-224, P-192. */
const curves = [0x0017, 0x0018, 0x0019, 0x001d, 0x001e, 0x001a, 0x001b, 0x001c, 0x0016, 0x0015, 0x0013]
/** ECDSA, EdDSA, RSA-PSS of either key, RSA and DSA, over every hash that there is, SHA-1 and MD5 last. */
const signatures = [
  ...[0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0401, 0x0501, 0x0601, 0x0402, 0x0303],
  ...[0x0301, 0x0203, 0x0201, 0x0202, 0x0101],
]

/** A ClientHello of TLS 1.2 that takes any version up to it (RFC 5246, 7.4.1.2; RFC 6066, 3; RFC 8422, 5.1). */
function clientHello(suites: readonly number[], serverName: string | undefined): Buffer {
  const name = Buffer.from(serverName ?? '', 'ascii')
  const extensions = bytes(
    serverName === undefined ? Buffer.alloc(0) : extension(0, withLength(bytes(0, withLength(name)))),
    // Any curve and signature that the key of a server may need: a suite that is refused for want of one would pass for one that is not there.
    extension(10, withLength(two(...curves))),
    extension(11, bytes(1, 0)),
    extension(13, withLength(two(...signatures))),
  )
  const offered = withLength(two(...suites, RENEGOTIATION_INFO))
  const body = bytes(two(0x0303), randomBytes(32), 0, offered, 1, 0, withLength(extensions))
  return bytes(0x16, two(0x0301), withLength(bytes(1, 0, two(body.length), body)))
}

/** Alerts that refuse what was offered (RFC 5246, 7.2.2): handshake_failure, protocol_version, insufficient_security. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [40, 'alert handshake failure'],
  [70, 'alert protocol version'],
  [71, 'alert insufficient security'],
])
const FATAL = 2

/** Undefined while more has to come. A server may warn before it answers, and may cut its words into records as it likes. */
function readAnswer(heard: Buffer, offered: ReadonlyMap<number, string>): Pick<CiphersTried, 'outcome' | 'detail'> | undefined {
  let handshake: Buffer = Buffer.alloc(0)
  for (let at = 0; at + 5 <= heard.length; ) {
    const [type, major] = [heard[at], heard[at + 1]]
    const body = heard.subarray(at + 5, at + 5 + heard.readUInt16BE(at + 3))
    if ((type !== 0x15 && type !== 0x16) || major !== 3) return { outcome: 'unclear', detail: 'the answer is not TLS' }
    if (type === 0x16) handshake = Buffer.concat([handshake, body])
    else if (body.length < 2) return undefined
    else if (body[0] === FATAL) {
      const refusal = REFUSALS.get(body[1] ?? 0)
      return refusal ? { outcome: 'refused', detail: refusal } : { outcome: 'unclear', detail: `alert ${body[1]}` }
    }
    at += 5 + heard.readUInt16BE(at + 3)
  }
  if (handshake.length > 0 && handshake[0] !== 2) return { outcome: 'unclear', detail: 'the answer is not TLS' }
  // Type and length, version, random, session id, then the suite.
  const suiteAt = 4 + 2 + 32 + 1 + (handshake[38] ?? 0)
  if (handshake.length < suiteAt + 2) return undefined
  const name = offered.get(handshake.readUInt16BE(suiteAt))
  const version = { 1: '1.0', 2: '1.1', 3: '1.2' }[handshake[5] ?? 0]
  if (name === undefined || version === undefined) return { outcome: 'unclear', detail: 'it chose what was not offered' }
  return { outcome: 'served', detail: `${name} by TLS ${version}` }
}
