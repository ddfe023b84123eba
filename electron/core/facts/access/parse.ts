import type { BlockRow } from '../blocks.ts'
import { type PathEntry, parsePathEntry } from '../path-entry.ts'
import type { FileLine } from '../privileged/read-block.ts'
import type { AclEntry, CronJob, KeyLink, LastLogin, MailAddress, PasswordState, WebAccount } from './access.ts'

/** `ada:$:20789`: name, first sign of the password field, day of expiry (shadow(5)). A field that begins with `!` or `*` fits no password. */
export const parsePasswords = (rows: readonly BlockRow[]): readonly PasswordState[] =>
  rows.flatMap(({ text, line }): PasswordState[] => {
    const [, account, sign, day = ''] = /^([^:\s][^:]{0,255}):([^:]?):([^:]{0,100})$/.exec(text) ?? []
    if (account === undefined) return []
    const state = sign === '' ? 'none' : /^[!*x]$/.test(sign ?? '') ? 'locked' : 'usable'
    return [{ account, state, line, ...(sign === '!' && { shut: true }), ...(/^\d{1,7}$/.test(day) && { expiresDay: Number(day) }) }]
  })

/** What find prints of links beside the rows of grep, and a path for each component of a home that is one. */
export const parseKeyLinks = (rows: readonly BlockRow[]): readonly KeyLink[] =>
  rows.flatMap(({ text, line }) => (/^\/[^:]{1,1000}$/.test(text) ? [{ path: text, line }] : []))

/** Rows of `grep -Hno '^[^:#]*:'`. */
export const parseWebAccounts = (rows: readonly BlockRow[]): readonly WebAccount[] =>
  rows.flatMap(({ text, line }): WebAccount[] => {
    const [, file, name] = /^(\/[^:]*htpasswd[^:]*):\d{1,7}:([^:]{1,255}):$/.exec(text) ?? []
    return file !== undefined && name !== undefined ? [{ file, name, line }] : []
  })

/** Rows of `grep -Hno '^[^#]*@.*'`. oauth2-proxy reads a table with commas, of which the first column counts, in lower case (validator.go). */
export const parseMailAddresses = (rows: readonly BlockRow[]): readonly MailAddress[] =>
  rows.flatMap(({ text, line }): MailAddress[] => {
    const [, file, address] =
      /^(\/etc\/oauth2-proxy\/[^:]{0,1000}):\d{1,7}:[ \t]{0,20}"?[ \t]{0,20}([^\s",#@]{1,250}@[^\s",]{1,250})[ \t]{0,20}"?[ \t]{0,20}\r?(?:,.*)?$/.exec(
        text,
      ) ?? []
    return file !== undefined && address !== undefined ? [{ file, address: address.toLowerCase(), line }] : []
  })

const types: Readonly<Record<string, PathEntry['type']>> = { d: 'directory', f: 'file' }

/** `f/664/root/ops//etc/cron.d/job`, as find prints it. */
export const parseOpen = (rows: readonly BlockRow[]): readonly PathEntry[] =>
  rows.flatMap(({ text, line }): PathEntry[] => {
    const [, letter = '', mode = '', owner = '', group = '', path] =
      /^([a-zA-Z])\/([0-7]{1,5})\/([^/\s]{1,256})\/([^/\s]{1,256})\/(\/.*)$/.exec(text) ?? []
    return path === undefined ? [] : [{ path, type: types[letter] ?? 'other', owner, group, mode: Number.parseInt(mode, 8), line }]
  })

/** Rows as `parsePathEntry` has them. What is none, as a message of find, is left out. */
export const parsePaths = (rows: readonly BlockRow[]): readonly PathEntry[] =>
  rows.flatMap(({ text, line }) => parsePathEntry(text, line) ?? [])

/** What `getfacl -s` prints: `# file: PATH`, `# owner:`, `# group:`, entries, `mask::`. Named entries and that of the owning group are kept, cut by the mask; defaults give no right. */
export function parseAcls(rows: readonly BlockRow[]): readonly AclEntry[] {
  const found: AclEntry[] = []
  let file = { path: '', owner: '', group: '' }
  let open: AclEntry[] = []
  const close = (mask = 'rwx') => {
    found.push(...open.map((entry) => ({ ...entry, allows: [...entry.allows].filter((letter) => mask.includes(letter)).join('') })))
    open = []
  }
  for (const { text, line } of rows) {
    const [, key, value = ''] = /^# (file|owner|group): (.*)$/.exec(text) ?? []
    if (key === 'file') {
      close()
      file = { path: unescaped(value), owner: '', group: '' }
    } else if (key !== undefined) file = { ...file, [key]: unescaped(value) }
    const [, kind, name = '', letters = ''] = /^(user(?!::)|group):([^:]*):([r-][w-][x-])/.exec(text) ?? []
    if (kind && file.path.startsWith('/'))
      open.push({ ...file, kind: kind as AclEntry['kind'], name: unescaped(name), allows: letters.replaceAll('-', ''), line })
    const mask = /^mask::([r-][w-][x-])/.exec(text)?.[1]
    if (mask) close(mask)
  }
  close()
  return found
}

/** getfacl writes signs of names as `\040`. */
const unescaped = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))

/** Variables by which a shell (bash(1), dash(1)), the loader (ld.so(8)) or an interpreter is given files to run. */
const LOADED = /^\s*(?:SHELL|BASH_ENV|ENV|LD_PRELOAD|LD_AUDIT|LD_LIBRARY_PATH|PYTHONPATH|PERL5LIB)\s*=\s*["']?([^"'\s]+)/

const AT_JOBS = '/var/spool/cron/atjobs/'

/**
 * Lines of crontabs (crontab(5)): those of the system name the account behind the time, those of accounts are named like it. Jobs of at(1) name a uid at their
 * head; each line that comes behind is one command.
 */
export function parseCron(lines: readonly FileLine[]): readonly CronJob[] {
  const paths = new Map<string, readonly string[]>()
  const loads = new Map<string, readonly string[]>()
  const owners = new Map<string, number>()
  return lines.flatMap(({ file, text, line }): CronJob[] => {
    const [, folders] = /^\s*PATH\s*=\s*["']?([^"'\s]+)/.exec(text) ?? []
    if (folders !== undefined)
      paths.set(
        file,
        folders.split(':').filter((folder) => folder.startsWith('/')),
      )
    const [, loaded] = LOADED.exec(text) ?? []
    if (loaded !== undefined) loads.set(file, [...(loads.get(file) ?? []), ...loaded.split(':').filter((each) => each.startsWith('/'))])
    const path = paths.get(file)
    const loading = loads.get(file)
    const more = { line, ...(path && { path }), ...(loading && { loads: loading }) }
    const system = file === '/etc/crontab' || file.startsWith('/etc/cron.d/')
    if (file.startsWith(AT_JOBS)) {
      const [, uid] = /^# atrun uid=(\d{1,10}) /.exec(text) ?? []
      if (uid !== undefined) owners.set(file, Number(uid))
      const owner = owners.get(file)
      return uid !== undefined || owner === undefined ? [] : [{ file, account: '', uid: owner, command: text, line }]
    }
    const own = /^\/var\/spool\/cron\/(?:crontabs\/|tabs\/)?([^/]+)$/.exec(file)?.[1]
    const rest = /^\s*(?:@[a-z]+|(?:[\d*/,A-Za-z-]+\s+){4}[\d*/,A-Za-z-]+)\s+(.*)$/.exec(text)?.[1]
    if (rest === undefined) return []
    if (own !== undefined) return [{ file, account: own, command: rest, ...more }]
    const [, account, command] = /^(\S+)\s+(.*)$/.exec(rest) ?? []
    return system && account && command ? [{ file, account, command, ...more }] : []
  })
}

/** `ada  pts/0  10.0.0.10  Tue Nov 24 10:03:12 +0000 2026`. */
export const parseLastLogins = (rows: readonly BlockRow[]): readonly LastLogin[] =>
  rows.flatMap(({ text, line }): LastLogin[] => {
    const [, account, date] = /^(\S+)\s.*?([A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d [+-]\d{4} \d{4})\s*$/.exec(text) ?? []
    const at = Date.parse(date ?? '')
    return account && Number.isFinite(at) ? [{ account, at, line }] : []
  })
