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
    return [`@/${path}`, ...parentRecords(path), ...own.map(record), ...sums(own), '#/1/self/done']
  }
  return [`@/${path}`, ...parentRecords(path), ...below.map(record), ...sums(below), `#/0/${host.sudo ? 'root' : 'self'}/done`]
}

const parentRecords = (path: string): string[] => {
  const parts = path.split('/').slice(1, -1)
  return ['/', ...parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)].map((parent) => `^/d/755/root/root/4096/${parent}`)
}

const kindOf = (entry: DemoFile): string =>
  `${letters[entry.type]}/${entry.mode.toString(8)}/${entry.owner}/${entry.group}/o/${letters[entry.type]}`

const record = ([path, entry]: readonly [string, DemoFile]): string => `${kindOf(entry)}/${entry.size}/${path}`

function sums(entries: readonly (readonly [string, DemoFile])[]): string[] {
  const kinds = new Map<string, { count: number; bytes: number }>()
  for (const [, entry] of entries) {
    const sum = kinds.get(kindOf(entry)) ?? { count: 0, bytes: 0 }
    kinds.set(kindOf(entry), { count: sum.count + 1, bytes: sum.bytes + entry.size })
  }
  return [...kinds].map(([kind, { count, bytes }]) => `=/${count}/${bytes}/${kind}`)
}
