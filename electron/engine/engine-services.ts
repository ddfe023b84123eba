import { type AccessAhead, createAccessAhead } from '#core/access-review/access-ahead.ts'
import { createHandle, type Handle } from '#core/handlers/handlers.ts'
import type { Ports, SecretStore } from '#core/ports.ts'
import { createServices } from '#core/services.ts'
import { createSsh2Transport } from '#core/ssh/ssh2-transport.ts'
import { type Failure, failureOf, GatehouseError } from '#shared/errors.ts'
import { isChannel } from '#shared/ipc/channels.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import { accountName } from '../platform/account-name.ts'
import { type Desk, deskCalls } from './desk-calls.ts'
import type { EngineInit } from './engine-protocol.ts'

export interface EngineServices {
  handle(channel: string, input: unknown): Promise<Reply<unknown>>
  readonly storeFailure: Failure | null
}

/** Puts core together for the window. */
export function createEngineServices(
  init: EngineInit,
  secrets: SecretStore,
  changed: (event: string) => void,
  write: (message: string) => void,
): EngineServices {
  const clock = { now: () => Date.now() }
  const paths = { data: init.dataFolder, home: init.home }
  const log: Ports['log'] = (level, message, fields) => {
    if (level !== 'debug') write(`${level} ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}`)
  }
  let ahead: AccessAhead | undefined
  const services = createServices({
    clock,
    log,
    paths,
    secrets,
    changed: (event) => {
      changed(event)
      ahead?.noticed(event)
    },
    version: init.version,
    account: accountName(),
    createTransport: (fleet, prompts) => createSsh2Transport({ fleet, clock, log, paths, prompts, changed }),
    // Read when it is asked for: an engine that audits real hosts has no use for it.
    startDemo: async () => (await import('#testing/demo/demo-fleet.ts')).startDemoFleet(),
  })
  ahead = createAccessAhead({
    access: services.access,
    open: () => services.fleet.state().fleet,
    isAuditing: () => (services.audits.job()?.state ?? 'finished') !== 'finished',
    log,
  })
  services.schedules.begin()
  const handle = createHandle(services)
  return {
    storeFailure: services.storeFailure ?? null,
    handle: (channel, input) => answer({ services, handle, home: init.home, changed }, channel, input),
  }
}

type Parts = Desk & { readonly handle: Handle }

/** Answers the window's channels, and what main asks for itself (`desk-calls.ts`). Never rejects. */
async function answer({ handle, ...desk }: Parts, channel: string, input: unknown): Promise<Reply<unknown>> {
  try {
    const deskCall = Object.hasOwn(deskCalls, channel) ? deskCalls[channel] : undefined
    if (deskCall !== undefined) return { ok: true, value: await deskCall(desk, input) }
    if (isChannel(channel)) return await handle(channel, input)
    throw new GatehouseError({ code: 'ipc.invalid', detail: `${channel} is not answered by the engine` })
  } catch (thrown) {
    return { ok: false, failure: failureOf(thrown) }
  }
}
