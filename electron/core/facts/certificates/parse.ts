import type { Certificate, Certificates, TlsEndpoint } from './certificates.ts'
import { readPem } from './pem.ts'

const versionNames: Readonly<Record<string, string>> = { tls1: '1.0', tls1_1: '1.1', tls1_2: '1.2', tls1_3: '1.3' }

interface Endpoint extends TlsEndpoint {
  readonly versions: string[]
  readonly untested: string[]
}

/** Reads section `certificates`: PEM blocks and answers of ports, each after a line that starts with `#`. Never throws. */
export function parseCertificates(stdout: string): Certificates {
  const certificates: Certificate[] = []
  const unreadable: { path: string; reason: string; line: number }[] = []
  const endpoints = new Map<string, Endpoint>()
  let notAsked: string | undefined
  for (const part of parts(stdout)) {
    const [kind, ...words] = part.head.split(' ')
    const path = words.join(' ')
    if (kind === '#certificate') {
      const certificate = readPem(part.body)
      if (certificate) certificates.push({ ...certificate, path, line: part.line })
      else if (part.body.includes('BEGIN')) unreadable.push({ path, reason: 'it is not a valid PEM certificate', line: part.line })
    } else if (kind === '#unreadable')
      unreadable.push({ path, reason: 'it is missing, or the audit account may not read it', line: part.line })
    else if (kind === '#empty') unreadable.push({ path, reason: 'it holds no PEM certificate', line: part.line })
    else if (kind === '#no-openssl') notAsked = 'openssl is not installed on the host'
    else if (kind === '#version') readVersionTry(words, part.line, endpoints)
    else if (kind === '#served') {
      const endpoint = endpointOf(endpoints, words[0], words[1], part.line)
      const served = readPem(part.body)
      if (endpoint && served) endpoints.set(keyOf(endpoint), { ...endpoint, served: { ...served, line: part.line } })
    }
  }
  // The tries run side by side and answer in any order.
  for (const endpoint of endpoints.values()) {
    endpoint.versions.sort()
    endpoint.untested.sort()
  }
  return { certificates, unreadable, endpoints: [...endpoints.values()], ...(notAsked && { notAsked }) }
}

function parts(stdout: string): readonly { readonly head: string; readonly body: string; readonly line: number }[] {
  const all: { head: string; body: string; line: number }[] = []
  stdout.split('\n').forEach((text, index) => {
    if (text.startsWith('#')) all.push({ head: text.trimEnd(), body: '', line: index + 1 })
    else {
      const last = all.at(-1)
      if (last) last.body += `${text}\n`
    }
  })
  return all
}

const keyOf = (endpoint: Pick<TlsEndpoint, 'port' | 'serverName'>): string => `${endpoint.port} ${endpoint.serverName}`

function endpointOf(all: Map<string, Endpoint>, port: string | undefined, name: string | undefined, line: number): Endpoint | undefined {
  if (!port || !/^\d{1,5}$/.test(port) || !name) return undefined
  const fresh: Endpoint = {
    port: Number(port),
    serverName: name === '-' ? '' : name,
    versions: [],
    untested: [],
    section: 'certificates',
    line,
  }
  const existing = all.get(keyOf(fresh))
  if (existing) return existing
  all.set(keyOf(fresh), fresh)
  return fresh
}

/**
 * What proves that the server would not speak a version: an alert of it, another version in its answer, or a closed connection. In the words
 * of OpenSSL 1.1.1 to 3.5: `sslv3 alert handshake failure`, `ssl/tls alert handshake failure`, `tlsv1 alert protocol version`.
 */
const REFUSED =
  /:(?:sslv3|tlsv1|tlsv13|ssl\/tls) alert |SSL alert number \d|unsupported protocol|wrong ssl version|wrong version number|unexpected eof|errno=(?:0|104)\b/

/**
 * `443 ai.example tls1_2 New, TLSv1.2, Cipher is …`. Every answer that is neither a session nor a refusal of the server is not tested: the
 * client's own library would not try (`no protocols available`, `legacy sigalg disallowed` of the crypto policies of RHEL 9), or the words are new.
 */
function readVersionTry(words: readonly string[], line: number, endpoints: Map<string, Endpoint>): void {
  const [port, name, option, ...rest] = words
  const version = versionNames[option ?? '']
  const endpoint = endpointOf(endpoints, port, name, line)
  if (!endpoint || !version) return
  const answer = rest.join(' ')
  if (/New, (?:TLSv1|SSLv3)[\d.]*, Cipher is (?!\(NONE\))/.test(answer)) endpoint.versions.push(version)
  else if (!REFUSED.test(answer)) endpoint.untested.push(version)
}
