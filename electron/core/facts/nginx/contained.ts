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
    return [{ container, ...readBuild(told.join('\n')), directives: parsed.directives, line }]
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

/**
 * `nginx version: nginx/1.22.1 (Ubuntu)`, where what stands behind it is what the builder likes, except for NGINX Plus. Other makers: `nginx version: openresty/1.25.3.1`, whose first three numbers are
 * nginx's, `Angie version: Angie/1.10.3` with nginx's line below or, by `-v`, without, `Tengine version: Tengine/2.2.3 (nginx/1.8.1)`.
 */
export function readBuild(stderr: string): Pick<ContainedNginx, 'version' | 'fork'> {
  const [, name = '', number, plus] = /^nginx version: ([^\s/]+)\/(\S+)(?: \(nginx-plus-(\S+)\))?/m.exec(stderr) ?? []
  const [, other = '', itsOwn = '', below] = /^(Angie|Tengine) version: \w+\/(\S+)(?: \(nginx\/([^)\s]+)\))?/m.exec(stderr) ?? []
  const version = number ?? below
  const fork = (maker: string, nginx: string | undefined) => ({ version, fork: { name: maker, nginx } })
  if (other !== '') return fork(`${other} ${itsOwn}`, version)
  if (plus !== undefined) return fork(`NGINX Plus ${plus}`, version)
  if (name === 'openresty') return fork(`OpenResty ${number}`, number?.split('.').slice(0, 3).join('.'))
  return name === '' || name === 'nginx' ? { version } : fork(`${name} ${number}`, undefined)
}
