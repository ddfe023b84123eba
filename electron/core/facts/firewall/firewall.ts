import type { SavedFile } from './at-start/saved-rules.ts'
import type { FirewalldFiles, Unread } from './firewalld/files.ts'
import type { Table } from './ruleset.ts'
import type { DefaultVerdict, FirewallVerdict } from './verdicts.ts'

/** The packet filter as the kernel holds it, whoever wrote the rules (nftables, iptables, ufw, firewalld). */
export interface Firewall {
  readonly backend: 'ufw' | 'nftables' | 'iptables' | 'firewalld' | 'none'
  /** What happens to new traffic that no rule speaks of, per family, interface and protocol. */
  readonly defaults: { readonly in: readonly DefaultVerdict[]; readonly out: readonly DefaultVerdict[] }
  /** The same in one word: IPv4, on the interface of the default route. */
  readonly defaultInbound: FirewallVerdict
  readonly defaultOutbound: FirewallVerdict
  readonly tables: readonly Table[]
  /** What lies in /etc/iptables, and what firewalld loads when it starts. Undefined where it is not installed, or was not asked. */
  readonly savedRules?: readonly SavedFile[] | Unread | undefined
  /** What ufw loads when it starts. Undefined where it is off, or was not asked. */
  readonly ufwFiles?: readonly SavedFile[] | Unread | undefined
  readonly firewalld?: FirewalldFiles | Unread | undefined
  /** Address translation was read as well. Without it nothing can be said about published container ports. */
  readonly translationKnown: boolean
  /** Rules that the model does not cover; a verdict that hangs on one is not given. */
  readonly unmodelled: readonly { readonly text: string; readonly section: string; readonly line: number }[]
  /** Where the inbound default was read. */
  readonly section: string
  readonly line: number
}
