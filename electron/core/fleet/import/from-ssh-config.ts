import type { Candidate, Hop, ImportResult, Skipped } from './candidate.ts'
import { hostAliases, parseSshConfig, type ResolvedHost, resolveHost, type SshConfig, type SshConfigFiles } from './ssh-config.ts'

/** Hosts of an ssh_config(5) file, with the jump hosts that each passes. */
export function importSshConfig(path: string, home: string, files: SshConfigFiles): ImportResult {
  const config = parseSshConfig(path, home, files)
  const candidates: Candidate[] = []
  const skipped: Skipped[] = [...config.notes]
  for (const alias of hostAliases(config)) {
    const resolved = resolveHost(config, alias)
    const via = hopsOf(config, resolved, new Set([alias]))
    if (typeof via === 'string') skipped.push({ what: alias, reason: via })
    else candidates.push({ name: alias, ...endpoint(resolved), via })
  }
  const jumps = new Set(candidates.flatMap(({ via }) => via.map(({ name }) => name)))
  const servers = candidates.filter(({ name }) => !jumps.has(name))
  return { candidates: servers, skipped }
}

const endpoint = (resolved: ResolvedHost) => ({
  address: resolved.hostName,
  port: resolved.port ?? 22,
  user: resolved.user,
  identityFiles: resolved.identityFiles,
})

/** The chain to a host, nearest jump host first; a sentence when it cannot be followed. */
function hopsOf(config: SshConfig, resolved: ResolvedHost, seen: ReadonlySet<string>): readonly Hop[] | string {
  const jumps = resolved.proxyJump.length > 0 ? resolved.proxyJump : jumpOfProxyCommand(resolved.proxyCommand)
  if (jumps === undefined) return `its ProxyCommand "${resolved.proxyCommand}" is not a plain ssh -W`
  const chain: Hop[] = []
  for (const [index, jump] of jumps.entries()) {
    const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(jump)
    if (match === null) return `ProxyJump "${jump}" is not [user@]host[:port]`
    const alias = (match[2] ?? '').replaceAll(/[[\]]/g, '')
    if (seen.has(alias)) return `its jump hosts form a circle at ${alias}`
    const hop = resolveHost(config, alias)
    // ssh applies the jump host's own ProxyJump only to the first of a list.
    const before = index === 0 ? hopsOf(config, hop, new Set([...seen, alias])) : []
    if (typeof before === 'string') return before
    const { address, port, user, identityFiles } = endpoint(hop)
    chain.push(...before, {
      name: alias,
      address,
      port: match[3] === undefined ? port : Number(match[3]),
      user: match[1] ?? user,
      identityFiles,
    })
  }
  return chain
}

/** The form that was usual before ProxyJump: `ssh [-q] -W %h:%p [user@]jump`. Undefined for anything else. */
function jumpOfProxyCommand(command: string | undefined): readonly string[] | undefined {
  if (command === undefined) return []
  const words = command.split(/\s+/)
  if (!/(?:^|\/)ssh$/.test(words[0] ?? '')) return undefined
  const target = words
    .slice(1)
    .filter((word) => word !== '-q' && word !== '-W' && word !== '%h:%p' && word !== '[%h]:%p' && !/^-W(?:\[?%h\]?:%p)$/.test(word))
  const forwards = /-W\s*\[?%h\]?:%p/.test(command)
  return forwards && target.length === 1 && !target[0]?.startsWith('-') ? [target[0] ?? ''] : undefined
}
