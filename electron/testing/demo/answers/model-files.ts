import type { SectionSpec } from '#core/probe/section.ts'
import { type Answer, lines } from '../answer.ts'
import type { DemoFile, DemoHost } from '../demo-host.ts'

const letters = { directory: 'd', file: 'f', symlink: 'l' } as const

/** The records of the `model-files` section: parents, entries, one sum per kind, how it ended. */
export function modelFiles(host: DemoHost, section: SectionSpec): Answer {
  const paths = section.kind === 'script' ? section.parameters : []
  return lines(paths.flatMap((path) => directoryRecords(host, path)))
}

function directoryRecords(host: DemoHost, path: string): string[] {
  const below = [...host.files].filter(([name]) => name === path || name.startsWith(`${path}/`))
  if (below.length === 0) return [`@/${path}`, ...parentRecords(path), '#/0/self/missing']
  const closed = below.some(([, { type, mode }]) => type === 'directory' && (mode & 0o001) === 0)
  if (closed && !host.sudo) {
    const own = below.filter(([name]) => name === path)
    return [`@/${path}`, ...parentRecords(path), ...entries(own), '#/1/self/done']
  }
  return [`@/${path}`, ...parentRecords(path), ...entries(below), `#/0/${host.sudo ? 'root' : 'self'}/done`]
}

const parentRecords = (path: string): string[] => {
  const parts = path.split('/').slice(1, -1)
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)].map((parent) => `^/d/755/root/root/4096/${parent}`)
}

/** Records and sums. Other accounts are kept out of what lies below a directory that they may not enter. */
function entries(below: readonly (readonly [string, DemoFile])[]): string[] {
  const shut = below.filter(([, { type, mode }]) => type === 'directory' && (mode & 0o001) === 0).map(([path]) => `${path}/`)
  const kinds = below.map(([path, entry]) => ({
    path,
    entry,
    kind: kindOf(
      entry,
      shut.some((above) => path.startsWith(above)),
    ),
  }))
  const sums = new Map<string, { count: number; bytes: number }>()
  for (const { kind, entry } of kinds) {
    const sum = sums.get(kind) ?? { count: 0, bytes: 0 }
    sums.set(kind, { count: sum.count + 1, bytes: sum.bytes + entry.size })
  }
  return [
    ...kinds.map(({ path, entry, kind }) => `${kind}/${entry.size}/${path}`),
    ...[...sums].map(([kind, { count, bytes }]) => `=/${count}/${bytes}/${kind}`),
  ]
}

const kindOf = (entry: DemoFile, closed: boolean): string =>
  `${letters[entry.type]}/${entry.mode.toString(8)}/${entry.owner}/${entry.group}/${closed ? 'c' : 'o'}/${letters[entry.type]}`
