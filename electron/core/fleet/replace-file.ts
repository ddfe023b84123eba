import { open, rename, rm, stat } from 'node:fs/promises'

/** Replaces a file as a whole: it has either its old or its new content, whatever happens. Mode stays. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const { mode } = await stat(path)
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
