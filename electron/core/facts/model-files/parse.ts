import { MAX_DEPTH } from './collect.ts'
import type { ModelDirectory, ModelFile, ModelFileKind } from './model-files.ts'

const TYPES: Readonly<Record<string, ModelFile['type']>> = { d: 'directory', f: 'file', l: 'symlink' }

/** `type/mode/owner/group`, the part that every record shares. */
function head(fields: readonly string[]): Pick<ModelFile, 'type' | 'mode' | 'owner' | 'group'> | undefined {
  const [type = '', mode = '', owner = '', group = ''] = fields
  if (!/^[a-zA-Z?]$/.test(type) || !/^[0-7]{1,4}$/.test(mode) || owner === '' || group === '') return undefined
  return { type: TYPES[type] ?? 'other', mode: Number.parseInt(mode, 8), owner, group }
}

interface Draft {
  readonly path: string
  readonly line: number
  readonly parents: ModelFile[]
  readonly entries: ModelFile[]
  readonly kinds: (Omit<ModelFileKind, 'examples'> & { readonly key: string })[]
  readonly keys: Map<ModelFile, string>
  end?: { readonly status: number; readonly account: string; readonly why: string }
  broken: boolean
}

/** Splits off `count` fields; what is left is the path, which may hold slashes. */
function fieldsOf(record: string, count: number): readonly string[] {
  const fields = record.split('/', count)
  return [...fields, record.slice(fields.join('/').length + 1)]
}

function readEntry(draft: Draft, record: string, line: number) {
  const fields = fieldsOf(record, 7)
  const common = head(fields)
  const [closed, size, path] = [fields[4], Number(fields[6]), fields[7] ?? '']
  if (!common || !Number.isSafeInteger(size) || !path.startsWith('/')) {
    draft.broken = true
    return
  }
  const entry: ModelFile = { ...common, closed: closed === 'c', size, path, line }
  draft.keys.set(entry, fields.slice(0, 6).join('/'))
  draft.entries.push(entry)
}

function readKind(draft: Draft, record: string, line: number) {
  const fields = fieldsOf(record, 3)
  const [count, bytes] = [Number(fields[1]), Number(fields[2])]
  const key = fields[3] ?? ''
  const common = head(key.split('/'))
  if (!common || !Number.isSafeInteger(count) || !Number.isFinite(bytes)) draft.broken = true
  else draft.kinds.push({ ...common, closed: key.split('/')[4] === 'c', count, bytes, line, key })
}

function readParent(draft: Draft, record: string, line: number) {
  const fields = fieldsOf(record, 6)
  const common = head(fields.slice(1))
  const path = fields[6] ?? ''
  if (common && path.startsWith('/')) draft.parents.push({ ...common, closed: false, size: Number(fields[5]), path, line })
}

/** Turns what the `model-files` script printed into directories. Records that break the format make theirs incomplete. */
export function parseModelFiles(text: string): ModelDirectory[] {
  const drafts: Draft[] = []
  let draft: Draft | undefined
  for (const [index, record] of text.split('\n').entries()) {
    const line = index + 1
    if (record.startsWith('@/')) {
      draft = { path: record.slice(2), line, parents: [], entries: [], kinds: [], keys: new Map(), broken: false }
      drafts.push(draft)
    } else if (!draft || draft.end || record === '') {
    } else if (record.startsWith('^/')) readParent(draft, record, line)
    else if (record.startsWith('>/')) {
      const link = draft.entries.pop()
      if (link) {
        const whole = { ...link, target: record.slice(2) }
        draft.keys.set(whole, draft.keys.get(link) ?? '')
        draft.entries.push(whole)
      }
    } else if (record.startsWith('=/')) readKind(draft, record, line)
    else if (record.startsWith('#/')) {
      const [, status, account = '', why = ''] = record.split('/')
      draft.end = { status: Number(status), account, why }
    } else readEntry(draft, record, line)
  }
  return drafts.map(finish)
}

const depthBelow = (base: string, path: string) => path.slice(base.length).split('/').filter(Boolean).length

function finish(draft: Draft): ModelDirectory {
  const { path, line, parents, entries, keys } = draft
  const self = entries.find((entry) => entry.path === path)
  const kinds = draft.kinds.map(({ key, ...kind }) => ({ ...kind, examples: entries.filter((entry) => keys.get(entry) === key) }))
  const base = { path, line, parents, entries, kinds, ...(self && { self }) }
  if (draft.end?.why === 'missing' || sawNothingAsRoot(draft)) return { ...base, exists: false, complete: true }
  const problem = problemOf(draft, self)
  return { ...base, exists: true, complete: problem === undefined, ...(problem !== undefined && { problem }) }
}

/** Root enters every directory above, so when its find(1) fails and names nothing, there is nothing (exit status 1; 126 and 127 are no answer). */
const sawNothingAsRoot = ({ end, entries }: Draft): boolean => end?.account === 'root' && end.status === 1 && entries.length === 0

function problemOf(draft: Draft, self: ModelFile | undefined): string | undefined {
  if (!draft.end) return 'The listing was cut short'
  if (!self) return 'The audit account may not see it'
  if (draft.end.status !== 0) return 'A part of it could not be read'
  if (draft.broken) return 'The listing could not be read in full'
  if (draft.entries.some((entry) => entry.type === 'directory' && depthBelow(draft.path, entry.path) >= MAX_DEPTH))
    return `It is more than ${MAX_DEPTH} directories deep`
  return undefined
}
