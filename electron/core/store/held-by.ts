import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { codeOf, GatehouseError } from '#shared/errors.ts'

const MAX_PROCESSES = 5000
const MAX_NAMED = 5

/** Did libsql throw because another connection holds the file or a table of it? */
export const isBusy = (thrown: unknown): boolean => /^SQLITE_(?:BUSY|LOCKED)/.test(codeOf(thrown) ?? '')

/**
 * SQLite's "database is locked" with who has the file open: another window, or a command in a terminal. SQLite itself keeps no such note; proc(5) tells of
 * processes of the same account, on Linux. Anything else that was thrown is returned as it is.
 */
export function namedIfBusy(thrown: unknown, path: string): unknown {
  if (!isBusy(thrown)) return thrown
  const others = processesWith(path)
  const who = others.length === 0 ? 'which process could not be seen' : others.join(', ')
  return new GatehouseError({ code: 'store.busy', detail: `${path} is in use: ${who}` }, { cause: thrown })
}

/** `process 1234 (node)`, at most a few. */
function processesWith(path: string): readonly string[] {
  const found: string[] = []
  try {
    const file = realpathSync(path)
    for (const pid of readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .slice(0, MAX_PROCESSES)) {
      if (found.length < MAX_NAMED && holds(pid, file)) found.push(`process ${pid} (${nameOf(pid)})`)
    }
  } catch {
    // No /proc: who it is stays unsaid.
  }
  return found
}

function holds(pid: string, file: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((number) => linkOf(`/proc/${pid}/fd/${number}`) === file)
  } catch {
    return false
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function nameOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return 'ended meanwhile'
  }
}
