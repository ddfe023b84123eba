import type { BlockRow } from '../blocks.ts'
import type { AuditHush, AuditWatch, GuardedFile } from './privileged.ts'

export interface Watches {
  readonly watches: readonly AuditWatch[]
  readonly excluded: readonly AuditWatch[]
  readonly hushed: readonly AuditHush[]
}

/** Calls that write, of which a rule without a path may keep the records out. */
const writes = /^(?:all|any|open|openat2?|creat|write|rename\w*|unlink\w*|truncate|ftruncate|f?chmod\w*|f?chown\w*|link\w*|\d+)$/
/** Records of a write (linux/audit.h): SYSCALL, PATH. */
const telling = /^msgtype=(?:SYSCALL|PATH|1300|1302)$/i

/** audit.rules(7): `never` in a list of tasks or calls, and whatever stands in the list of what is excluded. */
function hushOf(lists: readonly string[], conditions: readonly string[], calls: readonly string[]): boolean | undefined {
  if (lists.includes('exclude')) {
    const types = conditions.filter((one) => one.startsWith('msgtype'))
    const others = conditions.length > types.length
    if (types.length > 0 && !types.some((one) => telling.test(one) || !/^msgtype=/.test(one))) return undefined
    return types.length > 0 && !others
  }
  if (!lists.includes('never')) return undefined
  if (lists.includes('task') || lists.includes('entry')) return conditions.length === 0
  if (!lists.includes('exit') && !lists.includes('filesystem')) return undefined
  if (calls.length > 0 && !calls.some((call) => call.split(',').some((one) => writes.test(one)))) return undefined
  return lists.includes('exit') && conditions.length === 0
}

/**
 * Rules of audit.rules(7): `-w PATH -p wa`, or `-a always,exit -F dir=PATH -F perm=wa`, also with `-F path=`. A rule for single system
 * calls without `perm=` does not see every write and is left out.
 */
export function parseWatches(rows: readonly Pick<BlockRow, 'text' | 'line'>[]): Watches {
  const watches: AuditWatch[] = []
  const excluded: AuditWatch[] = []
  const hushed: AuditHush[] = []
  for (const { text, line } of rows) {
    const words = text.trim().split(/\s+/)
    if (words[0]?.startsWith('#')) continue
    const after = (flag: string) => words.flatMap((word, at) => (word === flag ? (words[at + 1] ?? []) : []))
    const field = (name: string) =>
      after('-F')
        .find((word) => word.startsWith(`${name}=`))
        ?.slice(name.length + 1)
    const watched = after('-w')[0]
    const action = (after('-a')[0] ?? after('-A')[0] ?? '').split(',')
    const path = (watched ?? field('dir') ?? field('path'))?.replace(/^"|"$/g, '').replace(/(?<=.)\/+$/, '')
    const conditions = after('-F').filter((one) => !/^(?:dir|path|perm|key)=|^(?:arch=b64|success=1)$/.test(one))
    if (!path?.startsWith('/')) {
      const whole = hushOf(action, conditions, after('-S'))
      if (whole !== undefined) hushed.push({ text: text.trim().slice(0, 200), whole, line })
      continue
    }
    const narrowed = conditions.length > 0 ? conditions.join(' ') : undefined
    const permissions = watched === undefined ? field('perm') : (after('-p')[0] ?? 'rwxa')
    const calls = after('-S')
    if (action.includes('never')) excluded.push({ path, permissions: permissions ?? 'rwxa', line })
    else if (permissions !== undefined) watches.push({ path, permissions, narrowed, line })
    else if (calls.length === 0 || calls.includes('all')) watches.push({ path, permissions: 'rwxa', narrowed, line })
  }
  return { watches, excluded, hushed }
}

const types = { d: 'directory', f: 'file', l: 'symlink' } as const

/** Records of `find`: `f/640/root/www-data//etc/nginx/.htpasswd`; after a symbolic link stands its target, and its own path again. */
export function parseGuardedFiles(rows: readonly BlockRow[]): readonly GuardedFile[] {
  const files: GuardedFile[] = []
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at]
    const match = row && /^([a-zA-Z])\/([0-7]{1,5})\/([^/\s]{1,256})\/([^/\s]{1,256})\/(\/.*)$/.exec(row.text)
    if (!match) continue
    const [, letter = '', mode = '', owner = '', group = '', path = ''] = match
    const type = types[letter as keyof typeof types] ?? 'other'
    const after = type === 'symlink' ? rows[++at]?.text : undefined
    const target = after?.endsWith(path) ? after.slice(0, -path.length) : after
    files.push({ path, type, mode: Number.parseInt(mode, 8), owner, group, line: row.line, ...(target === undefined ? {} : { target }) })
  }
  return files
}
