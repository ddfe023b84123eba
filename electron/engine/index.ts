import '#shared/jitless.ts'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { Reply } from '#shared/ipc/contract.ts'
import { logFile } from '../platform/log-file.ts'
import type { EngineInit, FromEngine, ToEngine } from './engine-protocol.ts'
import { createEngineServices, type EngineServices } from './engine-services.ts'
import { createSecretClient } from './secret-client.ts'

// Findings of a host are garbage as soon as they are stored: collect them early instead of letting the heap grow to twice its size.
setFlagsFromString('--heap-growing-percent=20')
// Listings of a hundred thousand files are garbage as soon as they are read: the part for young objects need not grow for them.
setFlagsFromString('--semi-space-growth-factor=1')
// Where processors are few, the window comes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL)

/** Entry of the utility process that runs core. Everything it knows comes in by `init`. */
const post = (message: FromEngine): void => process.parentPort.postMessage(message)
const secrets = createSecretClient((id, request) => post({ kind: 'secret', id, request }))
let services: EngineServices | undefined
let log: (message: string) => void = (message) => void process.stderr.write(`${message}\n`)

process.parentPort.on('message', ({ data }: { data: ToEngine }) => {
  switch (data.kind) {
    case 'init':
      start(data.init)
      return
    case 'secret':
      secrets.settle(data.id, data.reply)
      return
    case 'ping':
      post({ kind: 'pong' })
      return
    case 'call': {
      const { id } = data
      void answer(data.channel, data.input).then((reply) => post({ kind: 'reply', id, reply }))
    }
  }
})

function start(init: EngineInit): void {
  log = logFile(join(init.logFolder, 'engine.log'))
  services = createEngineServices(init, secrets.store(init.secretsAvailable), (event) => post({ kind: 'changed', event }), log)
  post({ kind: 'ready', storeFailure: services.storeFailure })
}

function answer(channel: string, input: unknown): Promise<Reply<unknown>> {
  if (services !== undefined) return services.handle(channel, input)
  return Promise.resolve({ ok: false, failure: { code: 'engine.stopped', detail: 'The engine has not started.' } })
}

// After an error that nobody expected the state is unknown: say so and end. Main shows it and starts a fresh engine.
function die(thrown: unknown): void {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  log(`ended by an unexpected error: ${error.stack ?? error.message}`)
  post({ kind: 'fatal', message: error.message.slice(0, 500) })
  setTimeout(() => process.exit(70), 20)
}
process.on('uncaughtException', die)
process.on('unhandledRejection', die)
