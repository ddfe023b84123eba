import { accessFactIds } from '../../../access/access-facts.ts'
import { unknown } from '../../../facts/fact.ts'
import { facts as plainFacts, service } from '../proxy/proxy-facts.ts'

/** Test support: facts of a host of which nobody asked who has access, an engine on it, and what the kernel says of a container with nothing of the host. */
export const facts: typeof plainFacts = (configuration, services, more) => ({
  ...Object.fromEntries(accessFactIds.map((id) => [id, unknown(`${id}: it was not asked`, [])])),
  ...plainFacts(configuration, services, { access: unknown('access: it was not asked', []), ...more }),
})

export const ours = service('ollama', { unit: 'ollama.service', uid: 990, user: 'ai' })
export const docker = { source: '/var/run/docker.sock', destination: '/var/run/docker.sock', readOnly: true }
/** Confinement of a process that is root of the host, without capabilities and mounts. */
export const seen = {
  capabilities: [],
  hostRoot: true,
  accounts: [{ first: 0, count: 4_294_967_295 }],
  hostProcesses: false,
  isAnyAccount: false,
  profiled: false,
  mounts: [],
  moreMounts: false,
}
