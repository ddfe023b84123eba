import { GatehouseError } from '#shared/errors.ts'
import type { Clock, PromptPort } from '../ports.ts'
import { commandThatPrints, fingerprintOf, sha256Of } from './fingerprint.ts'
import type { Hop } from './hop.ts'
import { type HostKeyVerdict, judgeHostKey, type KnownHost, knownHostsName, knownKeyTypes } from './known-hosts.ts'
import type { KnownHostsFiles } from './known-hosts-files.ts'
import { SharedFlight } from './shared-flight.ts'

/** Decides whether a presented host key may be trusted. It runs inside the key exchange, so before any credential leaves this machine. */
export interface HostKeyPolicy {
  /** Types of the keys on file for this hop. Rejects with `ssh.known-hosts-unreadable`, before anything is connected. */
  knownTypes(hop: Hop): Promise<ReadonlySet<string>>
  /** Resolves when the key is trusted (asking first when it is unknown), else rejects with the reason. */
  verify(hop: Hop, blob: Buffer, signal: AbortSignal): Promise<void>
}

/** Callers that meet the same unknown key at the same time share one question. */
export function hostKeyPolicy(files: KnownHostsFiles, prompts: PromptPort, clock: Clock): HostKeyPolicy {
  const asking = new Map<string, SharedFlight<void>>()

  async function ask(hop: Hop, blob: Buffer, entries: readonly KnownHost[], signal: AbortSignal): Promise<void> {
    const presented = fingerprintOf(blob)
    const answer = await prompts.ask(
      {
        kind: 'host-key-unknown',
        hop: hop.name,
        address: addressOf(hop),
        presented,
        command: commandThatPrints(presented.keyType),
        alsoKnownAs: namesUnder(entries, blob),
      },
      signal,
    )
    if (answer?.[0] !== 'trust')
      throw new GatehouseError({
        code: 'ssh.host-key-unknown',
        detail: `${addressOf(hop)} presented ${presented.keyType} ${presented.sha256}; it was not trusted`,
        host: hop.name,
      })
    await files.add(knownHostsName(hop.address, hop.port), presented.keyType, blob)
  }

  return {
    knownTypes: async (hop) => {
      const entries = await files.read()
      for (const name of namesOf(hop)) {
        const types = knownKeyTypes(entries, name)
        if (types.size > 0) return types
      }
      return new Set()
    },
    verify: async (hop, blob, signal) => {
      const entries = await files.read()
      const verdict = judge(hop, entries, blob)
      if (verdict.kind === 'trusted') return
      if (verdict.kind === 'unknown') {
        // Two connections to one host at the same time ask once.
        const question = `${knownHostsName(hop.address, hop.port)} ${sha256Of(blob)}`
        const under = asking.get(question)
        const flight: SharedFlight<void> =
          under === undefined || under.abandoned
            ? new SharedFlight((shared) =>
                ask(hop, blob, entries, shared).finally(() => {
                  // An abandoned question may end after the one that took its place began.
                  if (asking.get(question) === flight) asking.delete(question)
                }),
              )
            : under
        asking.set(question, flight)
        return flight.join(signal)
      }
      const presented = fingerprintOf(blob)
      const where = (entry: KnownHost) => `${entry.file}:${entry.line}`
      if (verdict.kind === 'revoked')
        throw new GatehouseError({
          code: 'ssh.host-key-revoked',
          detail: `${addressOf(hop)} presented ${presented.keyType} ${presented.sha256}, revoked by ${where(verdict.entry)}`,
          host: hop.name,
        })
      const pinned = verdict.pinned.map((entry) => fingerprintOf(entry.blob))
      const [first] = verdict.pinned
      if (first === undefined) throw new Error('a changed key without a pinned one')
      prompts.reportChangedKey({
        hop: hop.name,
        address: addressOf(hop),
        pinned,
        presented,
        pinnedAt: where(first),
        at: new Date(clock.now()).toISOString(),
        command: commandThatPrints(presented.keyType),
        removal: `ssh-keygen -f ${quoted(first.file)} -R ${quoted(verdict.name)}`,
      })
      const on = pinned.map(({ keyType, sha256 }) => `${keyType} ${sha256}`).join(', ')
      throw new GatehouseError({
        code: 'ssh.host-key-changed',
        detail: `${addressOf(hop)} presented ${presented.keyType} ${presented.sha256}; on file is ${on} (${where(first)})`,
        host: hop.name,
      })
    },
  }
}

/** `10.0.0.5`, `10.0.0.5:2222`, `[fd00::1]:2222`: how a hop is named to people. */
export const addressOf = ({ address, port }: Pick<Hop, 'address' | 'port'>): string =>
  port === 22 ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

/** Names a hop may be filed under: by its address, and by its name in the fleet file. */
const namesOf = (hop: Hop): readonly string[] => [...new Set([knownHostsName(hop.address, hop.port), knownHostsName(hop.name, hop.port)])]

type NamedVerdict =
  | Exclude<HostKeyVerdict, { kind: 'changed' }>
  | { readonly kind: 'changed'; readonly pinned: readonly KnownHost[]; readonly name: string }

/**
 * A revocation under any name counts. Then the first name that has anything on file decides. As in OpenSSH (`check_host_key`,
 * sshconnect.c), an entry without a port may vouch for a host on another port, but never accuse it.
 */
function judge(hop: Hop, entries: readonly KnownHost[], blob: Buffer): NamedVerdict {
  const named = namesOf(hop).map((name) => ({ name, verdict: judgeHostKey(entries, name, blob) }))
  const portless = judgeHostKey(entries, hop.address.toLowerCase(), blob)
  const verdicts = [...named.map(({ verdict }) => verdict), portless]
  const revoked = verdicts.find((verdict) => verdict.kind === 'revoked')
  if (revoked !== undefined) return revoked
  for (const { name, verdict } of named) {
    if (verdict.kind === 'changed') return { ...verdict, name }
    if (verdict.kind === 'trusted') return verdict
  }
  return portless.kind === 'trusted' ? portless : { kind: 'unknown' }
}

/** Readable names that share this key; hashed ones cannot be read, so their place is given. */
const namesUnder = (entries: readonly KnownHost[], blob: Buffer): string[] =>
  entries
    .filter((entry) => entry.marker === 'none' && entry.blob.equals(blob))
    .map((entry) => (entry.hosts.startsWith('|') ? `hashed name at ${entry.file}:${entry.line}` : entry.hosts))
    .slice(0, 20)

/** Quotes one word for a POSIX shell, for a line that a person may copy. */
const quoted = (word: string): string => (/^[A-Za-z0-9_/.:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)
