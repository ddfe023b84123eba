import { containedNginx } from './collect.ts'
import type { ContainedNginx } from './nginx.ts'
import { otherConfiguration } from './other-configuration.ts'
import { parseDump } from './parse.ts'

/**
 * Reads section `nginx-containers`: below `@container ID` the titles of its masters (`@master …`) and the dump of its nginx, below `@said` what it told on stderr, each line of the container behind
 * one blank. Undefined where the answer is cut short. Never throws.
 */
export function parseContained(stdout: string): readonly ContainedNginx[] | undefined {
  const lines = stdout.split('\n')
  if (!lines.includes('@end')) return undefined
  return lines.flatMap((text, at): ContainedNginx[] => {
    const container = /^@container ([0-9a-f]{64})$/.exec(text)?.[1]
    if (container === undefined) return []
    const first = lines.findIndex((line, index) => index > at && !line.startsWith('@master '))
    const masters = lines.slice(at + 1, first).map((line) => line.slice('@master '.length))
    const said = next(lines, first)
    const dump = lines.slice(first, said).map(inner)
    const told = lines.slice(said + 1, next(lines, said + 1)).map(inner)
    const line = at + 1
    const nothing = { container, directives: [], line }
    if (!dump.some((one) => one.startsWith('# configuration file ')))
      return [
        {
          ...nothing,
          unread:
            told.find((one) => one.trim() !== '' && !/^nginx version: /.test(one))?.slice(0, 200) ??
            'the audit account does not reach the container',
        },
      ]
    const parsed = parseDump(dump.join('\n'), { section: containedNginx.id, linesBefore: first })
    if (!parsed.ok) return [{ ...nothing, unread: `what nginx -T printed there cannot be read: ${parsed.message}, line ${parsed.line}` }]
    // Several may run in one container, each with a file of its own.
    const other = masters.map((title) => otherConfiguration(title, parsed.file)).find((file) => file !== undefined)
    if (other !== undefined) return [{ ...nothing, unread: `it runs with ${other}, but its nginx -T read ${parsed.file}` }]
    return [{ container, version: readVersion(told.join('\n')), directives: parsed.directives, line }]
  })
}

/** Files of the dump, and folders of those that it includes, that changed after the nginx of the host last loaded them: in one that lies below the main file's, a file may have come or gone. */
export function changedSinceLoaded(stdout: string, dumped: readonly string[]): readonly string[] {
  const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))
  const own = folderOf(dumped[0] ?? '')
  const folders = dumped.map(folderOf).filter((folder) => folder !== own)
  return stdout
    .split('\n')
    .flatMap((line) => /^@changed (\/.+)$/.exec(line)?.[1] ?? [])
    .filter((path) => dumped.includes(path) || folders.includes(path) || (path !== own && /(?:-enabled|\/conf\.d)$/.test(path)))
}

const next = (lines: readonly string[], from: number): number => {
  const found = lines.findIndex((text, at) => at >= from && text.startsWith('@'))
  return found < 0 ? lines.length : found
}

const inner = (text: string): string => text.replace(/^ /, '')

/** `nginx version: nginx/1.22.1`, `nginx version: openresty/1.25.3.1`. */
export const readVersion = (stderr: string): string | undefined => /^nginx version: [^\s/]+\/(\S+)/m.exec(stderr)?.[1]
