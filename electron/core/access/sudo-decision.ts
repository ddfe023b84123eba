import { fnmatch, globOf } from '../facts/fnmatch.ts'
import { oncePer } from '../facts/once-per.ts'
import type { NameRules, Sudoers, SudoGrant, SudoMember } from '../facts/privileged/privileged.ts'
import { isExpression, sudoExpression } from '../facts/privileged/sudo-expression.ts'
import { type SudoSettings, sudoSettings } from './sudo-defaults.ts'

/** An account as sudo sees it. */
export interface SudoAccount {
  readonly name: string
  readonly uid: number
  /** `twin`: another group with the same gid stands before it, and the gid is known by the name of that one. */
  readonly groups: readonly { readonly name: string; readonly gid: number; readonly twin?: true }[]
}

/** Names and addresses of this host, its own name first. One by which /etc/hosts may make it known to sudo stands behind a `~`. */
export type SudoHost = readonly string[]

/** A command that somebody would run by sudo or doas. */
export interface SudoCommand {
  /** Absolute, or `sudoedit`. */
  readonly path: string
  readonly args: readonly string[]
}

/** The rule that decides about a command (the last that fits, sudoers(5)), and what whoever calls can make of what it starts. */
export interface SudoAnswer {
  readonly allowed: boolean
  readonly grant: SudoGrant
  readonly noPassword: boolean
  /** It asks for the password of somebody else: root, or whom it runs as. */
  readonly othersPassword: boolean
  /** What it starts may start nothing else. */
  readonly noExec: boolean
  /** Libraries of one’s own may be loaded into what it starts. */
  readonly loadsCode: boolean
  /** Variables of whoever calls reach what it starts, which may do as they say: `PATH`, `PYTHONPATH`, `PAGER`. */
  readonly heedsCaller: boolean
  readonly editsAnywhere: boolean
  /** The root directory in which it runs: `*` is one that the caller names. */
  readonly chroot?: string | undefined
  /** What has to be true of this host, which was not asked: a netgroup, another name. */
  readonly onlyIf?: string | undefined
}

/** What a list says of a name. `unsaid`: a netgroup decides, or a name of the host that others give it, and that was not asked. */
type Says = boolean | 'unsaid' | undefined

/** Words of lists that are looked at for one question. Lists of lists can be made to grow without end. */
const MAX_STEPS = 100_000

interface Budget {
  left: number
}

/**
 * What sudo says when `account` asks to run the command as `runAs` on this host: the last grant that fits (sudoers(5)). Undefined when none fits, and
 * then sudo refuses. Where it is not known whether this host is meant, a grant may allow, and takes nothing back.
 */
export function sudoDecision(
  sudoers: Pick<Sudoers, 'grants' | 'defaults'>,
  account: SudoAccount,
  host: SudoHost,
  runAs: SudoAccount,
  command: SudoCommand,
): SudoAnswer | undefined {
  const budget = { left: MAX_STEPS }
  const settings = settingsOf(sudoers, account, host, runAs, command)
  const named = grantsNaming(sudoers.grants, account, host)
  for (let at = named.length - 1; at >= 0; at--) {
    const { grant, onlyIf } = named[at] as NamingGrant
    if (!reaches(grant, account, runAs, settings.runAs, budget)) continue
    const allowed = fits([grant.command], (member) => commandFits(member, command), budget) as boolean | undefined
    if (allowed === undefined || (!allowed && (onlyIf !== undefined || grant.timed))) continue
    const exempt = settings.exempt !== undefined && account.groups.some(({ name }) => name === settings.exempt)
    const noPassword = exempt || (grant.noPassword ?? !settings.asks)
    return {
      ...{ allowed, grant, noPassword, othersPassword: settings.othersPassword, onlyIf },
      noExec: grant.noExec ?? settings.noExec,
      loadsCode: (grant.setEnv ?? settings.setsAny) || settings.setsLoader,
      editsAnywhere: settings.editsAnywhere,
      chroot: grant.chroot ?? settings.chroot,
      heedsCaller: grant.callersVariables === true || settings.heedsCaller || (settings.securesPath && exempt),
    }
  }
  return undefined
}

/** A grant that names an account on a host, and what has to be true of the host where that decides it. */
export interface NamingGrant {
  readonly grant: SudoGrant
  readonly onlyIf?: string | undefined
}

const grantsOf = oncePer((grants: readonly SudoGrant[]) =>
  oncePer((host: SudoHost) =>
    oncePer((account: SudoAccount) =>
      grants.flatMap((grant): readonly NamingGrant[] => {
        const budget = { left: MAX_STEPS }
        const here = namesAccount(grant.users, account, budget, grant) && saysHost(grant.hosts, host, budget, grant)
        if (here === 'unsaid') return [{ grant, onlyIf: unsaidOf(grant.hosts, host) }]
        return here ? [{ grant }] : []
      }),
    ),
  ),
)

/** Grants that name the account on this host, in their order: the same for each of the hundreds of commands that are asked of one account. */
export const grantsNaming = (grants: readonly SudoGrant[], account: SudoAccount, host: SudoHost): readonly NamingGrant[] =>
  grantsOf(grants)(host)(account)

/** Whom a list of accounts names that speaks of none of them by name: `unsaid` where a netgroup decides. */
export const saysStranger = (list: readonly SudoMember[]): Says => saysAccount(list, { name: '', uid: -1, groups: [] }, { left: MAX_STEPS })

/** The first netgroup of a list. */
export function netgroupIn(list: readonly SudoMember[], budget: Budget = { left: MAX_STEPS }): string | undefined {
  for (const { word, list: own } of list) {
    if (budget.left-- <= 0) return undefined
    const found = own ? netgroupIn(own, budget) : word.startsWith('+') ? word : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function settingsOf(
  sudoers: Pick<Sudoers, 'defaults'>,
  account: SudoAccount,
  host: SudoHost,
  runAs: SudoAccount,
  command: SudoCommand,
): SudoSettings {
  const budget = { left: MAX_STEPS }
  return sudoSettings(sudoers, ({ scope, of = [], ...names }) => {
    if (scope === ':') return namesAccount(of, account, budget, names)
    if (scope === '@') return saysHost(of, host, budget, names) === true
    return scope === '>' ? namesAccount(of, runAs, budget, names) : fits(of, (member) => commandFits(member, command), budget) === true
  })
}

/** Who is meant where a rule names nobody to run as (`runas_default`). */
export const runAsDefault = (sudoers: Pick<Sudoers, 'defaults'>, account: SudoAccount, host: SudoHost): string =>
  sudoers.defaults.length === 0 ? 'root' : settingsOf(sudoers, account, host, account, { path: '', args: [] }).runAs

/** Does the grant lend this group (`sudo -g`)? */
export const grantLends = (
  { runAsGroups, exactGroups }: SudoGrant,
  { name, gid }: { readonly name: string; readonly gid: number },
): boolean =>
  runAsGroups !== undefined &&
  fits(runAsGroups, ({ word }) => sameName(word, name, exactGroups) || word === `#${gid}`, { left: MAX_STEPS }) === true

/** May the grant be used to become this account? `fallback`: who is meant where it names nobody. */
export const grantReaches = (grant: SudoGrant, account: SudoAccount, runAs: SudoAccount, fallback = 'root'): boolean =>
  reaches(grant, account, runAs, fallback, { left: MAX_STEPS })

function reaches(grant: SudoGrant, account: SudoAccount, runAs: SudoAccount, fallback: string, budget: Budget): boolean {
  if (grant.runAsUsers === undefined && grant.runAsGroups === undefined)
    return fallback === 'root' ? runAs.uid === 0 : fallback === runAs.name || fallback === `#${runAs.uid}`
  // `(:ops)` lends a group, and no account may be named with it; `()` runs as the account itself.
  if (grant.runAsUsers === undefined || grant.runAsUsers.length === 0) return grant.runAsGroups === undefined && runAs.uid === account.uid
  return namesAccount(grant.runAsUsers, runAs, budget, grant)
}

/** The last member that fits decides; undefined when none does. Lists within lists answer as a whole. */
function fits(list: readonly SudoMember[], is: (member: SudoMember) => Says, budget: Budget): Says {
  // What a netgroup behind would say: it settles nothing where the rest of the list says the same.
  let open: Says
  for (let at = list.length - 1; at >= 0; at--) {
    if (budget.left-- <= 0) return undefined
    const member = list[at] as SudoMember
    const says = member.list ? fits(member.list, is, budget) : member.word === 'ALL' ? true : is(member) || undefined
    if (says === 'unsaid') {
      const could = member.list ? 'unsaid' : !member.negated
      open = open === undefined || open === could ? could : 'unsaid'
    } else if (says !== undefined) {
      const found = says !== member.negated
      return open === undefined || open === found ? found : 'unsaid'
    }
  }
  return open === undefined ? undefined : 'unsaid'
}

/** The capitals of a name make no difference to sudo, unless it is told so (match.c: userpw_matches, group_matches). */
const sameName = (word: string, name: string, exact: true | undefined): boolean =>
  word === name || (exact === undefined && word.length === name.length && word.toLowerCase() === name.toLowerCase())

const saysAccount = (list: readonly SudoMember[], { name, uid, groups }: SudoAccount, budget: Budget, how: NameRules = {}): Says =>
  fits(
    list,
    ({ word }) => {
      if (word.startsWith('+')) return 'unsaid'
      if (word.startsWith('%#')) return groups.some(({ gid }) => word === `%#${gid}`)
      if (word.startsWith('%')) return groups.some((group) => !group.twin && sameName(word.slice(1), group.name, how.exactGroups))
      return word.startsWith('#') ? uid >= 0 && word === `#${uid}` : sameName(word, name, how.exactUsers)
    },
    budget,
  )

const namesAccount = (list: readonly SudoMember[], account: SudoAccount, budget: Budget, how: NameRules): boolean =>
  saysAccount(list, account, budget, how) === true

const saysHost = (list: readonly SudoMember[], host: SudoHost, budget: Budget, { exactHosts }: NameRules): Says =>
  fits(
    list,
    ({ word }) => {
      if (word.startsWith('+')) return 'unsaid'
      if (host.some((own) => !own.startsWith('~') && hostFits(word.toLowerCase(), own.toLowerCase()))) return true
      return !exactHosts && isOtherName(word.toLowerCase(), host) ? 'unsaid' : undefined
    },
    budget,
  )

/**
 * The name of this host with a domain, that of the loopback, or `other` of `127.0.1.1 other.example gpu1`: sudo takes the first name of the first line of /etc/hosts that
 * names the host (tried with 1.9.13).
 */
const isOtherName = (word: string, host: SudoHost): boolean => {
  const [own = ''] = host
  const [label = '', ...domain] = word.split('.')
  return (
    word === 'localhost' ||
    host.some((other) => other.startsWith('~') && hostFits(word, other.slice(1).toLowerCase())) ||
    (domain.length > 0 && /[a-z]/.test(word) && fnmatch(label, own.toLowerCase().split('.')[0] ?? '', false) === true)
  )
}

/** What a list of hosts hangs on of which it is not known whether it names this one. */
function unsaidOf(list: readonly SudoMember[], host: SudoHost): string {
  const netgroup = netgroupIn(list)
  if (netgroup !== undefined) return `netgroup ${netgroup} holds this host`
  return `sudo knows this host as ${otherNameIn(list, host, { left: MAX_STEPS }) ?? 'one of many names'}`
}

function otherNameIn(list: readonly SudoMember[], host: SudoHost, budget: Budget): string | undefined {
  for (const { word, list: own } of list) {
    if (budget.left-- <= 0) return undefined
    const found = own ? otherNameIn(own, host, budget) : isOtherName(word.toLowerCase(), host) ? word : undefined
    if (found !== undefined) return found
  }
  return undefined
}

function hostFits(word: string, own: string): boolean {
  const [, network, mask = ''] = /^(\d+(?:\.\d+){3})\/(\d{1,2}|\d+(?:\.\d+){3})$/.exec(word) ?? []
  if (network && /^[\d.]+$/.test(own)) {
    // `/24` or `/255.255.255.0`. A shift by 32 is one by none.
    const bits = mask.includes('.') ? number(mask) : mask === '0' ? 0 : (-1 << (32 - Math.min(32, Number(mask)))) >>> 0
    return (number(network) & bits) >>> 0 === (number(own) & bits) >>> 0
  }
  return fnmatch(word, own, false) === true || (!own.includes('.') ? false : fnmatch(word, own.split('.')[0] ?? '', false) === true)
}

const number = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) >>> 0

/**
 * sudo holds a program against the file that a rule names, by whatever way: `/usr/bin/../bin/id`, and `/bin` where that is `/usr/bin` (match_command.c).
 * Most have another name, which is told at once.
 */
const samePath = (pattern: string, path: string): boolean =>
  pattern === path || (pattern.startsWith('/') && lastPart(pattern) === lastPart(path) && plainPath(pattern) === plainPath(path))
const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
function plainPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`.replace(/^\/(s?bin|lib)\//, '/usr/$1/')
}

/** Program and arguments of a rule, taken apart once for the thousands of commands that are held against it. */
const readCommand = oncePer(({ word }: SudoMember) => {
  const blank = word.indexOf(' ')
  const pattern = blank < 0 ? word : word.slice(0, blank)
  return { names: pathTest(pattern), takes: argumentsTest(blank < 0 ? undefined : word.slice(blank + 1), pattern === 'sudoedit') }
})

/** A directory stands for every program in it. */
function pathTest(pattern: string): (path: string) => boolean {
  if (isExpression(pattern)) {
    const expression = sudoExpression(pattern)
    return (path) => expression?.test(path) === true
  }
  if (pattern.endsWith('/')) return (path) => path.startsWith(pattern) && !path.slice(pattern.length).includes('/')
  const glob = globOf(pattern, true)
  return (path) => samePath(pattern, path) || glob(path) === true
}

/** Without arguments any are allowed, `""` allows none. */
function argumentsTest(words: string | undefined, edits: boolean): (args: readonly string[]) => boolean {
  if (words === undefined) return () => true
  if (words === '""') return (args) => args.length === 0
  if (isExpression(words)) {
    const expression = sudoExpression(words)
    return (args) => expression?.test(args.join(' ')) === true
  }
  const glob = globOf(words, edits)
  return (args) => glob(args.join(' ')) === true
}

function commandFits(member: SudoMember, { path, args }: SudoCommand): boolean {
  const { names, takes } = readCommand(member)
  return names(path) && takes(args)
}
