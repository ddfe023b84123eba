import { leadsToRoot } from '../facts/access/pam-cap.ts'
import type { Unit } from '../facts/units/units.ts'
import type { World } from './world-model.ts'

/** What makes the processes of a unit root, whoever runs them: a capability or a group that its file gives them, and no account has by itself (systemd.exec(5)). */
export function unitLoan({ user, group, supplementaryGroups = [], properties = {} }: Unit, { rootGroups }: World): string | undefined {
  if (user === '' || user === '0' || user === 'root') return undefined
  const capability = (properties.AmbientCapabilities ?? '').split(/\s+/).find(leadsToRoot)
  if (capability !== undefined) return capability
  const lent = rootGroups.find(({ name, gid }) => [group, ...supplementaryGroups].some((one) => one === name || one === String(gid)))
  return lent && `group ${lent.name}`
}
