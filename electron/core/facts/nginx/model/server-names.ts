import { type Listen, socketKey } from './listen.ts'
import { compilePattern } from './pattern.ts'
import { defaultServer, type Server, serversOn } from './servers.ts'
import type { RequestState } from './variables.ts'

/** Names of one socket, as nginx puts them together. */
interface Names {
  readonly exact: Map<string, Server>
  /** `*.example` and `.example`, without their beginning; `bare` ones stand for the name itself too. */
  readonly leading: Map<string, { readonly server: Server; readonly bare: boolean }>
  readonly trailing: Map<string, Server>
  readonly patterns: { readonly source: string; readonly server: Server }[]
}

const kept = new WeakMap<readonly Server[], Map<string, Names>>()

/**
 * A name that conflicts with an earlier one is ignored as a whole: `.example` conflicts with `example` and with `*.example`
 * (ngx_hash_add_key; nginx warns "conflicting server name").
 */
function namesOf(servers: readonly Server[], listen: Listen): Names {
  const bySocket = kept.get(servers) ?? new Map<string, Names>()
  kept.set(servers, bySocket)
  const key = socketKey(listen)
  const before = bySocket.get(key)
  if (before) return before
  const found: Names = { exact: new Map(), leading: new Map(), trailing: new Map(), patterns: [] }
  const taken = new Set<string>()
  for (const server of serversOn(servers, listen))
    for (const written of server.names.length > 0 ? server.names : ['']) {
      const name = written.toLowerCase()
      if (name.startsWith('~')) found.patterns.push({ source: written.slice(1), server })
      else if (name.startsWith('.')) {
        const rest = name.slice(1)
        if (taken.has(rest)) continue
        taken.add(rest)
        if (!found.leading.has(rest)) found.leading.set(rest, { server, bare: true })
      } else if (name.startsWith('*.')) {
        const rest = name.slice(2)
        if (!found.leading.has(rest)) found.leading.set(rest, { server, bare: false })
      } else if (name.endsWith('.*')) {
        const rest = name.slice(0, -2)
        if (!found.trailing.has(rest)) found.trailing.set(rest, server)
      } else if (!taken.has(name)) {
        taken.add(name)
        found.exact.set(name, server)
      }
    }
  bySocket.set(key, found)
  return found
}

/**
 * Which server answers a request for `host` on this socket: exact name, longest name with a leading `*`, longest with a trailing `*`,
 * first pattern in file order, default server (nginx.org, "Server names"). Undefined when a pattern could not be run.
 */
export function chooseServer(servers: readonly Server[], listen: Listen, host: string): Server | undefined {
  const wanted = host.toLowerCase().replace(/\.$/, '')
  const { exact, leading, trailing, patterns } = namesOf(servers, listen)
  const named = exact.get(wanted)
  if (named) return named
  const itself = leading.get(wanted)
  if (itself?.bare) return itself.server
  for (let at = wanted.indexOf('.'); at >= 0; at = wanted.indexOf('.', at + 1)) {
    const found = leading.get(wanted.slice(at + 1))
    if (found) return found.server
  }
  for (let at = wanted.lastIndexOf('.'); at > 0; at = wanted.lastIndexOf('.', at - 1)) {
    const found = trailing.get(wanted.slice(0, at))
    if (found) return found
  }
  for (const { source, server } of patterns) {
    const match = compilePattern(source, true).exec(wanted)
    if (match === undefined) return undefined
    if (match) return server
  }
  return defaultServer(servers, listen)
}

/** `$server_name` (ngx_http_core_merge_srv_conf): the dot of `.example` is left out. */
export function firstName({ names: [name = ''] }: Server): string {
  return name.startsWith('~') ? name : name.toLowerCase().replace(/^\./, '')
}

/** A server that is chosen by a pattern begins with what that took of the name, which the client chooses (ngx_http_find_virtual_server). */
export const takenOfName = ({ names }: Server, host: string): RequestState['captures'] => {
  const fits = (name: string) =>
    takesGroups(name) && (name === host || compilePattern(name.slice(1), true).exec(host.toLowerCase()) !== null)
  return (host.startsWith('~') || !names.includes(host)) && names.some(fits) ? undefined : []
}

/** A pattern that takes parts of the name, which `$1` stands for then. */
export const takesGroups = (name: string): boolean => /^~.*\((?!\?:)/.test(name)
