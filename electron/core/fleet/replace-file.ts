import { open, rename, rm, stat } from 'node:fs/promises'
import { codeOf } from '#shared/errors.ts'

/**
 * Replaces a file as a whole: it has either its old or its new content, whatever happens. Mode stays. A file that does not exist is made
 * with `modeIfNew`; without that it is an error.
 */
export async function replaceFile(path: string, text: string, modeIfNew?: number): Promise<void> {
  const mode = await modeOf(path, modeIfNew)
  const fresh = `${path}.new`
  const file = await open(fresh, 'w', mode & 0o777)
  try {
    await file.writeFile(text)
    await file.sync()
    await file.close()
    await rename(fresh, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(fresh, { force: true })
    throw error
  }
}

async function modeOf(path: string, modeIfNew: number | undefined): Promise<number> {
  try {
    return (await stat(path)).mode
  } catch (error) {
    if (modeIfNew !== undefined && codeOf(error) === 'ENOENT') return modeIfNew
    throw error
  }
}
