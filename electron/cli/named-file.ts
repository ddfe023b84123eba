import { readPlainFile } from '#core/plain-file.ts'
import { whyUnreadable } from '#shared/why-unreadable.ts'
import { UsageError } from './exit-code.ts'

/** Far above any list or key that an option names. */
const MAX_BYTES = 16_777_216

/** Text of the file that an option names. */
export async function namedFile(option: string, path: string): Promise<string> {
  try {
    return (await readPlainFile(path, MAX_BYTES)).toString('utf8')
  } catch (error) {
    throw new UsageError(`${option}: ${path}: ${whyUnreadable(error)}`)
  }
}
