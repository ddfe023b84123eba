import ipaddr from 'ipaddr.js'
import { airGapped } from '#shared/model/fleet.ts'
import type { PolicyContext, Verdict } from '../../control.ts'

/** The verdict for hosts that nobody declared air-gapped; undefined for those that are. */
export function notAirGapped({ fleet, host }: PolicyContext): readonly Verdict[] | undefined {
  if (airGapped(fleet, host)) return undefined
  const reason = 'Neither the fleet file nor this host in it says airGapped: true.'
  return [{ status: 'not-applicable', subject: '', title: 'This host is not declared air-gapped', reason, cite: [] }]
}

/** Where a name or address lies. `unknown`: a name that is neither known to be public nor of a kind that only exists inside. */
export type Place = 'inside' | 'outside' | 'unknown'

const INSIDE_RANGES = new Set(['private', 'loopback', 'linkLocal', 'uniqueLocal', 'carrierGradeNat', 'unspecified'])

/** The same ranges as networks: no router of the internet carries them (RFC 1918, 3927, 4193, 6598). */
export const insideNetworks: readonly string[] = [
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', '127.0.0.0/8'],
  ...['fc00::/7', 'fe80::/10', '::1/128'],
]

/** Names that exist only inside: single labels, RFC 2606, 6762, 8375 and the names that ICANN and habit reserve for private use. */
const insideNames = /^[^.]+$|\.(?:internal|intranet|private|corp|home|lan|local|localdomain|localhost|test|home\.arpa|example|invalid)$/

/** Hosts of the distributions, of registries and of model hubs. */
const publicNames =
  /(?:^|\.)(?:debian\.(?:org|net)|ubuntu\.com|canonical\.com|launchpad\.net|launchpadcontent\.net|rockylinux\.org|almalinux\.org|centos\.org|fedoraproject\.org|redhat\.com|oracle\.com|amazonaws\.com|opensuse\.org|suse\.com|docker\.com|docker\.io|nvidia\.com|nvidia\.github\.io|nvcr\.io|github\.com|github\.io|ghcr\.io|githubusercontent\.com|gitlab\.com|quay\.io|gcr\.io|pkg\.dev|k8s\.io|pypi\.org|pythonhosted\.org|pytorch\.org|huggingface\.co|hf\.co|ollama\.ai|ollama\.com|googleapis\.com|azurecr\.io|microsoft\.com|cloudflare\.com|nodesource\.com|nginx\.org|kernel\.org|akamai\.net|fastly\.net|anaconda\.(?:com|org)|npmjs\.(?:org|com)|yarnpkg\.com|fwupd\.org|flathub\.org|snapcraft\.io|crates\.io|golang\.org|rancher\.(?:io|com)|modelscope\.cn)$/

/** Of an address or a host name, without port. */
export function placeOf(host: string): Place {
  const bare = host.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  if (ipaddr.isValid(bare)) return INSIDE_RANGES.has(ipaddr.process(bare).range()) ? 'inside' : 'outside'
  const name = bare.toLowerCase().replace(/\.$/, '')
  if (publicNames.test(name)) return 'outside'
  return insideNames.test(name) ? 'inside' : 'unknown'
}

/** Of a package source or proxy. What lies on the machine itself is inside. */
export function placeOfUrl(url: string): Place {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):(?:\/\/)?(.*)$/i.exec(url) ?? []
  if (/^(?:file|cdrom|copy|media|cd|dvd|hd|dir)$/i.test(scheme)) return 'inside'
  // A plugin of zypper makes the address when it is asked (libzypp, service plugins): SUSE's cloud or a server inside. A file of mirrors was not read.
  // GOPROXY's `direct` asks whichever host a module names.
  if (/^(?:plugin:|direct:|mirror\+(?:file:|\/))/i.test(url)) return 'unknown'
  const host = hostOf(rest === '' ? url : rest)
  return host === '' ? 'unknown' : placeOf(host)
}

/** Of these the files that may name sources as well, by variables (PIP_INDEX_URL, GOPROXY). */
export const setsSources = (file: string): boolean => /^\/etc\/(?:environment$|profile\.d\/)/.test(file)

/** Files that set proxies for logins, daemons and apt. */
export const setsProxies = (file: string): boolean => /^\/etc\/(?:environment$|profile\.d\/|systemd\/|apt\/apt\.conf)/.test(file)

/** `user@host:port/path` → `host`. */
export function hostOf(text: string): string {
  const authority = (text.split(/[/?#]/, 1)[0] ?? '').replace(/^.*@/, '')
  return /^\[([^\]]+)\]/.exec(authority)?.[1] ?? authority.replace(/:\d*$/, '')
}

/** Registry of an image reference: its first part when that looks like a host, else Docker Hub (distribution reference grammar). */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? first.replace(/:\d+$/, '') : 'docker.io'
}
