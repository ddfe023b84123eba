import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Channel } from '#shared/ipc/channels.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import { contracts } from '#shared/ipc/contracts.ts'
import type { Services } from '../services.ts'
import { accessHandlers } from './access.handlers.ts'
import { auditHandlers } from './audit.handlers.ts'
import { decisionHandlers } from './decision.handlers.ts'
import { fleetHandlers } from './fleet.handlers.ts'
import type { Handlers } from './handler.ts'
import { hostHandlers } from './host.handlers.ts'
import { modelHandlers } from './model.handlers.ts'
import { operateHandlers } from './operate.handlers.ts'
import { pushHandlers } from './push.handlers.ts'

/** Answers one request of the window. Never throws: failures are values. */
export type Handle = (channel: Channel, input: unknown) => Promise<Reply<unknown>>

/** The services as the window reaches them: each channel by its contract. */
export function createHandle(services: Services): Handle {
  const handlers: Handlers = {
    ...fleetHandlers(services),
    ...auditHandlers(services),
    ...hostHandlers(services),
    ...accessHandlers(services),
    ...decisionHandlers(services),
    ...modelHandlers(services),
    ...operateHandlers(services),
    ...pushHandlers(services),
  }
  return async (channel, input) => {
    try {
      const handler = handlers[channel] as ((input: unknown) => unknown) | undefined
      if (handler === undefined) throw new GatehouseError({ code: 'ipc.invalid', detail: `${channel} is not answered by the engine` })
      const parsed = contracts[channel].input.safeParse(input)
      if (!parsed.success)
        throw new GatehouseError({ code: 'ipc.invalid', detail: `${channel}: ${parsed.error.issues[0]?.message ?? 'malformed input'}` })
      return { ok: true, value: await handler(parsed.data) }
    } catch (error) {
      return { ok: false, failure: failureOf(error) }
    }
  }
}
