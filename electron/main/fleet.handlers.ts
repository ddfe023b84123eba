import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { fail, GatehouseError } from '#shared/errors.ts'
import type { Reply } from '#shared/ipc/contract.ts'
import type { Input, Output } from '#shared/ipc/contracts.ts'
import type { FleetState } from '#shared/ipc/fleet.contract.ts'
import { whyUnwritable } from '#shared/why-unreadable.ts'
import type { FileDialogs } from '../platform/file-dialogs.ts'
import type { Handlers } from './ipc-relay.ts'

export type EngineCall = (channel: string, input: unknown) => Promise<Reply<unknown>>

/** What the engine answered, or its failure thrown for the relay to catch. The relay checks the shape. */
export async function engineValue<T>(reply: Promise<Reply<unknown>>): Promise<T> {
  const settled = await reply
  if (settled.ok) return settled.value as T
  throw new GatehouseError(settled.failure)
}

/** Channels that need a file dialog. The page never names a file to be written. */
export function fleetHandlers(
  dialogs: Pick<FileDialogs, 'openFleet' | 'openInventory' | 'save'>,
  engine: EngineCall,
): Handlers<'fleet:open' | 'fleet:import-preview' | 'fleet:import-add' | 'fleet:import-save'> {
  /** Inventories the admin chose himself: only these may be previewed again by name. */
  const chosen = new Set<string>()

  async function ofSource<C extends 'fleet:import-preview' | 'fleet:import-add'>(
    channel: C,
    { from, path }: Input<C>,
  ): Promise<Output<C> | null> {
    if (from === 'ssh-config') return engineValue<Output<C>>(engine(channel, { from }))
    const inventory = path !== undefined && chosen.has(path) ? path : await dialogs.openInventory()
    if (inventory === null) return null
    chosen.add(inventory)
    return engineValue<Output<C>>(engine(channel, { from, path: inventory }))
  }

  return {
    'fleet:open': async () => {
      const path = await dialogs.openFleet()
      return path === null ? null : engineValue<FleetState>(engine('fleet:load', { path }))
    },
    'fleet:import-preview': (input) => ofSource('fleet:import-preview', input),
    'fleet:import-add': (input) => ofSource('fleet:import-add', input),
    'fleet:import-save': async ({ yaml }) => {
      const path = await dialogs.save('Save the fleet file', 'fleet.yaml', 'yaml')
      if (path === null) return null
      await writeChosen(path, yaml)
      return engineValue<FleetState>(engine('fleet:load', { path }))
    },
  }
}

/** Writes where the save dialog said; the dialog has asked before replacing. Readable by its owner only: it names servers and accounts. */
export async function writeChosen(path: string, text: string): Promise<void> {
  try {
    const there = await stat(path).catch(() => undefined)
    // A device is written to, and not replaced.
    if (there === undefined || there.isFile()) await replaceWhole(path, text)
    else await writeFile(path, text)
  } catch (error) {
    const { failure } = fail('file.unwritable', `${path}: ${whyUnwritable(error)}`)
    throw new GatehouseError(failure, { cause: error })
  }
}

/** What is there already stays as it is until all is written. */
async function replaceWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}.part`
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}
