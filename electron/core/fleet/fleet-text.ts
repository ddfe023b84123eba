import { GatehouseError } from '#shared/errors.ts'
import { whyUnreadable } from '#shared/why-unreadable.ts'
import { readPlainFile } from '../plain-file.ts'
import { MAX_FLEET_BYTES } from './parse-fleet.ts'

/** Up to here a file is read, so that its problem gets a place; beyond it is not even loaded. */
const READABLE_BYTES = 16 * MAX_FLEET_BYTES

/** Text of a fleet file. Throws `fleet.unreadable`, also for a file far beyond what a fleet can have. */
export async function readFleetText(path: string): Promise<string> {
  try {
    return (await readPlainFile(path, READABLE_BYTES)).toString('utf8')
  } catch (error) {
    throw new GatehouseError({ code: 'fleet.unreadable', detail: `${path}: ${whyUnreadable(error)}` }, { cause: error })
  }
}
