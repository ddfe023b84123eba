import type { SudoGrant, SudoMember } from './privileged.ts'
import { isExpression, sudoExpression } from './sudo-expression.ts'
import { type Aliases, members, type SudoText, sudoText } from './sudoers-text.ts'

const TAG = /(NO)?(PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT)[ \t]*:[ \t]*/y
const OPTION = /(ROLE|TYPE|CWD|CHROOT|TIMEOUT|NOTBEFORE|NOTAFTER|PRIVS|LIMITPRIVS|APPARMOR_PROFILE)[ \t]*=[ \t]*("[^"]*"|[^\s,]+)[ \t]*/y
const DIGEST = /sha(?:224|256|384|512)[ \t]*:[ \t]*[A-Za-z0-9+/=]+[ \t]*,?[ \t]*/y
const PATH = /(?:\/|\^\/)(?:\\.|[^\\,:=\s#])*|sudoedit(?![\w/])|list(?![\w/])/y
/** An expression of arguments ends with its `$`: signs of sudoers(5) are plain in it but for `#`. */
const EXPRESSION = /\^(?:\\.|[^\\#$])*\$(?=[ \t]*(?:$|[,:#]))/y
const ARGUMENT = /\\([:\\,= \t#])|(\\[*?[\]!^])|([ \t]+)|([^#\\:, \t=][^#\\:, \t]*)/y
const NAME = /[A-Z][A-Z0-9_]*/y

/**
 * One user specification of sudoers(5): `users hosts = (runas) TAG: command, … : hosts = …`. One grant for each command, in order. Undefined
 * when the line breaks the grammar.
 */
export function readGrants(
  text: string,
  aliases: Aliases,
  where: Pick<SudoGrant, 'file' | 'line'>,
  literal: boolean,
): readonly SudoGrant[] | undefined {
  const reader = sudoText(text, literal)
  const users = members(reader, aliases.user)
  if (users === undefined) return undefined
  const grants: SudoGrant[] = []
  do {
    reader.blank()
    const hosts = members(reader, aliases.host)
    if (hosts === undefined || !reader.sign('=')) return undefined
    const read = commandsOf(reader, aliases, { users, hosts, ...where })
    if (read === undefined) return undefined
    grants.push(...read)
  } while (reader.sign(':'))
  return reader.done() ? grants : undefined
}

type Start = Pick<SudoGrant, 'users' | 'hosts' | 'file' | 'line'>

function commandsOf(reader: SudoText, aliases: Aliases, start: Start): readonly SudoGrant[] | undefined {
  const grants: SudoGrant[] = []
  let runAs: Pick<SudoGrant, 'runAsUsers' | 'runAsGroups'> = {}
  let noPassword: boolean | undefined
  let noExec: boolean | undefined
  let setEnv: boolean | undefined
  let timed = false
  let chroot: string | undefined
  do {
    reader.blank()
    if (reader.sign('(')) {
      const given = runAsOf(reader, aliases)
      if (given === undefined) return undefined
      runAs = given
    }
    for (;;) {
      const tag = reader.take(TAG)
      if (tag?.[2] === 'PASSWD') noPassword = tag[1] === 'NO'
      if (tag?.[2] === 'EXEC') noExec = tag[1] === 'NO'
      if (tag?.[2] === 'SETENV') setEnv = tag[1] === undefined
      const option = tag === undefined ? reader.take(OPTION) : undefined
      if (option?.[1]?.startsWith('NOT')) timed = true
      if (option?.[1] === 'CHROOT') chroot = option[2]?.replaceAll('"', '')
      if (tag === undefined && option === undefined) break
    }
    const command = commandMember(reader, aliases.command)
    if (command === undefined) return undefined
    const tags = {
      ...(noPassword !== undefined && { noPassword }),
      ...(noExec !== undefined && { noExec }),
      ...(setEnv !== undefined && { setEnv }),
      ...(timed && { timed: true as const }),
      ...(chroot !== undefined && { chroot }),
    }
    grants.push({ ...start, ...runAs, command, ...tags })
  } while (reader.sign(','))
  return grants
}

/** `(users : groups)`, each of which may be left out. `()` runs as the account itself. */
function runAsOf(reader: SudoText, aliases: Aliases): Pick<SudoGrant, 'runAsUsers' | 'runAsGroups'> | undefined {
  const runAsUsers = reader.next(/[:)]/y) ? [] : members(reader, aliases.runAs)
  if (runAsUsers === undefined) return undefined
  if (!reader.sign(':')) return reader.sign(')') ? { runAsUsers } : undefined
  const runAsGroups = reader.next(/\)/y) ? [] : members(reader, aliases.runAs)
  return runAsGroups && reader.sign(')') ? { runAsUsers, runAsGroups } : undefined
}

/** Commands that `Defaults!` speaks of: without arguments, behind which its settings would be taken for some. */
export function commandPaths(reader: SudoText, aliases: ReadonlyMap<string, readonly SudoMember[]>): readonly SudoMember[] | undefined {
  const list: SudoMember[] = []
  do {
    const negated = reader.negations() % 2 === 1
    const word = (reader.take(PATH) ?? reader.take(NAME))?.[0]
    if (word === undefined) return undefined
    const own = word === 'ALL' ? undefined : aliases.get(word)
    list.push({ negated, word, ...(own && { list: own }) })
  } while (reader.sign(','))
  return list
}

/** The members of a Cmnd_Alias. */
export function commandMembers(reader: SudoText, aliases: ReadonlyMap<string, readonly SudoMember[]>): readonly SudoMember[] | undefined {
  const list: SudoMember[] = []
  do {
    const member = commandMember(reader, aliases)
    if (member === undefined) return undefined
    list.push(member)
  } while (reader.sign(','))
  return list
}

function commandMember(reader: SudoText, aliases: ReadonlyMap<string, readonly SudoMember[]>): SudoMember | undefined {
  reader.blank()
  let bound = false
  while (reader.take(DIGEST) !== undefined) bound = true
  const digest = bound && { digest: true as const }
  const negated = reader.negations() % 2 === 1
  const path = reader.take(PATH)?.[0]
  if (path === undefined) {
    const name = reader.take(NAME)?.[0]
    if (name === undefined) return undefined
    const list = name === 'ALL' ? undefined : aliases.get(name)
    return { negated, word: name, ...(list && { list }), ...digest }
  }
  const command = path.replace(/\\([,:= \t#])/g, '$1')
  const words = command.endsWith('/') ? '' : argumentsOf(reader)
  reader.blank()
  // Where an expression is not followed, neither is the rule.
  if ([command, words].some((text) => isExpression(text) && sudoExpression(text) === undefined)) return undefined
  return { negated, word: words === '' ? command : `${command} ${words}`, ...digest }
}

/**
 * Up to an unescaped `,`, `:` or `=`, as a pattern of fnmatch(3). What a backslash makes plain for sudoers loses it, what it makes plain for fnmatch keeps
 * it; where all is plain, all gets one.
 */
function argumentsOf(reader: SudoText): string {
  reader.blank()
  const expression = reader.take(EXPRESSION)
  if (expression) return expression[0].replace(/\\#/g, '#')
  let words = ''
  let last = ''
  const plain = (text: string) => (reader.literal ? text.replace(/[*?[\]\\!^]/g, '\\$&') : text)
  let gap = false
  for (let part = reader.take(ARGUMENT); part; part = reader.take(ARGUMENT)) {
    if (part[3] !== undefined) gap = words !== ''
    else {
      const text = part[1] ?? part[2] ?? part[4] ?? ''
      words += `${gap ? ' ' : ''}${text === '""' ? text : plain(text)}`
      last = gap || last === '' ? text : `${last}${text}`
      gap = false
    }
  }
  return reader.literal && last === '*' ? words.replace(/\\\*$/, '*') : words
}
