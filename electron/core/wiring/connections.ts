import type { FleetService } from '../fleet/fleet-service.ts'
import type { Ports, PromptPort, Transport } from '../ports.ts'

/** The connections of the open fleet; made anew when another fleet is opened. */
export interface Connections {
  /** Throws as `FleetService.require`. */
  transport(): Transport
  /** Those that are there now, if any. */
  opened(): Transport | undefined
  /** Hands them over to be closed; the next that are asked for are new. */
  release(): Transport | undefined
}

export function createConnections(fleet: FleetService, { createTransport, changed }: Ports, prompts: PromptPort): Connections {
  let open: Transport | undefined
  return {
    transport() {
      const wanted = fleet.require()
      open ??= fleet.demo()?.createTransport(prompts, changed) ?? createTransport(wanted, prompts)
      return open
    },
    opened: () => open,
    release() {
      const old = open
      open = undefined
      return old
    },
  }
}
