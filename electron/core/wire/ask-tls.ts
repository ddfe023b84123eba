import { X509Certificate } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { connect, createSecureContext, type PeerCertificate, type SecureContext, type SecureVersion, type TLSSocket } from 'node:tls'
import { codeOf } from '#shared/errors.ts'
import type { TlsVersion, TlsVersionTried } from '../facts/wire/wire.ts'

const protocols: Readonly<Record<TlsVersion, SecureVersion>> = { '1.0': 'TLSv1', '1.1': 'TLSv1.1', '1.2': 'TLSv1.2', '1.3': 'TLSv1.3' }
const MAX_CHAIN = 8

/**
 * OpenSSL offers TLS 1.0 and 1.1 at security level 0 only (ciphers(1)); BoringSSL, which Electron has, knows no levels and refuses the word, and
 * offers the old versions as they are.
 */
const cipherLists = ['DEFAULT:@SECLEVEL=0', 'ALL', undefined] as const

/** Undefined when this build of Node cannot offer the versions at all. */
function contextFor(minVersion: SecureVersion, maxVersion: SecureVersion): SecureContext | undefined {
  for (const ciphers of cipherLists) {
    try {
      return createSecureContext({ minVersion, maxVersion, ...(ciphers && { ciphers }) })
    } catch {
      // The next list may be one that this library reads.
    }
  }
  return undefined
}

export type Handshake = { readonly socket: TLSSocket } | { readonly failed: Error; readonly chosen?: string | undefined }

/** One handshake on an open stream. Nothing is verified here: what was shown is judged later, from the transcript. Never rejects. */
function handshake(stream: Duplex, secureContext: SecureContext, serverName: string | undefined, signal: AbortSignal): Promise<Handshake> {
  return new Promise((resolve) => {
    const socket = connect({ socket: stream, secureContext, rejectUnauthorized: false, ...(serverName && { servername: serverName }) })
    const finish = (result: Handshake) => {
      signal.removeEventListener('abort', onAbort)
      if ('failed' in result) {
        socket.destroy()
        stream.destroy()
      }
      resolve(result)
    }
    const onAbort = () => finish({ failed: new Error('not in time') })
    // Once the server has chosen a cipher it has taken the version as well (RFC 5246, 7.4.1.3): what fails then is something else, such as our having no certificate.
    socket.on('error', (failed) => finish({ failed, chosen: socket.getCipher()?.name }))
    socket.on('close', () => finish({ failed: new Error('the connection was closed') }))
    // A TLSSocket on a channel does not close with it by itself.
    stream.on('error', (failed) => finish({ failed }))
    stream.on('close', () => socket.destroy())
    socket.on('secureConnect', () => finish({ socket }))
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
  })
}

/** With any version: for the certificate, and to ask inside. */
export function greet(stream: Duplex, serverName: string | undefined, signal: AbortSignal): Promise<Handshake> {
  const context = contextFor('TLSv1', 'TLSv1.3') ?? createSecureContext()
  return handshake(stream, context, serverName, signal)
}

/** Is this very version served? `open` is called only when this build can offer it. */
export async function tryVersion(
  version: TlsVersion,
  serverName: string | undefined,
  open: () => Promise<Duplex | undefined>,
  signal: AbortSignal,
): Promise<TlsVersionTried> {
  const context = contextFor(protocols[version], protocols[version])
  if (context === undefined) return { version, outcome: 'not-asked', detail: 'this build of Gatehouse cannot offer it' }
  const stream = await open()
  if (stream === undefined) return { version, outcome: 'unclear', detail: 'no connection' }
  const result = await handshake(stream, context, serverName, signal)
  if ('failed' in result) {
    const { failed, chosen } = result
    return chosen === undefined ? { version, ...meaningOf(failed) } : { version, outcome: 'served', detail: `${chosen}, not to its end` }
  }
  const cipher = result.socket.getCipher()?.name ?? 'unknown'
  result.socket.destroy()
  stream.destroy()
  return { version, outcome: 'served', detail: cipher }
}

/**
 * Why a handshake failed. A fatal alert of the server refuses the version or every cipher of it (RFC 8446, 6.2); an unknown name refuses the name;
 * no protocols available is this side's own limit; silence says nothing.
 */
function meaningOf(failed: Error): Pick<TlsVersionTried, 'outcome' | 'detail'> {
  const code = codeOf(failed) ?? ''
  if (/NO_PROTOCOLS_AVAILABLE|NO_CIPHERS_AVAILABLE|UNSUPPORTED_PROTOCOL_FOR_CUSTOM/.test(code))
    return { outcome: 'not-asked', detail: 'this build of Gatehouse cannot offer it' }
  const alert = /^ERR_SSL_(?:(?:TLSV1|SSLV3|TLSV13|SSL\/TLS)_)?ALERT_(\w+)$/.exec(code)
  const name = alert?.[1]?.toLowerCase()
  if (name === undefined) {
    // The server chose a version outside of what was offered, so not this one.
    if (/UNSUPPORTED_PROTOCOL|WRONG_SSL_VERSION/.test(code)) return { outcome: 'refused', detail: 'another version was answered' }
    return { outcome: 'unclear', detail: code === 'ERR_SSL_WRONG_VERSION_NUMBER' ? 'the answer is not TLS' : code || failed.message }
  }
  // The name, or we, are refused, not the version.
  return /^unrecognized_name$|certificate|unknown_ca|access_denied/.test(name)
    ? { outcome: 'unclear', detail: `alert ${name}` }
    : { outcome: 'refused', detail: `alert ${name}` }
}

/** The certificates that were shown, the server's own first, as PEM. The library puts each before its issuer, whatever their order was. */
export function shownChain(socket: TLSSocket): readonly string[] {
  const chain: string[] = []
  const seen = new Set<string>()
  let next: PeerCertificate | undefined = socket.getPeerCertificate(true)
  while (next?.raw && chain.length < MAX_CHAIN && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256)
    chain.push(new X509Certificate(next.raw).toString().trim())
    next = 'issuerCertificate' in next ? (next.issuerCertificate as PeerCertificate | undefined) : undefined
  }
  return chain
}
