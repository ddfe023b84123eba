import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const maxBytes = 1_000_000

/**
 * Appends lines to `path` (0600); at 1 MB the file becomes `<path>.1`, so at most two are kept. Callers never pass a secret or what a host
 * printed. A log that cannot be written must not stop the program.
 */
export function logFile(path: string): (message: string) => void {
  return (message) => {
    const line = `${new Date().toISOString()} ${message.replace(/[\r\n]+/g, ' ⏎ ').slice(0, 4000)}\n`
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(path, `${path}.1`)
      appendFileSync(path, line, { mode: 0o600 })
    } catch {
      process.stderr.write(line)
    }
  }
}
