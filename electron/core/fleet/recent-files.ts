import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

/** Fleet files opened lately, newest first. A convenience: when it cannot be read or written, it is empty. */
export interface RecentFiles {
  list(): string[]
  add(path: string): void
}

const MAX_RECENT = 8
const schema = z.array(z.string()).max(MAX_RECENT)

/** Kept in `file`, newest first. Never throws: what cannot be read is empty, and what cannot be written lasts as long as the program. */
export function createRecentFiles(file: string): RecentFiles {
  let paths = read(file)
  return {
    list: () => [...paths],
    add(path) {
      paths = [path, ...paths.filter((other) => other !== path)].slice(0, MAX_RECENT)
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        writeFileSync(`${file}.new`, JSON.stringify(paths), { mode: 0o600 })
        renameSync(`${file}.new`, file)
      } catch {
        // The list of this session still works.
      }
    },
  }
}

function read(file: string): string[] {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return []
  }
}
