import { groupBy } from '#shared/group-by.ts'
import { TOO_LONG } from './collect.ts'
import type { SshdMatch, SshdMatches } from './privileged.ts'
import type { FileLine } from './read-block.ts'
import { sshdKeyword, sshdWords } from './sshd-words.ts'

const MAIN = '/etc/ssh/sshd_config'
const FOLDER = '/etc/ssh/sshd_config.d/'
/** sshd gives up deeper than this (servconf.c). */
const MAX_DEPTH = 16
/** Lines that are followed, those of a file once for each Include that leads to it. */
const MAX_LINES = 20_000

interface Block {
  criteria: string
  settings: SshdMatch['settings'][number][]
  file: string
  line: number
}

/**
 * Settings below `Match` (sshd_config(5)), in the order in which sshd meets them. A block ends at the next `Match` or at the end of its file. What an
 * `Include` below `Match` brings holds only for logins that match that as well, and the block goes on behind it (servconf.c).
 */
export function parseMatches(lines: readonly FileLine[], unread: readonly string[] = []): SshdMatches {
  const byFile = groupBy(lines, ({ file }) => file)
  const blocks: Block[] = []
  const seen = [...byFile.keys(), ...unread]
  const elsewhere = new Set(unread.filter((path) => path === MAIN || path === FOLDER.slice(0, -1)))
  let left = MAX_LINES

  function follow(file: string, outer: string | undefined, way: readonly string[]): void {
    if (way.includes(file) || way.length > MAX_DEPTH) return
    let block: Block | undefined = outer === undefined ? undefined : { criteria: outer, settings: [], file, line: 0 }
    for (const { text, line } of byFile.get(file) ?? []) {
      if (left-- <= 0) {
        elsewhere.add(`more than ${MAX_LINES} lines`)
        return
      }
      if (text.endsWith(TOO_LONG)) elsewhere.add(file)
      const [written, ...words] = sshdWords(text)
      if (written === undefined) continue
      const keyword = sshdKeyword(written)
      if (keyword === 'match') {
        block = { criteria: within(outer, criteriaOf(words)), settings: [], file, line }
        blocks.push(block)
      } else if (keyword === 'include') {
        const around = block
        for (const pattern of words)
          for (const included of filesOf(pattern, seen)) {
            if (included === undefined || unread.includes(included)) elsewhere.add(included ?? pattern)
            else follow(included, around?.criteria, [...way, file])
          }
        // What follows comes after the blocks of these files.
        if (around) block = { ...around, settings: [] }
      } else if (block) {
        if (blocks.at(-1) !== block) blocks.push(block)
        block.settings.push({ keyword, value: words.join(' '), line })
        if (block.line === 0) block.line = line
      }
    }
  }

  // Where the file is missing, sshd of SUSE reads one in another folder, which has the usual Include.
  if (unread.includes(MAIN)) for (const file of filesOf(`${FOLDER}*.conf`, seen)) follow(file ?? '', undefined, [])
  else follow(MAIN, undefined, [])
  return { matches: blocks, elsewhere: [...elsewhere] }
}

/** Files of sshd that grep complains of: it could not read them, or takes them for binary. A folder that is not there holds nothing. */
export const unreadFiles = (rows: readonly { readonly text: string }[]): readonly string[] =>
  rows.flatMap(({ text }) => {
    const [, path = '', why = ''] =
      /^(?:[a-z/]*grep: |Binary file )(\/etc\/ssh\/sshd_config(?:\.d)?(?:\/[^:]*?)?)(?::| matches$)(.*)$/.exec(text) ?? []
    return path === '' || (path === FOLDER.slice(0, -1) && /No such file/.test(why)) ? [] : [path]
  })

const within = (outer: string | undefined, inner: string): string =>
  outer === undefined || outer === 'all' ? inner : inner === 'all' ? outer : `${outer} ${inner}`

/** `User Ada`, `user=Ada` → `user Ada`. Names of criteria in lower case; a pattern with blanks keeps quotes. */
function criteriaOf(words: readonly string[]): string {
  const parts: string[] = []
  for (let at = 0; at < words.length; at++) {
    const [, written = '', joined] = /^([^=]*)(?:=(.*))?$/.exec(words[at] ?? '') ?? []
    const name = written.toLowerCase()
    parts.push(name)
    if (joined === undefined && standsAlone(name)) continue
    const pattern = joined || (words[++at] ?? '').replace(/^=/, '') || words[++at]
    if (pattern !== undefined) parts.push(/\s/.test(pattern) ? `"${pattern}"` : pattern)
  }
  return parts.join(' ')
}

/** Criteria without a pattern. */
export const standsAlone = (name: string): boolean => name === 'all' || name === 'invalid-user'

/** Files of an Include by name, as glob(7) sorts them; undefined for what was not read. */
function filesOf(pattern: string, seen: readonly string[]): readonly (string | undefined)[] {
  const path = pattern.startsWith('/') ? pattern : `/etc/ssh/${pattern}`
  if (seen.includes(path)) return [path]
  if (!path.startsWith(FOLDER) || /[[\]\\{}]|\/\.\.?\//.test(path)) return [undefined]
  const source = path.replace(/[.+^$()|]/g, '\\$&').replace(/(\/?)([*?])/g, (_, slash: string, sign: string) => {
    const hidden = slash === '' ? '' : '/(?!\\.)'
    return `${hidden}${sign === '*' ? '[^/]*' : '[^/]'}`
  })
  const fits = new RegExp(`^${source}$`)
  return [...new Set(seen)].filter((file) => fits.test(file)).sort()
}
