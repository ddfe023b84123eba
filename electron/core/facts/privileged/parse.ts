import type { BlockRow } from '../blocks.ts'
import type { AuditHush, AuditWatch, GuardedFile } from './privileged.ts'

export interface Watches {
  readonly watches: readonly AuditWatch[]
  readonly excluded: readonly AuditWatch[]
  readonly hushed: readonly AuditHush[]
  /** Rules that `auditctl -l` prints as `-w PATH -p PERM` (print_rule of 3.0.9 looks at the fields alone), and what they are. */
  readonly disguised: readonly (AuditWatch & { readonly as: 'never' | 'path' })[]
}

/** Calls that write, of which a rule without a path may keep the records out. */
const writes = /^(?:all|any|open|openat2?|creat|rename\w*|unlink\w*|truncate|ftruncate|f?chmod\w*|f?chown\w*|link\w*|\d+)$/
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
  // Of the file systems that a kernel makes of itself no model lies on (tracefs, debugfs).
  if (lists.includes('filesystem') && conditions.every((one) => /^fstype=(?:tracefs|debugfs|0x74726163|0x64626720)$/i.test(one)))
    return conditions.length === 0 ? false : undefined
  if (!ofAllCalls(calls) && !calls.some((call) => call.split(',').some((one) => writes.test(one)))) return undefined
  return lists.includes('exit') && conditions.length === 0 && ofAllCalls(calls)
}

/** What `perm=` stands for, by its letter: calls that every machine has, and those of x86 that others have not. */
const CALLS: Readonly<Record<string, { readonly all: string; readonly old: string }>> = {
  w: {
    all: 'truncate ftruncate openat mkdirat mknodat unlinkat linkat symlinkat fallocate renameat2 openat2',
    old: 'open rename mkdir rmdir creat link unlink symlink mknod',
  },
  a: {
    all: 'fchmod fchown setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr fchownat linkat fchmodat',
    old: 'link chmod chown lchown',
  },
}

/** auditctl of audit 4 loads a rule with `arch=` and `perm=` as one for all the calls that its letters stand for (seen with 4.0.2 and 4.2.1). */
function ofAllThatWrite(permissions: string | undefined, calls: readonly string[]): boolean {
  const named = new Set(calls.flatMap((call) => call.split(',')))
  const has = (words: string) => words.split(' ').every((call) => named.has(call))
  const lacks = (words: string) => !words.split(' ').some((call) => named.has(call))
  return [...(permissions ?? '')].every((letter) => {
    const { all, old } = CALLS[letter] ?? { all: '', old: '' }
    return all === '' || (has(all) && (has(old) || lacks(old)))
  })
}

const ofAllCalls = (calls: readonly string[]): boolean => calls.length === 0 || calls.some((call) => call.split(',').includes('all'))

/**
 * Rules of audit.rules(7): `-w PATH -p wa`, or `-a always,exit -F dir=PATH -F perm=wa`, also with `-F path=`. A rule for single system
 * calls does not see every write: without `perm=` it is left out. What each of 60 lists lets the kernel write down was tried (Linux 6.18, 2026-11-29).
 */
export function parseWatches(rows: readonly Pick<BlockRow, 'text' | 'line'>[]): Watches {
  const watches: AuditWatch[] = []
  const excluded: AuditWatch[] = []
  const hushed: AuditHush[] = []
  const disguised: (AuditWatch & { as: 'never' | 'path' })[] = []
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
    const fields = after('-F').filter((one) => !/^(?:dir|path|perm|key)=/.test(one))
    const conditions = [...fields.filter((one) => !/^(?:arch=b64|success=1)$/.test(one)), ...after('-C')]
    if (!path?.startsWith('/')) {
      const whole = hushOf(action, conditions, after('-S'))
      if (whole !== undefined)
        hushed.push({ text: text.trim().slice(0, 200), whole, ...(action.includes('exit') && { ordered: true }), line })
      continue
    }
    // Another list (io_uring) sees other events.
    if (watched === undefined && !action.includes('exit')) continue
    const calls = after('-S')
    const permissions = watched === undefined ? field('perm') : (after('-p')[0] ?? 'rwxa')
    const bare = watched === undefined && permissions !== undefined && fields.length === 0 && after('-C').length === 0 && ofAllCalls(calls)
    const rule = { path, permissions: permissions ?? 'rwxa', line }
    const allCalls = ofAllCalls(calls) || (permissions !== undefined && ofAllThatWrite(permissions, calls))
    if (action.includes('never')) {
      const whole = conditions.length === 0 && allCalls && field('path') === undefined && /w.*a|a.*w/.test(rule.permissions)
      if (whole) excluded.push(rule)
      // Rules for a path alone are asked after those for calls (audit_filter_inodes).
      else hushed.push({ text: text.trim().slice(0, 200), whole, path, ...(field('path') === undefined && { ordered: true }), line })
      if (bare) disguised.push({ ...rule, as: 'never' })
      continue
    }
    if (bare && field('path') !== undefined) disguised.push({ ...rule, as: 'path' })
    const narrow = [
      ...conditions,
      ...(allCalls ? [] : [`the call is ${calls.join(',')}`]),
      ...(field('path') === undefined ? [] : [ofItself]),
    ]
    if (permissions !== undefined || allCalls) watches.push({ ...rule, narrowed: narrow.length > 0 ? narrow.join(' ') : undefined })
  }
  return { watches, excluded, hushed, disguised }
}

const ofItself = 'it is the folder itself that changes (-F path=)'

/** What the kernel has, by what `auditctl -l` prints of it, and the files that the rules came from where a rule is printed as what it is not. */
export function parseLoaded(
  rows: readonly Pick<BlockRow, 'text' | 'line'>[],
  written: readonly Pick<BlockRow, 'text' | 'line'>[],
): Watches {
  const { watches, excluded, ...more } = parseWatches(rows)
  const letters = ({ permissions }: AuditWatch) => [...permissions].sort().join('')
  const [seen, kept] = [[...watches], [...excluded]]
  for (const one of parseWatches(written).disguised) {
    const at = seen.findIndex(
      ({ path, narrowed, ...watch }) => path === one.path && narrowed === undefined && letters({ path, ...watch }) === letters(one),
    )
    const found = seen[at]
    if (found === undefined) continue
    seen.splice(at, 1)
    if (one.as === 'never') kept.push(found)
    else seen.push({ ...found, narrowed: ofItself })
  }
  return { ...more, watches: seen, excluded: kept }
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
