import { type AccessRule, accessRule, type PamAccount } from '../facts/access/pam-account.ts'
import { fnmatch } from '../facts/fnmatch.ts'
import type { PamEntry, PamModule } from '../facts/pam/pam.ts'
import { authenticates, type PamResult } from '../facts/pam/run-stack.ts'
import type { Member } from './rights.ts'

/** Open branches of a stack that are followed at most: two to the power of this. */
const MAX_OPEN = 8

/** They say yes to whoever has proven who it is, or ask for something that is no right: an expired account, a day of maintenance, an hour. */
const YES =
  /^pam_(?:unix|unix2|permit|nologin|env|faillock|tally2?|faildelay|loginuid|keyinit|limits|systemd|motd|mail|umask|selinux|warn|echo|issue|time|cap|pwhistory|mkhomedir)$/
/** They know accounts of a directory, and none of the host’s own files. */
const DIRECTORIES = /^pam_(?:sss|ldap|krb5|winbind|oslogin_login|oslogin_admin|himmelblau)$/

/** Of what decides whether PAM lets an account in that sshd knows. */
export interface PamSubject extends Pick<Member, 'name' | 'uid'> {
  readonly gid: number
  readonly shell: string
  readonly home: string
  readonly groups: ReadonlySet<string>
  /** Does it stand in the files of this host? Undefined: not known. */
  readonly local: boolean | undefined
  readonly expired: boolean
}

/** What the stack `account` of sshd makes of somebody (pam_acct_mgmt(3)), and the module that decides where that is not followed. */
export type PamAnswer = { readonly says: 'yes' } | { readonly says: 'no' | 'unclear'; readonly by: string }

/** Follows the stack for all that modules may say which are not known here. */
export function pamAnswer(pam: PamAccount, subject: PamSubject): PamAnswer {
  if (pam.incomplete !== undefined) return { says: 'unclear', by: pam.incomplete }
  const modules = flat(pam.entries)
  const results = new Map(modules.map((module) => [module, resultOf(module, pam, subject)]))
  const open = modules.filter((module) => results.get(module) === undefined)
  const [first] = open
  if (open.length > MAX_OPEN) return { says: 'unclear', by: first?.name ?? '' }
  const answers = new Set<boolean>()
  for (let branch = 0; branch < 2 ** open.length && answers.size < 2; branch++)
    answers.add(
      authenticates(pam.entries, (module) => results.get(module) ?? ((branch >> open.indexOf(module)) & 1 ? 'success' : 'perm_denied')),
    )
  if (!answers.has(false)) return { says: 'yes' }
  if (answers.size > 1) return { says: 'unclear', by: open.map(({ name }) => name).join(', ') }
  const refuses = modules.find((module) => !/^(?:success|ignore)$/.test(results.get(module) ?? 'success') && module.name !== 'pam_deny')
  return { says: 'no', by: (refuses ?? first)?.name ?? 'pam_deny' }
}

const flat = (entries: readonly PamEntry[]): readonly PamModule[] =>
  entries.flatMap((entry) => ('substack' in entry ? flat(entry.substack) : [entry]))

/** Undefined: it is not known what it says. */
function resultOf(module: PamModule, pam: PamAccount, subject: PamSubject): PamResult | undefined {
  const { name } = module
  const judged = (yes: boolean | undefined): PamResult | undefined => (yes === undefined ? undefined : yes ? 'success' : 'perm_denied')
  if (name === 'pam_unix') return subject.expired ? 'acct_expired' : 'success'
  if (YES.test(name)) return 'success'
  if (name === 'pam_deny') return 'perm_denied'
  if (name === 'pam_localuser') return judged(subject.local)
  if (name === 'pam_usertype') return judged(isOfType(module, subject.uid))
  if (name === 'pam_succeed_if') return judged(succeeds(module.arguments, subject))
  if (name === 'pam_access') return judged(accessSays(module, pam, subject))
  if (name === 'pam_listfile') return judged(listSays(module, pam, subject))
  // An empty shell is /bin/sh (passwd(5)).
  if (name === 'pam_shells') return judged(linesOf(pam, '/etc/shells')?.includes(subject.shell || '/bin/sh'))
  if (DIRECTORIES.test(name)) return subject.local === true ? 'user_unknown' : undefined
  return undefined
}

/** pam_usertype(8): uids below 1000 are those of the system (login.defs(5)). */
function isOfType({ arguments: words }: PamModule, uid: number): boolean | undefined {
  const system = uid < 1000 || uid >= 65_534
  return words.includes('issystem') ? system : words.includes('isregular') ? !system : undefined
}

const linesOf = ({ named }: PamAccount, file: string): readonly string[] | undefined => named?.find((one) => one.file === file)?.texts

const argument = (words: readonly string[], name: string): string | undefined =>
  words.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)

/** pam_listfile(8): whole lines, one name each. What it makes of a file that it cannot read, and of terminals and hosts, is not followed. */
function listSays({ arguments: words }: PamModule, pam: PamAccount, { name, shell, groups }: PamSubject): boolean | undefined {
  const [item, sense, file = ''] = [argument(words, 'item'), argument(words, 'sense'), argument(words, 'file')]
  const lines = linesOf(pam, file)
  if (lines === undefined || (sense !== 'allow' && sense !== 'deny')) return undefined
  const own =
    item === 'user' ? [name] : item === 'group' ? [...groups] : item === 'shell' && !argument(words, 'apply') ? [shell] : undefined
  return own && own.some((one) => lines.includes(one)) === (sense === 'allow')
}

/** Words of pam_succeed_if(8) that are no condition. */
const FLAGS = /^(?:debug|use_uid|quiet|quiet_fail|quiet_success|audit)$/

/** pam_succeed_if(8): conditions of three words, all of which must hold. */
function succeeds(words: readonly string[], subject: PamSubject): boolean | undefined {
  const rest = words.filter((word) => !FLAGS.test(word))
  const all: (boolean | undefined)[] = []
  for (let at = 0; at < rest.length; at += 3) all.push(condition(rest[at] ?? '', rest[at + 1] ?? '', rest[at + 2] ?? '', subject))
  if (all.includes(false)) return false
  return all.includes(undefined) || all.length === 0 ? undefined : true
}

function condition(what: string, how: string, value: string, { name, shell, home, uid, gid, groups }: PamSubject): boolean | undefined {
  const among = (list: readonly string[]) => list.some((one) => value.split(':').includes(one))
  if (what === 'user' && /^(?:not)?ingroup$/.test(how)) return among([...groups]) === (how === 'ingroup')
  const text = ({ user: name, shell, home, service: 'sshd' } as Readonly<Record<string, string>>)[what]
  if (text !== undefined) {
    if (how === 'in' || how === 'notin') return among([text]) === (how === 'in')
    if (how === '=' || how === '!=') return (text === value) === (how === '=')
    const fits = how === '=~' || how === '!~' ? fnmatch(value, text, false) : undefined
    return fits === undefined ? undefined : fits === (how === '=~')
  }
  if ((what === 'uid' || what === 'gid') && /^\d{1,10}$/.test(value)) {
    const [number, bound] = [what === 'uid' ? uid : gid, Number(value)]
    const says: Readonly<Record<string, boolean>> = {
      ...{ eq: number === bound, ne: number !== bound, lt: number < bound, le: number <= bound, gt: number > bound, ge: number >= bound },
      ...{
        '=': number === bound,
        '!=': number !== bound,
        '<': number < bound,
        '<=': number <= bound,
        '>': number > bound,
        '>=': number >= bound,
      },
    }
    return says[how]
  }
  return undefined
}

/**
 * access.conf(5): the first line that fits users and origin decides; without one everybody is let in. From where somebody comes is not known: whoever
 * is let in from anywhere is let in.
 */
function accessSays({ arguments: words }: PamModule, pam: PamAccount, subject: PamSubject): boolean | undefined {
  const file = argument(words, 'accessfile')
  // With a file of its own it reads no other.
  const rules: readonly AccessRule[] | undefined =
    file === undefined
      ? pam.rulesUnread === undefined
        ? pam.rules
        : undefined
      : linesOf(pam, file)?.flatMap((text) => accessRule(text) ?? [])
  if (rules === undefined || words.some((word) => /^(?:fieldsep|listsep)=/.test(word))) return undefined
  let unsure = false
  for (const { allows, users, origins } of rules) {
    const meant = listFits(wordsOf(users), (word) => userFits(word, subject, words.includes('nodefgroup')))
    if (meant === false) continue
    const from = origins.trim().replace(/\s+EXCEPT\s+LOCAL$/i, '')
    // sshd names the address or the name of a host, never a terminal.
    if (wordsOf(from).every((word) => TERMINALS.test(word))) continue
    if (allows && meant === true) return true
    // Whom it refuses from some places only gets in from others.
    if (!allows && meant === true && from.toUpperCase() === 'ALL') return unsure ? undefined : false
    if (allows) unsure = true
  }
  return true
}

const TERMINALS = /^(?:LOCAL|tty\w*|vc\/\d+|pts\/\d+|:\d+|console|crond?)$/i
const wordsOf = (list: string): readonly string[] => list.split(/[,\s]+/).filter(Boolean)

/** `ALL EXCEPT root wheel`: one of the words, and none of those behind EXCEPT, which may be excepted from in turn. */
function listFits(words: readonly string[], fits: (word: string) => boolean | undefined): boolean | undefined {
  const at = words.findIndex((word) => word.toUpperCase() === 'EXCEPT')
  const own = (at < 0 ? words : words.slice(0, at)).map(fits)
  const among = own.includes(true) ? true : own.includes(undefined) ? undefined : false
  if (at < 0 || among === false) return among
  const excepted = listFits(words.slice(at + 1), fits)
  if (excepted === true) return false
  return excepted === undefined ? undefined : among
}

function userFits(word: string, { name, groups }: PamSubject, onlyMarkedGroups: boolean): boolean | undefined {
  if (word.toUpperCase() === 'ALL') return true
  // Netgroups, and names with the host to which somebody comes.
  if (word.includes('@')) return undefined
  const group = /^\((.*)\)$/.exec(word)?.[1]
  if (group !== undefined) return groups.has(group)
  return word.toLowerCase() === name.toLowerCase() || (!onlyMarkedGroups && groups.has(word))
}
