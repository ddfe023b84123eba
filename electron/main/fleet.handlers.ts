import { open } from 'node:fs/promises'
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
    const file = await open(path, 'w', 0o600)
    try {
      // One that is replaced may be open to others. A share without rights cannot close it.
      await file.chmod(0o600).catch(() => undefined)
      await file.writeFile(text)
    } finally {
      await file.close()
    }
  } catch (error) {
    const { failure } = fail('file.unwritable', `${path}: ${whyUnwritable(error)}`)
    throw new GatehouseError(failure, { cause: error })
  }
}
