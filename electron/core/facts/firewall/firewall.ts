/** What the packet filter does with new traffic, whoever wrote the rules (nftables, iptables, ufw, firewalld). */
export interface FirewallRule {
  readonly chain: string
  readonly direction: 'in' | 'out' | 'forward'
  readonly action: 'accept' | 'drop' | 'reject'
  /** Source networks; empty means any. */
  readonly sources: readonly string[]
  readonly destinations: readonly string[]
  readonly protocol: 'tcp' | 'udp' | 'any'
  /** Inclusive port ranges of the destination; empty means any. */
  readonly ports: readonly (readonly [number, number])[]
  readonly interface?: string | undefined
  readonly section: string
  readonly line: number
}

export interface Firewall {
  readonly backend: 'ufw' | 'nftables' | 'iptables' | 'firewalld' | 'none'
  readonly defaultInbound: 'accept' | 'drop' | 'reject'
  readonly defaultOutbound: 'accept' | 'drop' | 'reject'
  readonly rules: readonly FirewallRule[]
  /** Parts of the rule set that the model does not cover; then a verdict that depends on them is not evaluated. */
  readonly unmodelled: readonly { readonly text: string; readonly section: string; readonly line: number }[]
  /** Where the default policies were read. */
  readonly section: string
  readonly line: number
}
