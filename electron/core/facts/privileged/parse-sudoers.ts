import { TOO_LONG } from './collect.ts'
import type { NameRules, SudoDefaults, Sudoers, SudoGrant, SudoMember, SudoRule } from './privileged.ts'
import type { FileLine } from './read-block.ts'
import { commandPaths, readGrants } from './sudo-grants.ts'
import { isAlias, readAliases } from './sudoers-aliases.ts'
import { inForce } from './sudoers-lines.ts'
import { type Aliases, members, sudoText } from './sudoers-text.ts'

const MAX_EXPANDED = 2000

/**
 * Reads sudoers(5) as sudo does: files of /etc/sudoers.d where they are included, lines joined at a backslash, aliases, `user host = (runas)
 * TAG: command, …`. `grants` keep lists and their negations, in order, for whoever asks what an account may run; `rules` are the same
 * spread out by account and command, with every host taken for this one: this machine may be called that tomorrow. `literal`: sudo-rs reads it.
 */
export function parseSudoers(lines: readonly FileLine[], literal = false): Sudoers {
  const { lines: read, elsewhere } = inForce(lines)
  const trouble = new Set(elsewhere.map((path) => `${path} is included and was not read`))
  const failed = ({ file, number }: FileLine) => void trouble.add(`${file} line ${number} could not be read`)
  const aliases = readAliases(
    read.map(({ text }) => text),
    (index) => read[index] && failed(read[index]),
    literal,
  )
  const defaults: SudoDefaults[] = []
  const grants: SudoGrant[] = []
  for (const line of read) {
    if (isAlias(line.text)) continue
    const setting = /^Defaults(?:([:@>!])\s*(.*)|\s+(.*))?$/.exec(line.text)
    if (setting) {
      const found = readDefaults(setting[1], setting[2] ?? setting[3] ?? '', aliases)
      if (found) defaults.push({ ...found, ...(literal && { settings: knownToRs(found.settings) }), file: line.file, line: line.line })
      else failed(line)
      continue
    }
    // `PASSWD: ALL` looks like a password to the masking; a rule that was masked, or cut, is not known.
    const found =
      /‹(?:redacted|placeholder)/.test(line.text) || line.text.includes(TOO_LONG)
        ? undefined
        : readGrants(line.text, aliases, { file: line.file, line: line.line }, literal)
    if (found === undefined) failed(line)
    else grants.push(...found)
    if (grants.length > MAX_EXPANDED) break
  }
  const named = nameRules(defaults, literal)
  if (named !== undefined)
    for (const list of [grants, defaults]) for (const [at, one] of list.entries()) list[at] = { ...one, ...named } as never
  const rules: SudoRule[] = []
  for (const grant of grants) {
    rules.push(...spread(grant, defaults, MAX_EXPANDED + 1 - rules.length))
    if (rules.length > MAX_EXPANDED) break
  }
  if (rules.length > MAX_EXPANDED || grants.length > MAX_EXPANDED) trouble.add('there are too many rules')
  return {
    rules,
    grants,
    defaults,
    asksForRoot: askForRoot(defaults),
    program: literal ? 'sudo-rs' : 'sudo',
    ...(trouble.size > 0 ? { incomplete: [...trouble].slice(0, 5).join('; ') } : {}),
  }
}

/** Does sudo ask everybody for root’s password, or for that of whom a program is run as? */
export const askForRoot = (defaults: readonly SudoDefaults[]): boolean =>
  defaults.some(({ scope, settings }) => scope === undefined && settings.some((word) => /^(?:targetpw|rootpw|runaspw)$/.test(word)))

/** What is said for all counts, the last of it; sudo-rs knows exact names alone, and its host by its own (Debian's 0.2.15). Undefined where nothing is said. */
function nameRules(defaults: readonly SudoDefaults[], literal: boolean): NameRules | undefined {
  const isExact = (name: string): boolean =>
    literal ||
    defaults
      .flatMap(({ scope, settings }) => (scope === undefined ? settings : []))
      .findLast((setting) => setting.replace(/^!\s*/, '') === name)
      ?.startsWith('!') === true
  const [users, inGroups, hosts] = [isExact('case_insensitive_user'), isExact('case_insensitive_group'), isExact('fqdn')]
  if (!users && !inGroups && !hosts) return undefined
  return { ...(users && { exactUsers: true }), ...(inGroups && { exactGroups: true }), ...(hosts && { exactHosts: true }) }
}

/** `Defaults:ada, bob !authenticate, env_keep += "A B"`. Undefined when what it speaks of breaks the grammar. */
function readDefaults(scope: string | undefined, text: string, aliases: Aliases): Omit<SudoDefaults, 'file' | 'line'> | undefined {
  const reader = sudoText(text)
  const lists = { ':': aliases.user, '@': aliases.host, '>': aliases.runAs } as const
  const of =
    scope === undefined
      ? undefined
      : scope === '!'
        ? commandPaths(reader, aliases.command)
        : members(reader, lists[scope as keyof typeof lists])
  if (scope !== undefined && of === undefined) return undefined
  const rest = reader.take(/.*/y)?.[0] ?? ''
  const settings = rest.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((word) => word.trim())
  return { scope: scope as SudoDefaults['scope'], ...(of && { of }), settings }
}

/** What visudo of sudo-rs 0.2.5 takes, and what it has learnt until 0.2.15. */
const RS =
  /^!?\s*(?:use_pty|visiblepw|pwfeedback|env_editor|rootpw|targetpw|passwd_tries|passwd_timeout|timestamp_timeout|secure_path|env_(?:keep|check|delete|reset)|verifypw|fqdn|mailerpath|mail_badpass|match_group_by_gid|always_query_group_plugin|always_set_home)\b/
const RS_LATER =
  /^!?\s*(?:editor|timestamp_type|ignore_dot|lecture|insults|umask|umask_override|noninteractive_auth|apparmor_profile|log_allowed|log_denied|setenv|noexec)\b/

/**
 * sudo-rs passes over a whole line of settings for one that it does not know. Where it hangs on its version, what would bind anybody is left out:
 * `!authenticate` and `runas_default` it never knew.
 */
function knownToRs(settings: readonly string[]): readonly string[] {
  if (settings.some((setting) => !RS.test(setting) && !RS_LATER.test(setting))) return []
  return settings.every((setting) => RS.test(setting))
    ? settings
    : settings.filter((setting) => !/^(?:targetpw|rootpw|noexec)$/.test(setting))
}

/** Words of a list, aliases spread out, at most `limit`. */
function words(list: readonly SudoMember[], limit: number, found: { word: string; negated: boolean }[] = [], turned = false) {
  for (const { negated, word, list: own } of list) {
    if (found.length >= limit) break
    if (own) words(own, limit, found, turned !== negated)
    else found.push({ word, negated: turned !== negated })
  }
  return found
}

function spread(grant: SudoGrant, defaults: readonly SudoDefaults[], limit: number): readonly SudoRule[] {
  const users = words(grant.users, limit).flatMap(({ word, negated }) => (negated ? [] : [word]))
  const asRoot = grant.runAsUsers === undefined || words(grant.runAsUsers, limit).some(({ word, negated }) => !negated && reachesRoot(word))
  const free = (user: string): boolean =>
    defaults
      .flatMap(({ scope, of = [], settings }) => {
        const named = words(of, limit).flatMap(({ word, negated }) => (negated ? [] : [word]))
        const own =
          scope === undefined || (scope === ':' && named.some((word) => word.toLowerCase() === user.toLowerCase() || word === 'ALL'))
        const also = scope === '@' || (scope === '>' && named.some(reachesRoot))
        return settings.filter((word) => (own && word === 'authenticate') || ((own || also) && /^!\s*authenticate$/.test(word)))
      })
      .at(-1)
      ?.startsWith('!') === true
  return words([grant.command], limit)
    .flatMap(({ word, negated }) =>
      users.map((user) => ({
        ...{ user, command: word, negated, asRoot },
        noPassword: grant.noPassword ?? free(user),
        ...(grant.noExec && { noExec: true as const }),
        ...(grant.setEnv && { setEnv: true as const }),
        ...(grant.chroot === '*' && { anyRoot: true as const }),
        ...{ file: grant.file, line: grant.line },
      })),
    )
    .slice(0, limit)
}

/** `(ALL:ALL)`, `(root)`, `(#0)`; `()` and `(:group)` run as the account itself, but with another group: not root. */
const reachesRoot = (word: string): boolean => /^(?:ALL|#0|%#0)$|^%?root$/i.test(word)
