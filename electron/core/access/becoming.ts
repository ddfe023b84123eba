import type { Access, PolkitRule } from '../facts/access/access.ts'
import type { Sudoers, SudoGrant, SudoMember } from '../facts/privileged/privileged.ts'
import type { Unit } from '../facts/units/units.ts'
import type { Citation } from '../policy/control.ts'
import { givesRoot, rootGroups } from '../policy/controls/accounts/root-ways.ts'
import { type FileSystem, type Member, type Right, writes } from './rights.ts'
import { grantLends, grantNames, grantReaches, runAsDefault, type SudoAnswer, type SudoHost, sudoDecision } from './sudo-decision.ts'
import { sudoFiles } from './sudo-files.ts'

/** One way in which an account acts as another, without that one’s help. */
export interface Becoming {
  /** Name of the account it becomes. */
  readonly becomes: string
  /** `group docker`, `sudo ALL`, `writes /etc/systemd/system/vllm.service`. */
  readonly by: string
  readonly condition?: string | undefined
  readonly cite: Citation
}

export interface World {
  readonly members: readonly Member[]
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly root: Member
  readonly host: SudoHost
  readonly sudoers: Sudoers | undefined
  /** Accounts that whoever holds the grant may become. */
  reached(grant: SudoGrant): readonly Member[]
  readonly access: Access | undefined
  readonly units: readonly Unit[]
  readonly files: FileSystem
  /** Accounts whose home somebody else may write: few, and looked for once. */
  readonly looseHomes: readonly Member[]
  /** Of root’s own files those that are not root’s alone. */
  readonly looseFiles: readonly string[]
  /** Commands of which `Defaults!` says something. */
  readonly singled: readonly string[]
  /** Accounts that share a uid, by that. */
  readonly sameUid: ReadonlyMap<number, readonly Member[]>
  /** Groups of this host that are root by another name. */
  readonly rootGroups: readonly { readonly name: string; readonly gid: number }[]
}

const ownPassword = 'asks for its own password'

/** Who or what is in a netgroup the host was not asked. */
const together = (condition: string | undefined, netgroup: string | undefined): string | undefined =>
  [condition, netgroup && `only if netgroup ${netgroup} holds this host`].filter(Boolean).join(', ') || undefined

export function becomings(member: Member, world: World): readonly Becoming[] {
  if (member.uid === 0) return []
  return [
    ...byGroup(member, world),
    ...bySudo(member, world),
    ...bySudoFiles(member, world),
    ...byPolkit(member, world),
    ...byFiles(member, world),
    ...byHomes(member, world),
    // The kernel knows numbers alone.
    ...(world.sameUid.get(member.uid) ?? []).flatMap(({ name, account }): readonly Becoming[] =>
      name === member.name ? [] : [{ becomes: name, by: `uid ${member.uid} as well`, cite: { section: 'accounts', line: account.line } }],
    ),
  ]
}

function byGroup(member: Member, { root }: World): readonly Becoming[] {
  return member.groups.flatMap(({ name, line }): readonly Becoming[] =>
    rootGroups[name] !== undefined && name !== 'shadow'
      ? [{ becomes: root.name, by: `group ${name}`, cite: { section: 'groups', line, token: name } }]
      : [],
  )
}

const DAY_MS = 86_400_000

/** sudo asks PAM whether the account still holds, and refuses one that has expired, whatever its rules say (shadow(5)). */
function hasExpired(member: Member, { access, now }: World): boolean {
  const day = access?.passwords.known ? access.passwords.value.find(({ account }) => account === member.name)?.expiresDay : undefined
  return day !== undefined && day * DAY_MS <= now
}

/** Without a password that fits, sudo that asks for one asks in vain. */
function passwordOf(member: Member, { access }: World): 'usable' | 'none' | 'unknown' {
  if (!access?.passwords.known) return 'unknown'
  const state = access.passwords.value.find(({ account }) => account === member.name)?.state
  // Not in shadow(5): an account of a directory, whose password lies there.
  return state === undefined ? 'unknown' : state === 'locked' ? 'none' : 'usable'
}

/** Commands of a list with aliases spread out, without those that are negated. */
export function* positive({ negated, word, list }: SudoMember, turned = false, budget = { left: 2000 }): Generator<string> {
  if (budget.left-- <= 0) return
  if (list) for (const one of list) yield* positive(one, turned !== negated, budget)
  else if (turned === negated) yield word
}

/** A word that stands for more than one program. */
const WIDE = /^ALL$|\/$|^\S*[*?[^]/

/** A command that the word stands for, to ask whether a later one takes it back. */
function exampleOf(word: string): { readonly path: string; readonly args: readonly string[] } {
  if (word === 'ALL') return { path: '/usr/bin/anything', args: [] }
  const [path = '', ...args] = word.split(' ')
  const plain = (text: string) => text.replace(/\\(.)/g, '$1').replace(/\*/g, 'x')
  return { path: path.endsWith('/') ? `${path}anything` : plain(path), args: args[0] === '""' ? [] : args.map(plain) }
}

/** What a password that sudo asks for means: none, one of its own, or one that it does not know (false). */
function asked(member: Member, world: World, says: Pick<SudoAnswer, 'noPassword' | 'othersPassword'>): string | false | undefined {
  if (says.noPassword) return undefined
  return says.othersPassword || passwordOf(member, world) === 'none' ? false : ownPassword
}

function bySudo(member: Member, world: World): readonly Becoming[] {
  const { sudoers, root, members } = world
  if (!sudoers || hasExpired(member, world)) return []
  const found = new Map<string, Becoming>()
  const fallback = runAsDefault(sudoers, member, world.host)
  for (const grant of sudoers.grants) {
    const named = grantNames(grant, member, world.host)
    if (!named) continue
    const words = [...positive(grant.command)]
    const targets = grantReaches(grant, member, root, fallback)
      ? [root]
      : grant.runAsUsers === undefined && grant.runAsGroups === undefined
        ? members.filter(({ name, uid }) => name === fallback && uid !== member.uid)
        : world.reached(grant).filter(({ uid }) => uid !== member.uid)
    const add = (target: Member, word: string, by: string, says: SudoAnswer | undefined) => {
      const password = asked(member, world, says ?? { noPassword: grant.noPassword === true, othersPassword: sudoers.asksForRoot })
      if (password === false || (says && !says.allowed)) return
      const condition = together(password, named.netgroup)
      const before = found.get(target.name)
      if (before && (before.condition === undefined || condition !== undefined)) return
      found.set(target.name, {
        ...{ becomes: target.name, by, condition },
        cite: { section: 'privileged', line: grant.line, token: word.slice(0, 60) },
      })
    }
    for (const word of words) {
      for (const target of targets.slice(0, 50)) {
        const by = (what: string) => `sudo ${what.slice(0, 60)}${target === root ? '' : ` as ${target.name}`}`
        const says = sudoDecision(sudoers, member, world.host, target, exampleOf(word))
        if (givesRoot(word, says?.noExec ?? grant.noExec)) add(target, word, by(word), says)
        // Settings for single commands, some of which may ask for no password.
        for (const one of WIDE.test(word) ? world.singled : []) {
          const answer = sudoDecision(sudoers, member, world.host, target, exampleOf(one))
          if (answer?.grant === grant && givesRoot(one, answer.noExec)) add(target, word, by(one), answer)
        }
      }
      // With a group that is root by another name, whoever it runs as is of no account.
      const lent = givesRoot(word, grant.noExec) ? world.rootGroups.find((group) => grantLends(grant, group)) : undefined
      if (lent) add(root, word, `sudo -g ${lent.name} ${word.slice(0, 60)}`, undefined)
    }
  }
  return [...found.values()]
}

/** May the account run this through sudo, as root? */
export function sudoAllows(
  member: Member,
  world: World,
  path: string,
  args: readonly string[],
): (SudoAnswer & { readonly condition?: string }) | undefined {
  const says = world.sudoers && sudoDecision(world.sudoers, member, world.host, world.root, { path, args })
  if (!says?.allowed || hasExpired(member, world)) return undefined
  const password = asked(member, world, says)
  if (password === false) return undefined
  const condition = together(password, says.netgroup)
  return { ...says, ...(condition !== undefined && { condition }) }
}

/** Actions of polkit that start any program as root: a unit made up on the spot (systemd-run), a unit file anywhere, pkexec. */
const rootActions = [
  'org.freedesktop.systemd1.manage-units',
  'org.freedesktop.systemd1.manage-unit-files',
  'org.freedesktop.policykit.exec',
]

export const polkitActs = (actions: readonly string[], action: string): boolean =>
  actions.length === 0 || actions.some((one) => (one.endsWith('*') ? action.startsWith(one.slice(0, -1)) : one === action))

function byPolkit(member: Member, world: World): readonly Becoming[] {
  const polkit = world.access?.polkit
  if (!polkit?.known) return []
  const { rules, administrators } = polkit.value
  const yes = rules.flatMap((rule): readonly Becoming[] => {
    // A unit made up on the spot is started without a word of which or what (dbus-manager.c): a rule that asks for either gives none.
    if (
      rule.units.length + rule.verbs.length > 0 ||
      !ruleNames(rule, member) ||
      !rootActions.some((action) => polkitActs(rule.actions, action))
    )
      return []
    return [
      { becomes: world.root.name, by: 'a rule of polkit', condition: conditionOf(rule), cite: { section: 'access', line: rule.line } },
    ]
  })
  const admin = administrators.find(({ group }) => member.groupNames.has(group))
  if (!admin || passwordOf(member, world) === 'none') return yes
  return [
    ...yes,
    {
      becomes: world.root.name,
      by: `group ${admin.group} through polkit`,
      condition: ownPassword,
      cite: { section: 'access', line: admin.line },
    },
  ]
}

/** What is not known of a rule. */
export const conditionOf = ({ understood, maybeUnread }: PolkitRule): string | undefined =>
  maybeUnread ? 'only if this version of polkit reads rules.d' : understood ? undefined : 'only if the other conditions of the rule hold'

/** Neither group nor account named: it holds for everybody. */
export const ruleNames = (
  { users, groups, groupsToo }: Pick<PolkitRule, 'users' | 'groups' | 'groupsToo'>,
  { name, groupNames }: Member,
): boolean =>
  ((users.length === 0 && groups.length === 0) || users.includes(name) || groups.some((group) => groupNames.has(group))) &&
  groupsToo.every((group) => groupNames.has(group))

function byFiles(member: Member, world: World): readonly Becoming[] {
  const { access, files, root, units } = world
  const found: Becoming[] = []
  const add = (becomes: string, right: Right, what: string) => found.push({ becomes, by: `${right.why}${what}`, cite: right.cite })
  for (const path of world.looseFiles) {
    const right = writes(member, path, files)
    // A folder above it is in the list by itself.
    if (right?.entry.path === path && (right.entry.mode & 0o1000) === 0) add(root.name, right, '')
  }
  for (const unit of units) {
    const user = unit.user === '' || unit.user === '0' ? root.name : unit.user
    for (const path of [unit.fragmentPath, ...unit.dropIns].filter(Boolean)) {
      const right = writes(member, path, files)
      if (right) add(root.name, right, `, which leads to ${unit.id}`)
    }
    const right = unit.program === '' ? undefined : writes(member, unit.program, files)
    if (right && user !== member.name) add(user, right, `, which ${unit.id} runs`)
  }
  const judged = new Set(units.map(({ id }) => id))
  for (const { unit, account, path } of access?.unitPrograms?.programs ?? []) {
    const runsAs = account === '0' ? root.name : account
    const right = judged.has(unit) || runsAs === member.name ? undefined : writes(member, path, files)
    if (right) add(runsAs, right, `, which leads to what ${unit} runs`)
  }
  for (const job of access?.cron.known ? access.cron.value : []) {
    if (job.account === member.name) continue
    for (const [program = ''] of job.command.matchAll(/(?<![^\s;&|])\/[A-Za-z0-9_./+-]+/g)) {
      const right = writes(member, program, files)
      if (right) add(job.account, right, `, which cron runs as ${job.account}`)
    }
  }
  return found
}

/** Units, programs and homes that sudo lets it write as root. Root’s own files are in `givesRoot`. */
function bySudoFiles(member: Member, world: World): readonly Becoming[] {
  const writing = sudoFiles(member, world, 'write')
  if (!writing) return []
  const found: Becoming[] = []
  const add = (becomes: string, path: string, what: string) => {
    const file = path === '' || becomes === member.name ? undefined : writing(path)
    if (file)
      found.push({ becomes, by: `${file.by}${what}`, condition: file.condition, cite: { section: 'privileged', line: file.grant.line } })
  }
  const { root } = world
  for (const { id, user, program, fragmentPath, dropIns } of world.units) {
    for (const path of [fragmentPath, ...dropIns]) add(root.name, path, `, which leads to ${id}`)
    add(user === '' || user === '0' ? root.name : user, program, `, which ${id} runs`)
  }
  for (const { name, account } of world.members.slice(0, 500)) add(name, `${account.home}/.ssh/authorized_keys`, `, keys of ${name}`)
  return found
}

/** Whoever writes a home, or the keys in it, is its account at the next login. */
function byHomes(member: Member, world: World): readonly Becoming[] {
  return world.looseHomes.flatMap((other): readonly Becoming[] => {
    const { home } = other.account
    if (other.uid === member.uid) return []
    const right = writes(member, `${home}/.ssh/authorized_keys`, world.files)
    return right?.entry.path.startsWith(home) ? [{ becomes: other.name, by: `${right.why}, home of ${other.name}`, cite: right.cite }] : []
  })
}
