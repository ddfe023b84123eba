import type { Reply } from '#shared/ipc/contract.ts'
import type { EngineCall } from './engine-host.ts'

type Call = (channel: string, input: unknown) => Promise<Reply<unknown>>

export interface FleetMemory {
  readonly call: Call
  /** The call that opened the fleet that is open; null when none is. */
  opened(): EngineCall | null
}

const opening: readonly string[] = ['fleet:load', 'fleet:demo']

/** Passes calls on and remembers how the open fleet was opened: after a crash the engine is told again. */
export function rememberFleet(call: Call): FleetMemory {
  let last: EngineCall | null = null
  return {
    call: async (channel, input) => {
      const reply = await call(channel, input)
      if (reply.ok && opening.includes(channel)) last = { channel, input }
      if (reply.ok && channel === 'fleet:close') last = null
      return reply
    },
    opened: () => last,
  }
}
