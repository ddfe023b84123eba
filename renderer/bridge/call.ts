import type { Failure } from '#shared/errors.ts'
import type { Channel, EventName } from '#shared/ipc/channels.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'

/** What the preload puts on the window: nothing else of the platform is reachable from here. */
interface Pipe {
  invoke(channel: Channel, input: unknown): Promise<Reply<unknown>>
  on(event: EventName, callback: () => void): () => void
}

declare global {
  interface Window {
    readonly gatehouse: Pipe
  }
}

/** A refused call: carries the failure, whose words are in the catalogue. */
export class CallError extends Error {
  readonly failure: Failure
  constructor(failure: Failure) {
    super(`${failure.code}: ${failure.detail}`)
    this.name = 'CallError'
    this.failure = failure
  }
}

/** Asks the engine (or main). Input and output are checked on the other side. @throws {CallError} */
export async function call<C extends Channel>(channel: C, input: Input<C>): Promise<Output<C>> {
  const reply = await window.gatehouse.invoke(channel, input)
  if (!reply.ok) throw new CallError(reply.failure)
  return reply.value as Output<C>
}

/** Runs `callback` whenever `event` says that queries are out of date. Returns how to stop. */
export const subscribe = (event: EventName, callback: () => void): (() => void) => window.gatehouse.on(event, callback)
