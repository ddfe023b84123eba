import type { Failure } from '#shared/errors.ts'
import type { Channel, EventName } from '#shared/ipc/channels.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'

/** What the preload puts on the window: nothing else of the platform is reachable from here. Replies come as JSON. */
interface Pipe {
  invoke(channel: Channel, input: unknown): Promise<string>
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
  const reply = JSON.parse(await window.gatehouse.invoke(channel, input)) as Reply<Output<C>>
  if (!reply.ok) throw new CallError(reply.failure)
  return reply.value
}

/** Runs `callback` whenever `event` says that queries are out of date. Returns how to stop. */
export const subscribe = (event: EventName, callback: () => void): (() => void) => window.gatehouse.on(event, callback)
