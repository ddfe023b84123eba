import type { WireEndpoint } from '../wire/wire.ts'
import type { TlsEndpoint } from './certificates.ts'
import { readPem } from './pem.ts'

/**
 * Handshakes over the wire stand beside those that the host made with itself: they fill in ports and versions that its own openssl could not
 * try, and add what only the network sees. What the host measured and the wire did not stays.
 */
export function withWire(endpoints: readonly TlsEndpoint[], wire: readonly WireEndpoint[]): readonly TlsEndpoint[] {
  const merged = [...endpoints]
  for (const seen of wire.flatMap(fromWire)) {
    const at = merged.findIndex(({ port, serverName }) => port === seen.port && serverName === seen.serverName)
    const own = merged[at]
    if (own === undefined) merged.push(seen)
    else merged[at] = combined(own, seen)
  }
  return merged
}

function fromWire({ port, tls, section }: WireEndpoint): readonly TlsEndpoint[] {
  if (tls === undefined) return []
  const served = readPem(tls.chain.join('\n'))
  const of = (...outcomes: readonly string[]) =>
    tls.versions.filter(({ outcome }) => outcomes.includes(outcome)).map(({ version }) => version)
  return [
    {
      port,
      serverName: tls.serverName ?? '',
      versions: of('served'),
      untested: of('not-asked', 'unclear'),
      ...(served && { served: { ...served, line: tls.chainLine } }),
      section,
      line: tls.line,
    },
  ]
}

function combined(own: TlsEndpoint, seen: TlsEndpoint): TlsEndpoint {
  const versions = [...new Set([...own.versions, ...seen.versions])].sort()
  // Asked from either side: only what neither could try is untested.
  const untested = own.untested.filter((version) => seen.untested.includes(version) && !versions.includes(version))
  const toldMore = versions.length > own.versions.length || untested.length < own.untested.length
  // The certificate is cited where the rest is.
  return toldMore || own.served === undefined ? { ...seen, versions, untested } : { ...own, versions, untested }
}
