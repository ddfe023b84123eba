import type { InferenceService } from '#shared/model/inference-service.ts'
import { addressBlock } from '../../network/address-block.ts'
import type { NginxDirective } from '../nginx.ts'
import { choosesOthers } from './known-directives.ts'
import { dotted } from './listen.ts'

/** Where a `proxy_pass` leads, its variables expanded. */
export interface Target {
  readonly encrypted: boolean
  /** Host as written, lower case; the name of an `upstream` block or an address. */
  readonly host: string
  /** Path of a unix socket. */
  readonly socket?: string | undefined
  readonly port?: number | undefined
  /** Path part; undefined when there is none, so that nginx passes the client's own path on. */
  readonly uri?: string | undefined
}

/**
 * An address of `proxy_pass` and its kin: `http://HOST:PORT/PATH`, `unix:PATH:`, `grpcs://HOST`. Undefined for what is none; without a
 * scheme it is http.
 */
export function readTarget(text: string): Target | undefined {
  const socket = /^(?:(https?|grpcs?):\/\/)?unix:([^:]*)(?::(.*))?$/is.exec(text)
  if (socket) return { encrypted: false, host: 'unix', socket: socket[2] ?? '', uri: socket[3] || undefined }
  const match = /^(?:(https?|grpcs?):\/\/)?(\[[^\]]+\]|[^/:?]+)(?::(\d+))?([/?].*)?$/is.exec(text)
  if (!match) return undefined
  const [, scheme = 'http', host = '', port, uri] = match
  const encrypted = /s$/i.test(scheme)
  return {
    encrypted,
    host: host.toLowerCase().replace(/^\[|\]$/g, ''),
    port: port === undefined ? undefined : Number(port),
    uri: uri?.startsWith('?') ? `/${uri}` : uri,
  }
}

/** The path of a target as it may be meant: from a slash on, or from a variable behind a whole address (`http://backend$1`, `http://$backend$1`). */
export function writtenPaths(target: string): readonly string[] {
  const rest = target.replace(/^\w+:\/\//, '')
  const fromSlash = /^(?:unix:[^:]*:|[^/?]*)([/?].*)$/s.exec(rest)?.[1]
  const attached = /^(?:\[[^\]]*\]|\$\{?\w+\}?|[^/$?:]+)(?::\d+)?(\$.*)$/s.exec(rest)?.[1]
  return [fromSlash, attached].filter((path) => path !== undefined)
}

/** Which of the host's own inference services a target means. */
export interface Match {
  readonly services: readonly InferenceService[]
  /** A host name that only the host can resolve, or a unix socket: it may or may not mean one of them. */
  readonly uncertain: boolean
  /** Ports of this host where something else than an inference service was meant. */
  readonly elsewhere: readonly number[]
}

/** The group that a target means: one that names a port is none (ngx_http_upstream_add). */
const groupOf = ({ host, port }: Target, upstreams: ReadonlyMap<string, NginxDirective>): NginxDirective | undefined =>
  port === undefined ? upstreams.get(host) : undefined

/** The servers of an upstream group, those that are marked as down left out; or the target itself. */
export function peersOf(target: Target, upstreams: ReadonlyMap<string, NginxDirective>): readonly Target[] {
  const group = groupOf(target, upstreams)
  if (!group) return [target]
  return (group.block ?? []).flatMap(({ name, parameters }) =>
    name === 'server' && !parameters.includes('down') ? (readTarget(parameters[0] ?? '') ?? []) : [],
  )
}

/** `localAddresses`: addresses of the host itself, without prefix length. */
export function matchTarget(
  target: Target,
  upstreams: ReadonlyMap<string, NginxDirective>,
  services: readonly InferenceService[],
  localAddresses: readonly string[],
): Match {
  const group = groupOf(target, upstreams)
  const matches = peersOf(target, upstreams).map((peer) => matchPeer(peer, target, services, localAddresses))
  return {
    services: [...new Set(matches.flatMap((match) => match.services))],
    uncertain: (group !== undefined && choosesOthers(group)) || matches.some((match) => match.uncertain),
    elsewhere: [...new Set(matches.flatMap((match) => match.elsewhere))],
  }
}

/** An address in one spelling, whatever the C library reads as such: `0`, `127.1`, IPv4 within IPv6. Names stay. */
export function canonical(host: string): string {
  const block = addressBlock(host)
  if (block?.version !== 6) return dotted(host) ?? host
  const four = block.bits >> 32n === 0xffffn ? dotted(String(block.bits & 0xffffffffn)) : undefined
  return four ?? `6/${block.bits.toString(16)}`
}

/** An address, in one spelling, at which this machine speaks to itself. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host.startsWith('127.') || host === '6/1' || host === '0.0.0.0' || host === '6/0'

const isAddress = (host: string): boolean => /^[\d.]+$|^6\//.test(host)

/**
 * Is it this machine's own, by an address or by a name of it, with a domain or without? Which of its addresses a name means only the host knows: Debian makes it
 * 127.0.1.1, others its first one.
 */
export const ownAs = (host: string, local: readonly string[]): 'address' | 'name' | undefined =>
  local.some((one) => canonical(one) === host || (!isAddress(canonical(one)) && host.startsWith(`${one.toLowerCase()}.`)))
    ? isAddress(host)
      ? 'address'
      : 'name'
    : undefined

function matchPeer(peer: Target, target: Target, services: readonly InferenceService[], localAddresses: readonly string[]): Match {
  const host = canonical(peer.host)
  const port = peer.port ?? (peer === target && target.encrypted ? 443 : 80)
  const onPort = services.filter((service) => service.binds.some((bind) => bind.port === port))
  if (host === 'unix') return { services: [], uncertain: true, elsewhere: [] }
  const loopback = isLoopback(host)
  const own = ownAs(host, localAddresses)
  if (!loopback && own === undefined) return { services: [], uncertain: onPort.length > 0 && !isAddress(host), elsewhere: [] }
  const fits = (service: InferenceService) =>
    service.binds.some(
      (bind) =>
        bind.port === port && (bind.scope === 'wildcard' || (loopback ? bind.scope === 'loopback' : canonical(bind.address) === host)),
    )
  const found = onPort.filter(fits)
  return {
    services: found,
    uncertain: !loopback && own === 'name' && found.length < onPort.length,
    elsewhere: found.length === 0 ? [port] : [],
  }
}
