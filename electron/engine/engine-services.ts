import type { SecretStore } from '#core/ports.ts'
import type { Services } from '#core/services.ts'
import type { EngineInit } from './engine-protocol.ts'

/** Answers until core can be put together here. */
export function createEngineServices(
  _init: EngineInit,
  _secrets: SecretStore,
  _changed: (event: string) => void,
  _log: (message: string) => void,
): Pick<Services, 'handle' | 'storeFailure'> {
  const empty = { path: null, demo: false, fleet: null, problems: [], recent: [] }
  return {
    storeFailure: undefined,
    handle: async (channel) =>
      channel === 'fleet:current'
        ? { ok: true, value: empty }
        : { ok: false, failure: { code: 'fleet.missing', detail: 'nothing is open' } },
  }
}
