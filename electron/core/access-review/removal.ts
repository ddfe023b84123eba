import type { AccountKind } from '#shared/account-kind.ts'
import { DAY_MS } from '#shared/day.ts'
import { type AccountAccess, type Holding, type HostAccess, tierNames } from '#shared/model/access.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { AccessFacts } from '../access/access-facts.ts'
import { isSearched, linkTo } from '../access/key-places.ts'
import { loginsOf } from '../access/logins.ts'
import { type Member, membersOf } from '../access/rights.ts'
import { ownAccounts } from '../access/tiers.ts'
import type { SudoMember } from '../facts/privileged/privileged.ts'
import { kinds } from '../push/templates/kinds.ts'
import type { Principal } from './access-overview.ts'

export interface RemovalStep {
  /** What it does, as a sentence. */
  readonly what: string
  /** Words of one command that root runs; absent where a person must do it. */
  readonly argv?: readonly string[]
  /** It is run only where this command succeeds, so that all of it can be run again. */
  readonly onlyIf?: readonly string[]
  /** The push of `removal-push.ts` does it: the parameter of its template, and a value of it. */
  readonly pushed?: { readonly as: 'accounts' | 'passwordFiles' | 'sudoFiles' | 'lingering'; readonly value: string }
}

/** What closes one account on one host, in the order in which it is done. */
export interface Removal {
  readonly host: string
  readonly account: string
  readonly kind: AccountKind
  /** Why nothing is written down to be run; then there are only steps for a person. */
  readonly refused?: string
  /** The newest audit has no such account any more. */
  readonly gone?: true
  readonly steps: readonly RemovalStep[]
}

/** useradd(8) of Debian takes these, and no shell, glob or regular expression sees more in them than the name. */
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_.@-]{0,63}$/
/** Nothing in it could end a line or hide what is meant. */
const PLAIN_PATH = /^\/[A-Za-z0-9_.@+/-]{1,400}$/

/**
 * What closes these accounts of a host: the account itself first, so that no key, password, job or rule lets it in any more (shadow(5): from its day on
 * the account is disabled), then what it leaves behind. `date`: `2026-11-26`, what files put aside end in. What the newest audit no longer finds is not
 * proposed again; what it could not look for stays, as a step for a person. Nothing is proposed that would lock everybody or Gatehouse out, or stop a service.
 */
export function removalsOf(
  facts: AccessFacts,
  access: HostAccess,
  { fleet, host, who, date }: { readonly fleet: Fleet; readonly host: Host; readonly who: readonly Principal[]; readonly date: string },
): readonly Removal[] {
  const members = new Map(membersOf(facts.accounts).map((it) => [it.name, it]))
  const roots = access.accounts.filter(({ kind, login, holdings }) => kind === 'account' && login === 'yes' && holdings.some(isRoot))
  const names = who.flatMap(({ account, kind }) => (kind === 'account' ? account : []))
  const kept = access.accounts.filter(
    (one) => one.kind === 'web' && !who.some(({ account, kind }) => kind === 'web' && account === one.name),
  )
  const isLast = (name: string) => roots.some((root) => root.name === name) && roots.every((root) => names.includes(root.name))
  return who.map(({ account: name, kind }): Removal => {
    const found = access.accounts.filter((account) => account.name === name && account.kind === kind)
    // A tier names whoever is called so: it does as long as one of them stays.
    const left = access.accounts.every((one) => one.name !== name || who.some((it) => it.account === name && it.kind === one.kind))
    const fleetFile = left ? leftovers(fleet, name) : []
    const refuse = (refused: string): Removal => ({ host: host.name, account: name, kind, refused, steps: fleetFile })
    if (found.length === 0) return { ...refuse('The newest audit does not have it.'), gone: true }
    if (kind === 'idp') return refuse('It gets in by the identity provider: it is closed there, or in oauth2-proxy.')
    if (kind === 'key') return refuse('It is a key: it ends when the engine gets another one.')
    if (!PLAIN_NAME.test(name)) return refuse('Its name has signs that are not put into a command.')
    const member = kind === 'account' ? members.get(name) : undefined
    const refused = member && reasonAgainst(member, facts, ownAccounts(fleet, host), isLast(name))
    if (refused !== undefined) return refuse(refused)
    const web =
      kind === 'web' ? found.flatMap((one) => webSteps(one, names.includes(name) && members.has(name), keptFiles(kept, names))) : []
    const closing = member ? [...accountSteps(member, facts, date), ...keySteps(member, facts, date), ...jobSteps(member, facts)] : []
    const rights = member ? [...groupSteps(member, found, facts), ...sudoSteps(member, facts, date)] : []
    return { host: host.name, account: name, kind, steps: [...closing, ...rights, ...web, ...fleetFile] }
  })
}

const isRoot = ({ capability }: Holding): boolean => capability === 'become-root'

function reasonAgainst(member: Member, facts: AccessFacts, own: readonly string[], isLast: boolean): string | undefined {
  const { name, uid } = member
  if (uid === 0) return 'It is root.'
  if (own.includes(name)) return 'Gatehouse itself logs in as it.'
  const service = (facts.services.known ? facts.services.value : []).find(({ user }) => user === name)
  if (service) return `${service.unit ?? service.id} runs as it; what logs in as it must be taken away by hand.`
  const unit = (facts.units.known ? facts.units.value : []).find((one) => one.user === name && one.activeState === 'active')
  if (unit) return `${unit.id} runs as it; what logs in as it must be taken away by hand.`
  const passwords = facts.access.known && facts.access.value.passwords.known ? facts.access.value.passwords.value : undefined
  if (passwords === undefined) return 'Whether it is an account of this host or of a directory was not read.'
  if (!passwords.some(({ account }) => account === name)) return 'It comes from a directory: it is closed there, for every host at once.'
  if (isLast) return 'Nobody would be left who gets in and can become root.'
  return undefined
}

const asideOf = (file: string, date: string) => ({
  argv: ['mv', '-f', '--', file, `${file}.removed-${date}`],
  onlyIf: ['test', '-e', file],
})

function accountSteps({ name, uid }: Member, { access, processes }: AccessFacts, date: string): RemovalStep[] {
  const passwords = access.known && access.value.passwords.known ? access.value.passwords.value : []
  const isShut = passwords.some(
    ({ account, state, expiresDay }) =>
      account === name && state === 'locked' && expiresDay !== undefined && expiresDay * DAY_MS <= Date.parse(date),
  )
  const isIdle = processes.known && !processes.value.some((one) => one.uid === uid || one.uid < 0)
  return [
    ...(isShut
      ? []
      : [
          {
            what: 'Close the account: no key, password, job or sudo rule of it works any more.',
            argv: ['usermod', '--lock', '--expiredate', '1', name],
            pushed: { as: 'accounts', value: name } as const,
          },
        ]),
    ...(isIdle ? [] : [{ what: 'End what still runs as it.', argv: ['pkill', '-KILL', '-U', name], onlyIf: ['pgrep', '-U', name] }]),
  ]
}

function keySteps(member: Member, facts: AccessFacts, date: string): RemovalStep[] {
  const access = facts.access.known ? facts.access.value : undefined
  const { keys } = loginsOf(member, access, facts.sshd, 0)
  const { home } = member.account
  // What a home holds that was not looked into is not gone.
  const unread =
    !access?.keys.known || !isSearched(home) || linkTo(home, access)
      ? [{ what: `Whether keys are left in ${home.slice(0, 80)} was not read: look there.` }]
      : []
  const found = [...new Set(keys.map(({ file }) => file))].map((file) => {
    const all = keys.filter((key) => key.file === file).length
    const what = `Put its ${all === 1 ? 'key aside, so that it does' : `${all} keys aside, so that they do`} not work again when the account does.`
    return PLAIN_PATH.test(file)
      ? { what, ...asideOf(file, date) }
      : { what: `${what} Their file has a name that is not put into a command.` }
  })
  return [...found, ...unread]
}

function jobSteps({ name, uid }: Member, facts: AccessFacts): RemovalStep[] {
  const access = facts.access.known ? facts.access.value : undefined
  const jobs = (access?.cron.known ? access.cron.value : []).filter(({ account }) => account === name)
  const own = jobs.some(({ file }) => file.startsWith('/var/spool/'))
  const others = [...new Set(jobs.flatMap(({ file }) => (file.startsWith('/var/spool/') ? [] : file)))]
  return [
    ...(access?.cron.known ? [] : [{ what: 'Whether it has jobs of cron was not read: crontab -l -u with its name tells.' }]),
    ...(own
      ? [
          {
            what: 'Remove its jobs of cron; their lines are in the evidence.',
            argv: ['crontab', '-u', name, '-r'],
            onlyIf: ['crontab', '-u', name, '-l'],
          },
        ]
      : []),
    ...(access?.cron.known && access.cron.value.some((job) => job.uid === uid)
      ? [{ what: 'Remove its jobs of at: atq shows root all of them with their accounts, and atrm takes one by its number.' }]
      : []),
    ...(access?.lingering.some(({ account }) => account === name)
      ? [
          {
            what: 'Its services no longer start without a login.',
            argv: ['loginctl', 'disable-linger', name],
            // A path of a template holds no @.
            ...(!name.includes('@') && { pushed: { as: 'lingering', value: `/var/lib/systemd/linger/${name}` } as const }),
          },
        ]
      : []),
    ...others.map((place) => ({ what: `A job that runs as it stands in ${place}: give it to another account, or take it out.` })),
  ]
}

/** Groups through which it holds something, by themselves or by a rule of sudo. Its primary group stays: nothing owns files without one. */
function groupSteps(member: Member, found: readonly AccountAccess[], facts: AccessFacts): RemovalStep[] {
  const ways = new Set(found.flatMap(({ holdings }) => holdings.flatMap(({ path }) => path)))
  const ruled = new Set((facts.sudoers.known ? facts.sudoers.value.grants : []).flatMap(({ users }) => namesIn(users)))
  return member.groups
    .filter(({ name, gid }) => gid !== member.account.gid && (ways.has(`group ${name}`) || ruled.has(`%${name}`)) && PLAIN_NAME.test(name))
    .map(({ name }) => ({
      what: `Take it out of ${name}, which gives it rights.`,
      argv: ['gpasswd', '--delete', member.name, name],
      onlyIf: ['sh', '-c', 'id -nG "$1" | tr " " "\\n" | grep -qxF "$2"', 'sh', member.name, name],
      pushed: { as: 'accounts', value: member.name },
    }))
}

/** Words of a list in sudoers(5), aliases spread out. */
const namesIn = (members: readonly SudoMember[]): readonly string[] => members.flatMap(({ word, list }) => (list ? namesIn(list) : [word]))

/** Capitals make no difference to sudo. */
const isNamed = (word: string, name: string): boolean => word.toLowerCase() === name.toLowerCase()

/** A drop-in about nobody else is put aside: sudo reads no file of /etc/sudoers.d with a dot in its name (sudoers(5)). */
function sudoSteps({ name }: Member, facts: AccessFacts, date: string): RemovalStep[] {
  const grants = facts.sudoers.known ? facts.sudoers.value.grants : []
  const files = [...new Set(grants.filter(({ users }) => namesIn(users).some((word) => isNamed(word, name))).map(({ file }) => file))]
  const steps = files.map((file): RemovalStep => {
    const inFile = grants.filter((grant) => grant.file === file)
    const alone = inFile.every(({ users }) => users.length === 1 && users[0] && isNamed(users[0].word, name) && users[0].list === undefined)
    return alone && /^\/etc\/sudoers\.d\/[A-Za-z0-9_-]+$/.test(file)
      ? { what: `${file} speaks of nobody else: put it aside.`, ...asideOf(file, date), pushed: { as: 'sudoFiles', value: file } }
      : { what: `Take it out of ${file} with visudo -f.` }
  })
  return steps.some(({ argv }) => argv) ? [...steps, { what: 'sudo reads all that is left.', argv: ['visudo', '-c', '-q'] }] : steps
}

/** `name ada in /etc/nginx/htpasswd`: what the way of a name in a password file says. */
const passwordFile = (name: string, path: Holding['path']): string => path[0]?.slice(`name ${name} in `.length) ?? ''

/** Where names stay that are called like an account that is closed: the push would take the lines of all of them out of each file. */
const keptFiles = (kept: readonly AccountAccess[], closed: readonly string[]): ReadonlySet<string> =>
  new Set(kept.flatMap(({ name, holdings }) => (closed.includes(name) ? holdings.map(({ path }) => passwordFile(name, path)) : [])))

function webSteps({ name, holdings }: AccountAccess, hasAccount: boolean, kept: ReadonlySet<string>): RemovalStep[] {
  return holdings.flatMap(({ path }) => {
    const file = passwordFile(name, path)
    const what = 'Take its line out of the password file of the proxy.'
    if (!PLAIN_PATH.test(file)) return [{ what }]
    const argv = ['sed', '-i', '-e', `/^${name.replaceAll('.', '\\.')}:/d`, file]
    // What proves the push is that an account of the host has expired: a name of the proxy alone is none.
    const pushed = hasAccount && !kept.has(file) && kinds['login-files'].path.test(file) && ({ as: 'passwordFiles', value: file } as const)
    return [{ what, argv, ...(pushed && { pushed }) }]
  })
}

function leftovers({ access }: Fleet, name: string): RemovalStep[] {
  const tier = tierNames.find((one) => access?.tiers[one].accounts.includes(name))
  return tier === undefined
    ? []
    : [{ what: `In the fleet file: take it out of tier ${tier}, and name it under access.left, so that it is noticed when it comes back.` }]
}
