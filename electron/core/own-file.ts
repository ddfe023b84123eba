import { readFileSync } from 'node:fs'
import { codeOf } from '#shared/errors.ts'

/** Text of a file that Gatehouse keeps itself; undefined where there is none yet. Throws as readFileSync for any other reason. */
export function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
