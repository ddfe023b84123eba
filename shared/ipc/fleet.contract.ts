import { z } from 'zod'
import { fleetProblemSchema, fleetSchema } from '../model/fleet.ts'
import { contract } from './contract.ts'

/** The fleet that is open. With problems, `fleet` is null and the app stays usable. */
export const fleetStateSchema = z.object({
  path: z.string().nullable(),
  demo: z.boolean(),
  fleet: fleetSchema.nullable(),
  problems: z.array(fleetProblemSchema),
  recent: z.array(z.string()),
})
export type FleetState = z.infer<typeof fleetStateSchema>

/** What an import would take, and what it leaves out and why. */
export const importPreviewSchema = z.object({
  source: z.string(),
  taken: z.array(z.object({ name: z.string(), address: z.string(), port: z.int(), user: z.string(), via: z.array(z.string()) })),
  skipped: z.array(z.object({ what: z.string(), reason: z.string() })),
  /** The fleet file that would be written. */
  yaml: z.string(),
})
export type ImportPreview = z.infer<typeof importPreviewSchema>

export const fleetContracts = {
  'fleet:current': contract({ input: z.null(), output: fleetStateSchema, effect: 'read', by: 'engine' }),
  /** Shows the open dialog. Null when the admin closed it. */
  'fleet:open': contract({ input: z.null(), output: fleetStateSchema.nullable(), effect: 'local', by: 'main', role: 'operator' }),
  'fleet:load': contract({
    input: z.object({ path: z.string().min(1) }),
    output: fleetStateSchema,
    effect: 'local',
    by: 'engine',
    role: 'operator',
  }),
  'fleet:demo': contract({ input: z.null(), output: fleetStateSchema, effect: 'local', by: 'engine', role: 'operator' }),
  'fleet:close': contract({ input: z.null(), output: fleetStateSchema, effect: 'local', by: 'engine', role: 'operator' }),
  /** Without a path, ssh-config means ~/.ssh/config; an inventory is chosen in a dialog. */
  'fleet:import-preview': contract({
    input: z.object({ from: z.enum(['ssh-config', 'ansible']), path: z.string().optional() }),
    output: importPreviewSchema.nullable(),
    effect: 'read',
    by: 'main',
  }),
  /** Imports again and adds what is new to the open fleet file; everything else in it stays. Names the hosts that were added. */
  'fleet:import-add': contract({
    input: z.object({ from: z.enum(['ssh-config', 'ansible']), path: z.string().optional() }),
    output: z.object({ state: fleetStateSchema, added: z.array(z.string()) }).nullable(),
    effect: 'local',
    by: 'main',
  }),
  /** Shows the save dialog, writes and opens the file. */
  'fleet:import-save': contract({
    input: z.object({ yaml: z.string() }),
    output: fleetStateSchema.nullable(),
    effect: 'local',
    by: 'main',
  }),
} as const
