import type { Fleet, Host, JumpHost } from './fleet.ts'

/** Everything that an audit looks at: the hosts, and those jump hosts of which the fleet file says `audit: true`, after them. */
export const auditedHosts = ({ hosts, jump }: Pick<Fleet, 'hosts' | 'jump'>): readonly Host[] => [
  ...hosts,
  ...jump.filter(({ audit }) => audit).map(asHost),
]

/** One object for each, so that who compares objects sees no change. */
const known = new WeakMap<JumpHost, Host>()
function asHost(jump: JumpHost): Host {
  const { audit: _, ...rest } = jump
  const host = known.get(jump) ?? { ...rest, labels: [] }
  known.set(jump, host)
  return host
}

/** Names are unique among hosts and jump hosts. */
export const isJumpHost = ({ jump }: Pick<Fleet, 'jump'>, { name }: Pick<Host, 'name'>): boolean => jump.some((hop) => hop.name === name)
