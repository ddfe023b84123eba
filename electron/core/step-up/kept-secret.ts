import { z } from 'zod'
import type { SecretStore } from '../ports.ts'

const NAME = 'step-up'

const keptSchema = z.strictObject({
  secret: z.base64(),
  /** Counter of the last code that was taken: none up to it is taken again. */
  lastCounter: z.int(),
  /** Wrong codes since the last right one. */
  failures: z.int().min(0),
  blockedUntilMs: z.number(),
})
export type KeptSecret = z.infer<typeof keptSchema>

/** Where the secret lies between calls, with what must survive a restart beside it. */
export interface SecretPlace {
  readonly kept: 'key-ring' | 'session'
  read(): Promise<KeptSecret | undefined>
  write(value: KeptSecret): Promise<void>
}

/** In the key ring; where the platform has no sound one, in memory and gone with the program. */
export function secretPlace(secrets: SecretStore): SecretPlace {
  if (secrets.available)
    return {
      kept: 'key-ring',
      async read() {
        const text = await secrets.get(NAME)
        return text === undefined ? undefined : keptSchema.parse(JSON.parse(text))
      },
      write: (value) => secrets.set(NAME, JSON.stringify(value)),
    }
  let held: KeptSecret | undefined
  return {
    kept: 'session',
    read: async () => held,
    async write(value) {
      held = value
    },
  }
}
