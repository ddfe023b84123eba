import { z } from 'zod'
import { failureSchema } from '../model/audit.ts'
import { changedKeySchema, promptAnswerSchema, promptSchema } from '../model/prompt.ts'
import { contract } from './contract.ts'

export const settingsSchema = z.object({
  theme: z.enum(['system', 'dark', 'light']),
  /** Single-letter keys (WCAG 2.1.4). */
  letterKeys: z.boolean(),
})
export type Settings = z.infer<typeof settingsSchema>

export const appInfoSchema = z.object({
  version: z.string(),
  electron: z.string(),
  chromium: z.string(),
  node: z.string(),
  platform: z.string(),
  /** Out of support: allowed for development, demo and tests only. */
  unsupportedRuntime: z.boolean(),
  secretStore: z.enum(['available', 'unavailable']),
  dataFolder: z.string(),
  /** `unresponsive`: it is there, and says nothing. */
  engine: z.enum(['running', 'unresponsive', 'restarting', 'stopped']),
  /** Why the engine last stopped, when it did. */
  engineMessage: z.string().nullable(),
  /** The database could not be used as it was. */
  storeFailure: failureSchema.nullable(),
  user: z.string(),
})
export type AppInfo = z.infer<typeof appInfoSchema>

export const jumpStateSchema = z.object({
  name: z.string(),
  state: z.enum(['idle', 'connecting', 'connected', 'failed']),
  roundTripMs: z.number().optional(),
  failure: failureSchema.optional(),
})

export const appContracts = {
  'app:info': contract({ input: z.null(), output: appInfoSchema, effect: 'read', by: 'main' }),
  /** Does nothing while it runs as it should. */
  'engine:restart': contract({ input: z.null(), output: z.null(), effect: 'local', by: 'main', role: 'operator' }),
  'prompt:pending': contract({ input: z.null(), output: z.array(promptSchema), effect: 'read', by: 'engine' }),
  'prompt:answer': contract({ input: promptAnswerSchema, output: z.null(), effect: 'connects', by: 'engine' }),
  'connection:states': contract({ input: z.null(), output: z.array(jumpStateSchema), effect: 'read', by: 'engine' }),
  'connection:changed-keys': contract({ input: z.null(), output: z.array(changedKeySchema), effect: 'read', by: 'engine' }),
  'settings:get': contract({ input: z.null(), output: settingsSchema, effect: 'read', by: 'main' }),
  'settings:set': contract({ input: settingsSchema, output: settingsSchema, effect: 'local', by: 'main', role: 'operator' }),
  /** `sudo-rs`: as the sudo of Ubuntu from 25.10 on reads it. */
  'sudoers:text': contract({
    input: z.object({ program: z.enum(['sudo', 'sudo-rs']) }),
    output: z.object({ text: z.string() }),
    effect: 'read',
    by: 'engine',
  }),
} as const
