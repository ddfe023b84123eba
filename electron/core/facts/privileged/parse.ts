import { groupBy } from '#shared/group-by.ts'
import type { BlockRow } from '../blocks.ts'
import type { AuditWatch, GuardedFile, SshdMatch, SshdMatches } from './privileged.ts'
import type { FileLine } from './read-block.ts'

export interface Watches {
  readonly watches: readonly AuditWatch[]
  readonly excluded: readonly AuditWatch[]
}

/**
 * Rules of audit.rules(7): `-w PATH -p wa`, or `-a always,exit -F dir=PATH -F perm=wa`, also with `-F path=`. A rule for single system
 * calls without `perm=` does not see every write and is left out.
 */
export function parseWatches(rows: readonly Pick<BlockRow, 'text' | 'line'>[]): Watches {
  const watches: AuditWatch[] = []
  const excluded: AuditWatch[] = []
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
    if (!path?.startsWith('/')) continue
    const permissions = watched === undefined ? field('perm') : (after('-p')[0] ?? 'rwxa')
    const calls = after('-S')
    if (action.includes('never')) excluded.push({ path, permissions: permissions ?? 'rwxa', line })
    else if (permissions !== undefined) watches.push({ path, permissions, line })
    else if (calls.length === 0 || calls.includes('all')) watches.push({ path, permissions: 'rwxa', line })
  }
  return { watches, excluded }
}

const MAIN = '/etc/ssh/sshd_config'
const INCLUDED = /^\/etc\/ssh\/sshd_config\.d\/[^/]*\.conf$/

/**
 * Settings below `Match` (sshd_config(5)), in the order in which sshd meets them: files of the usual `Include` stand where that stands, by name. A block
 * ends at the next `Match` or at the end of its file.
 */
export function parseMatches(lines: readonly FileLine[]): SshdMatches {
  const byFile = groupBy(lines, ({ file }) => file)
  const included = [...byFile.keys()].filter((file) => INCLUDED.test(file)).sort()
  const ofFile = (file: string): SshdMatches => parseFile(byFile.get(file) ?? [], () => join(included.map(ofIncluded)))
  // An Include below itself would go round in circles, and is refused by sshd.
  const ofIncluded = (file: string): SshdMatches => parseFile(byFile.get(file) ?? [], () => ({ matches: [], elsewhere: [] }))
  return byFile.has(MAIN) ? ofFile(MAIN) : join(included.map(ofIncluded))
}

const join = (parts: readonly SshdMatches[]): SshdMatches => ({
  matches: parts.flatMap(({ matches }) => matches),
  elsewhere: parts.flatMap(({ elsewhere }) => elsewhere),
})

/** `usual` gives what the usual `Include` brings; another one, or one below `Match`, leads elsewhere. */
function parseFile(lines: readonly FileLine[], usual: () => SshdMatches): SshdMatches {
  const matches: SshdMatch[] = []
  const elsewhere: string[] = []
  let open: { criteria: string; settings: SshdMatch['settings'][number][]; file: string; line: number } | undefined
  let brought = false
  for (const { file, text, line } of lines) {
    const match = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*?)\s*$/.exec(text)
    if (!match?.[1]) continue
    const written = match[1].toLowerCase()
    // Its name before OpenSSH 8.7.
    const keyword = written === 'challengeresponseauthentication' ? 'kbdinteractiveauthentication' : written
    const value = (match[2] ?? '').replace(/^"(.*)"$/, '$1')
    if (keyword === 'match') {
      open = { criteria: value.toLowerCase(), settings: [], file, line }
      matches.push(open)
    } else if (keyword === 'include') {
      for (const pattern of value.split(/\s+/)) {
        if (open?.criteria !== undefined && open.criteria !== 'all') elsewhere.push(`${pattern} below Match ${open.criteria}`)
        else if (!/^(?:\/etc\/ssh\/)?sshd_config\.d\/\*\.conf$/.test(pattern)) elsewhere.push(pattern)
        else if (!brought) {
          brought = true
          const from = usual()
          matches.push(...from.matches)
          elsewhere.push(...from.elsewhere)
        }
      }
    } else open?.settings.push({ keyword, value, line })
  }
  return { matches, elsewhere }
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
