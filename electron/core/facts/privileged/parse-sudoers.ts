import type { Sudoers, SudoRule } from './privileged.ts'
import type { FileLine } from './read-block.ts'

const MAX_EXPANDED = 2000
const TAG = /\b(?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT)\s*:/g
/** Stands for the colon of a tag, while colons part rules; a private character of Unicode. */
const MARK = '\ue000'
const ALIAS = /^(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)$/

/**
 * Reads sudoers(5) as sudo does: lines joined at a backslash, aliases, `user host = (runas) TAG: command, …`, files of
 * /etc/sudoers.d only when they are included and their name holds no dot. Host lists are taken to match: a rule for another
 * host is rare, and this machine may be called that tomorrow.
 */
export function parseSudoers(lines: readonly FileLine[]): Sudoers {
  const joined = joinLines(lines).map((line) => ({ ...line, text: withoutComment(line.text) }))
  const trouble = new Set<string>()
  const included = joined.flatMap(({ file, text }) =>
    file === '/etc/sudoers' ? (/^[@#]include(?:dir)?\s+"?([^"]+)"?$/.exec(text.trim())?.[1] ?? []) : [],
  )
  for (const path of included) if (path !== '/etc/sudoers.d') trouble.add(`${path} is included and was not read`)
  const inForce = joined.filter(({ file }) => file === '/etc/sudoers' || (included.includes('/etc/sudoers.d') && isRead(file)))
  const aliases = new Map<string, readonly string[]>()
  for (const { text } of inForce) {
    const alias = ALIAS.exec(text.trim())
    for (const part of alias ? split(alias[2] ?? '', ':') : []) {
      const [name = '', ...value] = part.split('=')
      aliases.set(
        name.trim(),
        split(value.join('='), ',').map((word) => word.trim()),
      )
    }
  }
  const free = freeOfPasswords(inForce)
  const rules: SudoRule[] = []
  for (const line of inForce) {
    const text = line.text.trim()
    if (text === '' || ALIAS.test(text) || /^(?:Defaults\b|[@#]include)/.test(text)) continue
    const read = readRule(line, text, aliases)
    if (read === undefined) trouble.add(`${line.file} line ${line.number} could not be read`)
    else rules.push(...read.map((rule) => (free(rule.user) ? { ...rule, noPassword: true } : rule)))
    if (rules.length > MAX_EXPANDED) {
      trouble.add('there are too many rules')
      break
    }
  }
  const asksForRoot = inForce.some(({ text }) => /^Defaults\s+(?:.*,\s*)?(?:targetpw|rootpw|runaspw)\b/.test(text.trim()))
  return { rules, asksForRoot, ...(trouble.size > 0 ? { incomplete: [...trouble].slice(0, 5).join('; ') } : {}) }
}

/** sudo passes over names with a dot or a tilde at the end, as packages and editors leave them. */
const isRead = (file: string): boolean => /^\/etc\/sudoers\.d\/[^/.]*[^/.~]$/.test(file)

/** A backslash at the end joins the next line. */
function joinLines(lines: readonly FileLine[]): FileLine[] {
  const out: FileLine[] = []
  let open: FileLine | undefined
  for (const line of lines) {
    const follows: FileLine | undefined = open?.file === line.file ? open : undefined
    const text: string = follows ? `${follows.text} ${line.text.trimStart()}` : line.text
    const start: FileLine = follows ? { ...follows, text } : line
    if (line.text.endsWith('\\') && !line.text.trimStart().startsWith('#')) open = { ...start, text: text.slice(0, -1) }
    else {
      out.push(start)
      open = undefined
    }
  }
  return open ? [...out, open] : out
}

/** `#` begins a comment, but for `#include`, `#1000` (a uid) and `\#`. */
const withoutComment = (text: string): string => text.replace(/(^|[^\\])#(?!include(?:dir)?\s|\d).*$/, '$1')

/** Splits at a separator that no backslash, quote or parenthesis protects. */
function split(text: string, separator: ':' | ','): readonly string[] {
  const parts: string[] = []
  let part = ''
  let quoted = false
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character === '\\') part += character + (text[++at] ?? '')
    else if (character === separator && !quoted && depth === 0) {
      parts.push(part)
      part = ''
    } else {
      if (character === '"') quoted = !quoted
      if (character === '(') depth++
      if (character === ')') depth = Math.max(0, depth - 1)
      part += character
    }
  }
  return [...parts, part]
}

/** Members of a list, aliases expanded; a circle ends where it began. */
function expand(
  words: readonly string[],
  aliases: ReadonlyMap<string, readonly string[]>,
  seen: ReadonlySet<string> = new Set(),
): readonly string[] {
  return words.flatMap((word) => {
    const members = /^[A-Z][A-Z0-9_]*$/.test(word) && word !== 'ALL' && !seen.has(word) ? aliases.get(word) : undefined
    return members ? expand(members, aliases, new Set([...seen, word])) : [word]
  })
}

function readRule(line: FileLine, text: string, aliases: ReadonlyMap<string, readonly string[]>): SudoRule[] | undefined {
  const at = /(?<!\\)=/.exec(text)?.index ?? -1
  const left = text
    .slice(0, Math.max(at, 0))
    .trim()
    .replace(/\s*,\s*/g, ',')
  const words = /^((?:"[^"]*"|\\.|[^\s"\\])+)\s+(\S.*)$/.exec(left)
  if (at < 0 || !words?.[1]) return undefined
  const users = expand(
    split(words[1], ',').map((word) => word.replace(/"/g, '')),
    aliases,
  )
  const tagged = text.slice(at + 1).replace(TAG, (tag) => tag.replace(/\s*:$/, MARK))
  const rules: SudoRule[] = []
  for (const [index, part] of split(tagged, ':').entries()) {
    const body = index === 0 ? part : part.slice(part.indexOf('=') + 1)
    let noPassword = false
    let asRoot = true
    for (const word of split(body, ',')) {
      let rest = word.trim()
      for (;;) {
        const runas = /^\(([^)]*)\)\s*/.exec(rest)
        const tag = /^([A-Z_]+)\ue000\s*/.exec(rest)
        const option = /^(?:ROLE|TYPE|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER|PRIVS|LIMITPRIVS|APPARMOR_PROFILE)\s*=\s*\S+\s+/.exec(rest)
        if (runas) asRoot = reachesRoot(runas[1] ?? '', aliases)
        if (tag?.[1] === 'NOPASSWD') noPassword = true
        if (tag?.[1] === 'PASSWD') noPassword = false
        const taken = runas ?? tag ?? option
        if (!taken) break
        rest = rest.slice(taken[0].length)
      }
      // `PASSWD: ALL` looks like a password to the masking; a rule that was masked is not known.
      if (rest === '' || rest.includes('‹redacted')) return undefined
      const negated = /^!/.test(rest)
      for (const command of expand([rest.replace(/^!\s*/, '')], aliases))
        for (const user of users)
          rules.push({ user, command: unescaped(command), negated, noPassword, asRoot, file: line.file, line: line.line })
    }
  }
  return rules
}

/** A star that is escaped stands for itself, and keeps its backslash; one that is not stands for anything. */
const unescaped = (command: string): string => command.replace(/\\+([*?[\]])/g, '\\$1').replace(/\\([^*?[\]])/g, '$1')

/** `(ALL:ALL)`, `(root)`, `(#0)`; `()` and `(:group)` run as the account itself, but with another group: not root. */
const reachesRoot = (runas: string, aliases: ReadonlyMap<string, readonly string[]>): boolean =>
  expand(
    split(runas.split(':')[0] ?? '', ',').map((word) => word.trim()),
    aliases,
  ).some((word) => /^(?:ALL|root|#0|%root|%#0)$/.test(word))

/** `Defaults !authenticate` asks nobody, `Defaults:ada !authenticate` not her. */
function freeOfPasswords(lines: readonly FileLine[]): (user: string) => boolean {
  const free = lines.flatMap(({ text }) => {
    const match = /^Defaults(?::(\S+))?\s+(?:.*,\s*)?!authenticate\b/.exec(text.trim())
    return match ? [match[1] ?? 'ALL'] : []
  })
  return (user) => free.includes('ALL') || free.some((list) => list.split(',').includes(user))
}
