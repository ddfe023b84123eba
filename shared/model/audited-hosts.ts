import type { Fleet, Host } from './fleet.ts'

/** Everything that an audit looks at: the hosts, and those jump hosts of which the fleet file says `audit: true`, after them. */
export const auditedHosts = ({ hosts, jump }: Pick<Fleet, 'hosts' | 'jump'>): readonly Host[] => [
  ...hosts,
  ...jump.filter(({ audit }) => audit).map(({ audit: _, ...host }): Host => ({ ...host, labels: [] })),
]

/** Names are unique among hosts and jump hosts. */
export const isJumpHost = ({ jump }: Pick<Fleet, 'jump'>, { name }: Pick<Host, 'name'>): boolean => jump.some((hop) => hop.name === name)
