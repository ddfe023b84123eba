import { readFile, stat } from 'node:fs/promises'
import { GatehouseError } from '#shared/errors.ts'
import { whyUnreadable } from '#shared/why-unreadable.ts'
import { MAX_FLEET_BYTES } from './parse-fleet.ts'

/** Up to here a file is read, so that its problem gets a place; beyond it is not even loaded. */
const READABLE_BYTES = 16 * MAX_FLEET_BYTES

/** Text of a fleet file. Throws `fleet.unreadable`, also for a file far beyond what a fleet can have. */
export async function readFleetText(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > READABLE_BYTES) throw new Error(`the file has ${size} bytes; expected at most ${MAX_FLEET_BYTES}`)
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new GatehouseError({ code: 'fleet.unreadable', detail: `${path}: ${whyUnreadable(error)}` }, { cause: error })
  }
}
