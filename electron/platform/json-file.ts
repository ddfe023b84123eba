import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { z } from 'zod'
import { codeOf, messageOf } from '#shared/errors.ts'

/** A small file of main's own. Reading never fails: a file that is not as written is kept aside and the default takes its place. */
export interface JsonFile<T> {
  read(): T
  /** Whole or not at all; 0600. */
  write(value: T): void
}

/** A small file of settings. A damaged one is kept beside and `initial` taken; `write` throws where it cannot. */
export function jsonFile<T>(path: string, schema: z.ZodType<T>, initial: T, log: (message: string) => void): JsonFile<T> {
  const keepAside = (): void => {
    const aside = `${path}.damaged-${Date.now()}`
    try {
      renameSync(path, aside)
      log(`${path} could not be understood and was kept as ${aside}.`)
    } catch (error) {
      log(`${path} could not be understood nor moved: ${messageOf(error)}`)
    }
  }

  return {
    read: () => {
      let text: string
      try {
        text = readFileSync(path, 'utf8')
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') log(`${path} cannot be read: ${messageOf(error)}`)
        return initial
      }
      try {
        return schema.parse(JSON.parse(text))
      } catch {
        keepAside()
        return initial
      }
    },
    write: (value) => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      const part = `${path}.${process.pid}.part`
      try {
        writeFileSync(part, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 })
        renameSync(part, path)
      } finally {
        rmSync(part, { force: true })
      }
    },
  }
}
