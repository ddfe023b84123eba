/** Test support: rules for one host, in the words of the program that loads them, in this order. */
export interface RuleSet {
  readonly kind: 'nft' | 'iptables' | 'docker' | 'ufw' | 'ipset' | 'firewalld'
  /** It holds words whose answer is out of sight of the rules: a verdict may be undetermined, and nft may refuse it. */
  readonly wild?: boolean
  /** For `ipset restore`, before rules that name the sets. */
  readonly ipsets?: string
  /** For `nft -f -`. */
  readonly nft?: string
  /** For iptables-restore(8), one text for each family. */
  readonly v4?: string
  readonly v6?: string
  /** A shell script around ufw(8), for a host with Debian's ufw as it is after its installation. */
  readonly ufw?: string
  /** Path below /etc/firewalld, and its text. */
  readonly firewalld?: Readonly<Record<string, string>>
  /** For `iptables-restore --noflush`, when ufw is up. */
  readonly later?: string
}

/** What a host says that it holds. `ufw` is empty where ufw is not used. */
export interface Listings {
  readonly iptables: string
  readonly ip6tables: string
  readonly ipset: string
  readonly nft: string
  readonly ufw: string
}
