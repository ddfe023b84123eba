import type { Fleet, Host } from '#shared/model/fleet.ts'
import { fleetSudoers } from '../../facts/fleet-sudoers.ts'
import type { Generated } from './render.ts'

/** What this build of Gatehouse needs on a host. */
export const generatedFor = (fleet: Fleet, host: Host): Generated => ({
  'audit-sudoers': ({ sudo }) => fleetSudoers(fleet, host.name, sudo === 'sudo-rs' ? 'sudo-rs' : 'sudo'),
})
