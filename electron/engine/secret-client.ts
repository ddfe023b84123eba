import type { SecretStore } from '#core/ports.ts'
import { GatehouseError } from '#shared/errors.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import type { SecretRequest } from './engine-protocol.ts'

export interface SecretClient {
  store(available: boolean): SecretStore
  /** Main's answer to request `id`. */
  settle(id: number, reply: Reply<string | null>): void
}

/** Core's secret store in the engine: the secrets themselves are kept by main, which alone can reach the platform's key. */
export function createSecretClient(send: (id: number, request: SecretRequest) => void): SecretClient {
  const waiting = new Map<number, (reply: Reply<string | null>) => void>()
  let lastId = 0
  const ask = async (request: SecretRequest): Promise<string | null> => {
    lastId += 1
    const id = lastId
    const reply = await new Promise<Reply<string | null>>((answer) => {
      waiting.set(id, answer)
      send(id, request)
    })
    if (!reply.ok) throw new GatehouseError(reply.failure)
    return reply.value
  }
  return {
    store: (available) => ({
      available,
      get: async (name) => (await ask({ operation: 'get', name })) ?? undefined,
      set: async (name, value) => void (await ask({ operation: 'set', name, value })),
      delete: async (name) => void (await ask({ operation: 'delete', name })),
    }),
    settle: (id, reply) => {
      waiting.get(id)?.(reply)
      waiting.delete(id)
    },
  }
}
