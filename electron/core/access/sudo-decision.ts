import type { Sudoers, SudoGrant, SudoMember } from '../facts/privileged/privileged.ts'
import { fnmatch } from './fnmatch.ts'

/** An account as sudo sees it. */
export interface SudoAccount {
  readonly name: string
  readonly uid: number
  readonly groups: readonly { readonly name: string; readonly gid: number }[]
}

/** Names and addresses of this host. */
export type SudoHost = readonly string[]

export interface SudoCommand {
  /** Absolute, or `sudoedit`. */
  readonly path: string
  readonly args: readonly string[]
}

export interface SudoAnswer {
  readonly allowed: boolean
  readonly grant: SudoGrant
  readonly noPassword: boolean
}

/** Words of lists that are looked at for one question. Lists of lists can be made to grow without end. */
const MAX_STEPS = 100_000

interface Budget {
  left: number
}

/**
 * What sudo says when `account` asks to run the command as `runAs` on this host: the last grant that fits (sudoers(5)). Undefined when none fits, and
 * then sudo refuses.
 */
export function sudoDecision(
  sudoers: Pick<Sudoers, 'grants' | 'defaults'>,
  account: SudoAccount,
  host: SudoHost,
  runAs: SudoAccount,
  command: SudoCommand,
): SudoAnswer | undefined {
  const budget = { left: MAX_STEPS }
  for (const grant of sudoers.grants.toReversed()) {
    if (!namesAccount(grant.users, account, budget) || !namesHost(grant.hosts, host, budget)) continue
    if (!reaches(grant, account, runAs, budget)) continue
    const says = fits([grant.command], (word) => commandFits(word, command), budget)
    if (says !== undefined) return { allowed: says, grant, noPassword: asksNothing(sudoers, grant, account) }
  }
  return undefined
}

/** Does a grant name this account, on this host? */
export const grantNames = (grant: SudoGrant, account: SudoAccount, host: SudoHost): boolean => {
  const budget = { left: MAX_STEPS }
  return namesAccount(grant.users, account, budget) && namesHost(grant.hosts, host, budget)
}

/** Is a grant’s command run without asking for a password? Root is never asked. */
export function asksNothing({ defaults }: Pick<Sudoers, 'defaults'>, grant: SudoGrant, account: SudoAccount): boolean {
  if (grant.noPassword !== undefined) return grant.noPassword
  let asks = true
  for (const { scope, users, settings } of defaults) {
    const holds = scope === undefined || (scope === ':' && namesAccount(users ?? [], account, { left: MAX_STEPS }))
    if (holds && settings.includes('!authenticate')) asks = false
    if (holds && settings.includes('authenticate')) asks = true
  }
  return !asks
}

/** May the grant be used to become this account? */
export const grantReaches = (grant: SudoGrant, account: SudoAccount, runAs: SudoAccount): boolean =>
  reaches(grant, account, runAs, { left: MAX_STEPS })

function reaches(grant: SudoGrant, account: SudoAccount, runAs: SudoAccount, budget: Budget): boolean {
  if (grant.runAsUsers === undefined && grant.runAsGroups === undefined) return runAs.uid === 0
  // `(:ops)` lends a group, and no account may be named with it; `()` runs as the account itself.
  if (grant.runAsUsers === undefined || grant.runAsUsers.length === 0) return grant.runAsGroups === undefined && runAs.uid === account.uid
  return namesAccount(grant.runAsUsers, runAs, budget)
}

/** The last member that fits decides; undefined when none does. Lists within lists answer as a whole. */
function fits(list: readonly SudoMember[], is: (word: string) => boolean, budget: Budget): boolean | undefined {
  for (let at = list.length - 1; at >= 0; at--) {
    if (budget.left-- <= 0) return undefined
    const member = list[at] as SudoMember
    const says = member.list ? fits(member.list, is, budget) : member.word === 'ALL' || is(member.word) ? true : undefined
    if (says !== undefined) return member.negated ? !says : says
  }
  return undefined
}

const namesAccount = (list: readonly SudoMember[], { name, uid, groups }: SudoAccount, budget: Budget): boolean =>
  fits(
    list,
    (word) => {
      if (word.startsWith('%#')) return groups.some(({ gid }) => word === `%#${gid}`)
      if (word.startsWith('%')) return groups.some((group) => word === `%${group.name}`)
      return word.startsWith('#') ? word === `#${uid}` : word === name
    },
    budget,
  ) === true

/** A netgroup of hosts cannot be looked up, so it is taken to hold this one. */
const namesHost = (list: readonly SudoMember[], host: SudoHost, budget: Budget): boolean =>
  fits(list, (word) => word.startsWith('+') || host.some((own) => hostFits(word.toLowerCase(), own.toLowerCase())), budget) === true

function hostFits(word: string, own: string): boolean {
  const network = /^([\d.]+)\/(\d{1,2})$/.exec(word)
  if (network?.[1] && /^[\d.]+$/.test(own)) {
    const bits = Number(network[2])
    const [a, b] = [number(network[1]), number(own)]
    return bits <= 32 && (bits === 0 || a >>> (32 - bits) === b >>> (32 - bits))
  }
  return fnmatch(word, own, false) === true || (!own.includes('.') ? false : fnmatch(word, own.split('.')[0] ?? '', false) === true)
}

const number = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) >>> 0

/** A directory stands for every program in it; without arguments any are allowed, `""` allows none. */
function commandFits(word: string, { path, args }: SudoCommand): boolean {
  const blank = word.indexOf(' ')
  const pattern = blank < 0 ? word : word.slice(0, blank)
  const words = blank < 0 ? undefined : word.slice(blank + 1)
  if (pattern.endsWith('/')) return path.startsWith(pattern) && !path.slice(pattern.length).includes('/')
  if (pattern !== path && fnmatch(pattern, path, true) !== true) return false
  if (words === undefined) return true
  if (words === '""') return args.length === 0
  return fnmatch(words, args.join(' '), pattern === 'sudoedit') === true
}
