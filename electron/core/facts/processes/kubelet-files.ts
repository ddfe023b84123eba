import { isWithin } from '../../is-within.ts'
import { MAX_LENGTH, MAX_ROWS, readK3s, readKubelet } from './kubelet-script.ts'
import type { KubeletFile, KubeletFiles } from './processes.ts'

interface Draft {
  whole: boolean
  readonly files: { kind: KubeletFile['kind']; path: string; lines: string[] }[]
  readonly unread: string[]
  /** Rows that root read. Undefined when root was not asked. */
  root?: string[]
}

/** Reads `@kubelet` and `@kubelet-root` of section `processes`, by process. */
export function readKubeletFiles(lines: readonly string[]): ReadonlyMap<number, KubeletFiles> {
  const drafts = new Map<number, Draft>()
  let rows: string[] | undefined
  for (const text of lines) {
    if (text.startsWith('=')) rows?.push(text.slice(1))
    else if (text.startsWith('@')) rows = begin(text, drafts)
  }
  return new Map([...drafts].map(([pid, draft]) => [pid, settle(draft)]))
}

function begin(header: string, drafts: Map<number, Draft>): string[] | undefined {
  const [, root, digits = '', kind, path] =
    /^@kubelet(-root)? (\d{1,10})(?: (whole|config|drop-in|k3s|words|variables|unread)(?: (.+))?)?$/.exec(header) ?? []
  if (digits === '') return undefined
  const draft = drafts.get(Number(digits)) ?? { whole: false, files: [], unread: [] }
  drafts.set(Number(digits), draft)
  if (root) {
    draft.root = []
    return draft.root
  }
  if (kind === 'whole') draft.whole = true
  if (path === undefined) return undefined
  if (kind === 'unread') draft.unread.push(path)
  if (kind !== 'config' && kind !== 'drop-in' && kind !== 'k3s' && kind !== 'words' && kind !== 'variables') return undefined
  const file: Draft['files'][number] = { kind, path, lines: [] }
  draft.files.push(file)
  return file.lines
}

const kindOf = (path: string, folder: boolean): KubeletFile['kind'] =>
  path.startsWith('/etc/rancher/')
    ? 'k3s'
    : /^\/etc\/(?:systemd|default|sysconfig)\//.test(path)
      ? 'variables'
      : folder
        ? 'drop-in'
        : 'config'

/** What root is asked for. */
export const askedOfRoot: readonly string[] = [...readKubelet.argv, ...readK3s.argv]

/** What the account may not read is what root read of it; a folder that root was asked for and of which it read nothing, while it read others, holds nothing. */
function settle({ whole, files, unread, root = [] }: Draft): KubeletFiles {
  const byRoot = new Map<string, string[]>()
  for (const row of root) {
    // A path alone: find came upon the file.
    const [, path, text] = /^(\/[^:]+)(?::\d+:(.*))?$/.exec(row) ?? []
    if (path) byRoot.set(path, [...(byRoot.get(path) ?? []), ...(text === undefined ? [] : [text])])
  }
  const all: KubeletFile[] = files.map(({ kind, path, lines }) => ({ kind, path, lines }))
  const left = unread.filter((path) => {
    const folder = /\.d$/.test(path)
    const found = [...byRoot].filter(([one]) => isWithin(one, path))
    const ending = path.startsWith('/etc/rancher/') ? /\.ya?ml$/i : /\.conf$/
    for (const [one, lines] of found) if (!folder || ending.test(one)) all.push({ kind: kindOf(path, folder), path: one, lines })
    return found.length === 0 && !(folder && askedOfRoot.includes(path) && byRoot.size > 0)
  })
  const cut = all.filter(({ lines }) => lines.length >= MAX_ROWS || lines.some((line) => line.length >= MAX_LENGTH - 200))
  return { whole, files: all.filter((file) => !cut.includes(file)), unread: [...left, ...cut.map(({ path }) => path)] }
}
