import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import type { Listener } from '#shared/model/listener.ts'

/**
 * Who can reach a socket bound to this address. IPv4-mapped IPv6 addresses count as the IPv4 address that they carry
 * (RFC 4291, 2.5.5.2); all of 127.0.0.0/8 is loopback (RFC 1122, 3.2.1.3). `*` and the empty host mean every interface.
 * `undefined` for a name: only the resolver of the host could tell.
 */
export function scopeOf(address: string): Listener['scope'] | undefined {
  if (address === '*' || address === '') return 'wildcard'
  if (address.toLowerCase() === 'localhost') return 'loopback'
  if (isIP(address) === 0) return undefined
  const range = ipaddr.process(address.replace(/%.*$/, '')).range()
  if (range === 'loopback') return 'loopback'
  return range === 'unspecified' ? 'wildcard' : 'specific'
}
