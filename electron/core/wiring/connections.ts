import type { FleetService } from '../fleet/fleet-service.ts'
import type { Ports, PromptPort, Transport } from '../ports.ts'

/** The connections of the open fleet; made anew when another fleet is opened. */
export interface Connections {
  /** For work that begins now, and all of it: what was declined before is asked again, by it once. Throws as `FleetService.require`. */
  transport(): Transport
  /** Does work that was begun over these still lead to the hosts of the open fleet? */
  leads(over: Transport): boolean
  /** Those that are there now, if any. */
  opened(): Transport | undefined
  /** Hands them over to be closed; the next that are asked for are new. */
  release(): Transport | undefined
}

/** One transport for the open fleet, made when it is first needed; `changed` and `prompts` are what connecting tells and asks. */
export function createConnections(fleet: FleetService, { createTransport, changed }: Ports, prompts: PromptPort): Connections {
  let open: Transport | undefined
  let begun = new WeakSet<Transport>()
  return {
    transport() {
      const wanted = fleet.require()
      open ??= fleet.demo()?.createTransport(prompts, changed) ?? createTransport(wanted, prompts)
      const over = begunNow(open)
      begun.add(over)
      return over
    },
    leads: (over) => begun.has(over),
    opened: () => open,
    release() {
      const old = open
      open = undefined
      begun = new WeakSet()
      return old
    },
  }
}

function begunNow({ connect, jumpStates, close }: Transport): Transport {
  const since = performance.now()
  return { connect: (host, options) => connect(host, { since, ...options }), jumpStates, close }
}
