import { createHmac, timingSafeEqual } from 'node:crypto'
import { keyTypeOf } from './fingerprint.ts'

/**
 * Reads and matches known_hosts files the way OpenSSH does (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"; hostfile.c, match.c).
 * Pure: text in, entries and problems out. A line that OpenSSH would skip is skipped here too, and reported.
 */

export type Marker = 'none' | 'revoked' | 'cert-authority'

/** One line: a key that these hosts have, may not have, or whose certificates count for them (`marker`). */
export interface KnownHost {
  readonly marker: Marker
  /** The host field as written: a pattern list, or one hashed name. */
  readonly hosts: string
  readonly keyType: string
  readonly blob: Buffer
  readonly file: string
  /** Starts at 1. */
  readonly line: number
}

export interface KnownHostsProblem {
  readonly file: string
  readonly line: number
  readonly reason: string
}

/** The pins of all known_hosts files (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), and lines that are none. */
export interface KnownHosts {
  readonly entries: readonly KnownHost[]
  readonly problems: readonly KnownHostsProblem[]
}

/** Plain key types of sshkey.c. A certificate is not a host key entry, and an unknown type makes OpenSSH skip the line. */
const plainKeyTypes = new Set([
  'ssh-ed25519',
  'ssh-rsa',
  'ssh-dss',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
])

const hashedName = /^\|1\|([A-Za-z0-9+/]+={0,2})\|([A-Za-z0-9+/]+={0,2})$/
const sha1Length = 20

/** As sshd(8), SSH_KNOWN_HOSTS FILE FORMAT. Never throws: lines that are none are `problems`, and match no host. */
export function parseKnownHosts(text: string, file: string): KnownHosts {
  const entries: KnownHost[] = []
  const problems: KnownHostsProblem[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    const parsed = parseLine(raw)
    if (parsed === undefined) continue
    if ('problem' in parsed) problems.push({ file, line, reason: parsed.problem })
    else entries.push({ ...parsed, file, line })
  }
  return { entries, problems }
}

type ParsedLine = { readonly problem: string } | Pick<KnownHost, 'marker' | 'hosts' | 'keyType' | 'blob'>

/** Undefined for an empty line or a comment. */
function parseLine(raw: string): ParsedLine | undefined {
  // A carriage return can only come from a file written on Windows; OpenSSH there strips it, and no field may contain one.
  let rest = raw.replace(/\r$/, '').replace(/^[ \t]+/, '')
  if (rest === '' || rest.startsWith('#')) return undefined
  let marker: Marker = 'none'
  if (rest.startsWith('@')) {
    const found = /^@(cert-authority|revoked)[ \t]+(?!@)/.exec(rest)
    if (found === null) return { problem: 'marker not understood' }
    marker = found[1] === 'revoked' ? 'revoked' : 'cert-authority'
    rest = rest.slice(found[0].length)
  }
  const fields = /^([^ \t]+)[ \t]+([^ \t]+)[ \t]+([^ \t]+)/.exec(rest)
  if (fields === null) return { problem: 'host, key type and key expected' }
  const [, hosts = '', keyType = '', base64 = ''] = fields
  if (hosts.startsWith('|') && !isHashedName(hosts)) return { problem: 'hashed host name not understood' }
  if (!plainKeyTypes.has(keyType)) return { problem: `key type not supported: ${keyType.slice(0, 40)}` }
  const blob = decodeBase64(base64)
  if (blob === undefined || keyTypeOf(blob) !== keyType) return { problem: 'key not understood' }
  return { marker, hosts, keyType, blob }
}

function decodeBase64(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return undefined
  return Buffer.from(text, 'base64')
}

function isHashedName(field: string): boolean {
  const [, salt = '', hash = ''] = hashedName.exec(field) ?? []
  return decodeBase64(salt)?.length === sha1Length && decodeBase64(hash)?.length === sha1Length
}

/**
 * Name under which a host is filed: the address alone for port 22, else `[address]:port` (`put_host_port`, misc.c).
 * Lower case, since OpenSSH lowers the name before it hashes or compares.
 */
export const knownHostsName = (address: string, port: number): string =>
  port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`

/** True when the host field of an entry covers this name (as made by `knownHostsName`). */
export function matchesHost(hosts: string, name: string): boolean {
  if (!hosts.startsWith('|')) return matchesPatternList(hosts, name)
  const [, salt, hash] = hashedName.exec(hosts) ?? []
  if (salt === undefined || hash === undefined) return false
  const expected = Buffer.from(hash, 'base64')
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}

/** `match_hostname` (match.c): one negated pattern that matches refuses the whole list, whatever else matches. */
export function matchesPatternList(list: string, name: string): boolean {
  const lowered = name.toLowerCase()
  let matched = false
  for (const item of list.toLowerCase().split(',')) {
    const negated = item.startsWith('!')
    const pattern = negated ? item.slice(1) : item
    // OpenSSH copies each pattern into 1024 bytes and gives up on the whole list when one does not fit.
    if (pattern.length >= 1023) return false
    if (!matchesPattern(pattern, lowered)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

/** Glob with `*` and `?` only, in linear backtracking so that no pattern can stall the program. */
function matchesPattern(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

export type HostKeyVerdict =
  | { readonly kind: 'trusted'; readonly entry: KnownHost }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'changed'; readonly pinned: readonly KnownHost[] }
  | { readonly kind: 'revoked'; readonly entry: KnownHost }

/**
 * `check_key_in_hostkeys` (hostfile.c). A key is *changed* as soon as the host has any other key on file, even of another type:
 * the offer prefers known types (`algorithmsFor`), so a server that presents another one no longer has the key on file.
 */
export function judgeHostKey(entries: readonly KnownHost[], name: string, presented: Buffer): HostKeyVerdict {
  const own = entries.filter((entry) => matchesHost(entry.hosts, name))
  const revoked = own.find((entry) => entry.marker === 'revoked' && entry.blob.equals(presented))
  if (revoked !== undefined) return { kind: 'revoked', entry: revoked }
  const pinned = own.filter((entry) => entry.marker === 'none')
  const same = pinned.find((entry) => entry.blob.equals(presented))
  if (same !== undefined) return { kind: 'trusted', entry: same }
  return pinned.length === 0 ? { kind: 'unknown' } : { kind: 'changed', pinned }
}

/** Types of the keys on file for a host, to order the offer by. */
export const knownKeyTypes = (entries: readonly KnownHost[], name: string): ReadonlySet<string> =>
  new Set(entries.filter((entry) => entry.marker === 'none' && matchesHost(entry.hosts, name)).map((entry) => entry.keyType))
