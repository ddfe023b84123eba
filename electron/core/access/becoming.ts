import type { PolkitRule } from '../facts/access/access.ts'
import { BY_PKEXEC, DEFAULTS } from '../facts/access/polkit-actions.ts'
import { fnmatch } from '../facts/fnmatch.ts'
import { isStarter } from './escapes.ts'
import { byInherited } from './inherited.ts'
import { readByProxy } from './proxy-settings.ts'
import { lends, obeys } from './raised.ts'
import { refusalOf } from './refusals.ts'
import { type Member, type Right, reads, runs, writes } from './rights.ts'
import { rootGroups } from './root-ways.ts'
import { openersOf, sudoFiles } from './sudo-files.ts'
import { bySudo, citeOf, hasExpired, ownPassword, passwordOf } from './sudo-ways.ts'
import { unitLoan } from './unit-loans.ts'
import type { Becoming, World } from './world-model.ts'

/** By what groups, rules and files give it. */
export function becomings(member: Member, world: World): readonly Becoming[] {
  if (member.uid === 0) return []
  return [
    ...byGroup(member, world),
    ...bySudo(member, world),
    ...bySudoFiles(member, world),
    ...(member.lent ? [] : [...byPolkit(member, world), ...bySu(member, world)]),
    ...byPrograms(member, world),
    ...byInherited(member, world),
    ...byFiles(member, world),
    ...byHomes(member, world),
    ...(world.joined.get(member.name) ?? []).map(
      ({ id, by, condition, cite }): Becoming => ({ becomes: id, joins: true, by, condition, cite }),
    ),
    // The kernel knows numbers alone.
    ...(world.sameUid.get(member.uid) ?? []).flatMap(({ name, account }): readonly Becoming[] =>
      name === member.name ? [] : [{ becomes: name, by: `uid ${member.uid} as well`, cite: { section: 'accounts', line: account.line } }],
    ),
  ]
}

/** Over programs that ask nobody who he is: whoever runs anything on the host reaches its loopback. */
export const becomingsOverLoopback = (member: Member, { runners }: World): readonly Becoming[] =>
  member.uid === 0 ? [] : runners.flatMap(({ user, by, cite }) => (user === member.name ? [] : { becomes: user, by, cite }))

function byGroup(member: Member, { root }: World): readonly Becoming[] {
  return member.groups.flatMap(({ name, line }): readonly Becoming[] =>
    rootGroups[name] !== undefined && name !== 'shadow'
      ? [{ becomes: root.name, by: `group ${name}`, cite: { section: 'groups', line, token: name } }]
      : [],
  )
}

/**
 * Actions of polkit that lead to any program as root: a unit made up on the spot (systemd-run), a unit file anywhere, variables of all services, pkexec, a
 * shell of the host (machinectl), packages of one's own, a machine with the host's disks, any disk as it lies, fstab, an account that administers,
 * any file (gvfs).
 */
const rootActions = [
  ...['org.freedesktop.systemd1.manage-units', 'org.freedesktop.systemd1.manage-unit-files', 'org.freedesktop.systemd1.set-environment'],
  ...['org.freedesktop.policykit.exec', 'org.freedesktop.machine1.host-shell', 'org.freedesktop.portable1.attach-images'],
  ...['org.freedesktop.packagekit.package-install-untrusted', 'org.debian.apt.install-file', 'io.snapcraft.snapd.manage'],
  ...['org.libvirt.unix.manage', 'org.freedesktop.udisks2.open-device-system', 'org.freedesktop.udisks2.modify-system-configuration'],
  ...['org.freedesktop.accounts.user-administration', 'org.gtk.vfs.file-operations'],
] as const

/** Of these programs other actions lead no further than their names say. What an action of anybody else starts is its own affair (`pkexec`, policies of a vendor). */
const KNOWN_ACTION =
  /^(?:org\.freedesktop\.(?:systemd1|machine1|portable1|packagekit|udisks2|accounts|timedate1|timesync1|hostname1|locale1|login1|resolve1|network1|import1|home1|oom1|NetworkManager|ModemManager1|UPower|upower|bolt|color-manager|fwupd|GeoClue2|RealtimeKit1|Flatpak)\.|org\.fedoraproject\.FirewallD1\.|org\.debian\.apt\.|org\.libvirt\.|org\.gnome\.|org\.debian\.pcsc-lite\.|io\.snapcraft\.)/

/** Programs of distributions, which look at what they grant to everybody. */
const REVIEWED =
  /^(?:org\.(?:freedesktop|gnome|gtk|kde|xfce|mate|cinnamon|debian|opensuse|fedoraproject|libvirt|systemd)|com\.(?:ubuntu|canonical|redhat))\./

/** Does a rule with these actions decide over this one? One that names none decides over all. */
export const polkitActs = (actions: readonly string[], action: string): boolean =>
  actions.length === 0 || actions.some((one) => fits(one, action))

/** Patterns of `.pkla` are those of a shell (pklocalauthority(8)); one that cannot be read is taken to fit. */
const fits = (pattern: string, text: string): boolean => fnmatch(pattern, text, false) !== false

/** Why a rule that says yes makes somebody root; undefined where it does not. An action that is not known may. */
function rootBy(actions: readonly string[]): { readonly condition?: string } | undefined {
  if (rootActions.some((action) => polkitActs(actions, action))) return {}
  const other = actions.find((action) => !KNOWN_ACTION.test(action))
  return other === undefined ? undefined : { condition: `only if ${other.slice(0, 80)}, which is not known here, leads to it` }
}

function byPolkit(member: Member, world: World): readonly Becoming[] {
  const polkit = world.access?.polkit
  if (!polkit?.known) return []
  const { rules, administrators } = polkit.value
  const yes = rules.flatMap((rule): readonly Becoming[] => {
    // A unit made up on the spot is started without a word of which or what (dbus-manager.c): a rule that asks for either gives none.
    if (rule.units.length + rule.verbs.length > 0 || !ruleNames(rule, member)) return []
    const way = rootBy(rule.actions)
    const byDefault = rule.file === DEFAULTS
    if (!way || (byDefault && way.condition && REVIEWED.test(rule.actions[0] ?? ''))) return []
    const condition = conditionOf(rule) ?? way.condition
    const by = byDefault ? `polkit, which grants everybody ${rule.actions[0]}` : 'a rule of polkit'
    return [{ becomes: world.root.name, by, condition, cite: { section: 'access', line: rule.line } }]
  })
  const admin = administrators.find(({ group, user }) => (user === undefined ? member.groupNames.has(group) : user === member.name))
  if (!admin || passwordOf(member, world) === 'none') return yes
  return [
    ...yes,
    {
      becomes: world.root.name,
      by: admin.user === undefined ? `group ${admin.group} through polkit` : 'an administrator of polkit',
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
  ((users.length === 0 && groups.length === 0) ||
    users.some((user) => fits(user, name)) ||
    groups.some((group) => groupNames.has(group) || (/[*?[]/.test(group) && [...groupNames].some((own) => fits(group, own))))) &&
  groupsToo.every((group) => groupNames.has(group))

/**
 * `pam_wheel.so trust` of su asks members of a group for no password (pam_wheel(8)); an empty one it takes from anybody where pam_unix is told so; and where the stack
 * says yes to whoever comes, it asks nobody.
 */
function bySu(member: Member, world: World): readonly Becoming[] {
  const empty = world.withoutPassword.flatMap(({ name, line }): readonly Becoming[] => {
    const condition = 'only if su takes an empty password (nullok)'
    return name === member.name
      ? []
      : [{ becomes: name, by: `su ${name}, whose password is empty`, condition, cite: { section: 'access', line } }]
  })
  if (hasExpired(member, world)) return empty
  const trusted = (world.access?.trust?.trusted ?? []).flatMap(({ group, line }): readonly Becoming[] =>
    member.groupNames.has(group)
      ? [{ becomes: world.root.name, by: `group ${group}, which su trusts`, cite: { section: 'access', line } }]
      : [],
  )
  const open = (world.access?.trust?.openStacks ?? []).flatMap(({ file, onlyIf, line }): readonly Becoming[] =>
    // They are those of sshd alone.
    /\/(?:password-auth|sshd)$/.test(file)
      ? []
      : [
          {
            ...{ becomes: world.root.name, by: `su, of which ${file} asks no password`, cite: { section: 'access', line } },
            condition: onlyIf.length > 0 ? `only if ${onlyIf.join(', ').slice(0, 100)} says yes` : undefined,
          },
        ],
  )
  return [...trusted, ...empty, ...open]
}

/** Programs that are another account, or may become root, for whoever starts them. */
function byPrograms(member: Member, { access, root, files }: World): readonly Becoming[] {
  return (access?.raised ?? []).flatMap((raised): readonly Becoming[] => {
    const { path, by, line } = raised
    const { account, group } = lends(raised)
    // What one of root’s that is not known does is not known of anybody (`gapsOf`).
    const way = account === undefined && !isStarter(path) ? undefined : obeys(raised)
    if (group !== undefined || account === member.name || !way || !runs(member, path, files)) return []
    return [{ becomes: account ?? root.name, by: `${path}, which is ${by}`, ...way, cite: { section: 'access', line } }]
  })
}

function byFiles(member: Member, world: World): readonly Becoming[] {
  const { access, files, root, units } = world
  const found: Becoming[] = []
  const add = (becomes: string, right: Right, what: string, condition?: string) =>
    found.push({ becomes, by: `${right.why}${what}`, condition, cite: right.cite })
  for (const path of world.looseFiles) {
    const right = writes(member, path, files)
    // A folder above it is in the list by itself.
    if (right?.entry.path === path && (right.entry.mode & 0o1000) === 0) add(root.name, right, '', refusalOf(right.entry))
  }
  for (const unit of units) {
    const user = unit.user === '' || unit.user === '0' ? root.name : unit.user
    for (const path of [unit.fragmentPath, unit.sourcePath, ...unit.dropIns].filter(Boolean)) {
      const right = writes(member, path, files)
      if (right) add(root.name, right, `, which leads to ${unit.id}`)
    }
    const loan = unitLoan(unit, world)
    const programs = [unit.program, ...(unit.sought ?? [])]
    for (const path of user === member.name && loan === undefined ? [] : [...programs, ...unit.environmentFiles].filter(Boolean)) {
      const right = writes(member, path, files)
      const isRun = programs.includes(path)
      if (right && loan !== undefined) add(root.name, right, `, which ${unit.id} ${isRun ? 'runs' : 'reads'} with ${loan}`)
      // A variable such as LD_PRELOAD is as good as the program.
      if (right && user !== member.name) add(user, right, isRun ? `, which ${unit.id} runs` : `, from which ${unit.id} has its variables`)
    }
  }
  const judged = new Map(units.map(({ id, program, environmentFiles }) => [id, [program, ...environmentFiles]]))
  for (const { unit, account, path } of access?.unitPrograms?.programs ?? []) {
    const runsAs = (/^\d+$/.test(account) && world.members.find(({ uid }) => uid === Number(account))?.name) || account
    for (const program of runsAs === member.name ? [] : world.startedBy(path)) {
      const right = judged.get(unit)?.includes(program) ? undefined : writes(member, program, files)
      if (right) add(runsAs, right, `, which leads to what ${unit} runs`)
    }
  }
  for (const [file, path] of (access?.hooks?.programs ?? []).flatMap((hook) =>
    world.startedBy(hook.path).map((one) => [hook.file, one] as const),
  )) {
    const right = writes(member, path, files)
    // Of a folder in which it looks for something others own what is there, where it is sticky.
    if (right && (right.entry.mode & 0o1000) === 0) add(root.name, right, `, which ${file} has root run`)
  }
  for (const job of access?.cron.known ? access.cron.value : []) {
    const owner = job.uid === undefined ? job.account : world.members.find(({ uid }) => uid === job.uid)?.name
    if (owner === undefined || owner === member.name) continue
    const by = job.uid === undefined ? 'cron' : 'at'
    // A path after any sign that is none of a path: in quotes, brackets and substitutions, behind `=`.
    const named = [...startedIn(ownPart(job.command)).matchAll(/(?<![A-Za-z0-9_./+~-])\/[A-Za-z0-9_./+-]+/g)].map(([path]) => path)
    for (const program of [...named.flatMap(world.startedBy), ...(job.loads ?? [])]) {
      const right = writes(member, program, files)
      if (right) add(owner, right, `, which ${by} runs as ${owner}`)
    }
    // A bare name is looked for there.
    for (const folder of /^[\w.-]+(?:\s|$)/.test(job.command) ? (job.path ?? []) : []) {
      const right = writes(member, folder, files)
      if (right) add(owner, right, `, where cron looks for programs of ${owner}`)
    }
  }
  for (const { file, path } of access?.trust?.libraries ?? []) {
    const right = writes(member, path, files)
    if (right) add(root.name, right, `, from which ${file} lets every program load libraries`)
  }
  for (const { file, path } of access?.hooks?.searched ?? []) {
    const right = writes(member, path, files)
    if (right)
      add(root.name, right, `, where ${file} has logins look for programs`, 'only when root logs in and starts one by its bare name')
  }
  for (const { path, by } of access?.raised ?? []) {
    const right = by === BY_PKEXEC ? writes(member, path, files) : undefined
    if (right) add(root.name, right, `, which is ${by}`)
  }
  for (const path of world.pythonFolders) {
    const right = writes(member, path, files)
    if (right?.entry.path === path) add(root.name, right, ', from which Python of root loads', 'only when root starts this Python')
  }
  for (const path of world.sudoFolders) {
    const right = writes(member, path, files)
    if (right) add(root.name, right, ', where sudo looks for programs', 'only when somebody has sudo run one by its bare name')
  }
  for (const path of world.sudoVariables) {
    const right = writes(member, path, files)
    if (right) add(root.name, right, ', from which sudo takes variables', 'only when somebody calls sudo')
  }
  for (const path of world.clusterKeys.paths) {
    const right = reads(member, path, files)
    const by = right && `${right.why}, with which a pod takes the disks of the host`
    const condition = world.clusterKeys.runs ? undefined : 'only while its cluster runs'
    if (right && by) found.push({ becomes: root.name, by, condition, cite: right.cite })
  }
  for (const { path, becomes } of world.proxyFiles) {
    const right = writes(member, path, files)
    if (right) add(becomes, right, `, which a proxy reads as ${becomes}`)
  }
  return found
}

/** What stands before a command that becomes another account than root: that one runs what comes behind it (su(1), runuser(1), setpriv(1), sudo(8)). */
const ownPart = (command: string): string => command.replace(OTHERS, (whole) => (/[\s=](?:root|0)(?=[\s"';]|$)/.test(whole) ? whole : ' '))
const OTHERS =
  /(?<![\w.-])(?:(?:su|runuser)\s+(?:-l?\s+|--login\s+|-s\s+\S+\s+|-u\s+){0,9}[A-Za-z_]|(?:gosu|setuidgid)\s+[A-Za-z_]|(?:sudo|doas|setpriv|chpst)\s+(?:-\S+\s+){0,9}(?:-[A-Za-z]*u|--user|--reuid)[\s=]).*/

/** Without files that are only written to, or that a program is given which starts and reads nothing, and the folder that a program of one's own is started in. */
const startedIn = (command: string): string => command.replace(GONE_TO, ' ').replace(WRITTEN, ' ').replace(HANDLED, ' ')
const GONE_TO = /(?<=^|[\s;|&(])cd\s+[^\s;|&()`]+\s*(?:&&|;)\s*(?=\/(?!(?:usr\/)?s?bin\/)[^\s;|&()`]+(?:\s[^;|&()`]*)?$)/
const WRITTEN = /(?:\d|&)?>{1,2}[|&]?\s*[^\s;|&()<>`]+/g
const HANDLED = /(?<=^|[\s;|&(`]|\/)(?:touch|rm|rmdir|mkdir|ls|test|\[|echo|printf|logger|stat|du|df)\s[^;|&()<>`]*/g

/** Units, programs and homes that sudo lets it write as root. Root’s own files are in `givesRoot`. */
function bySudoFiles(member: Member, world: World): readonly Becoming[] {
  const writing = sudoFiles(member, world, 'write')
  if (!writing) return []
  const found: Becoming[] = []
  const add = (becomes: string, path: string, what: string, onlyIf?: string) => {
    const file = path === '' || becomes === member.name ? undefined : writing(path)
    const condition = [file?.condition, onlyIf].filter(Boolean).join(', ') || undefined
    if (file) found.push({ becomes, by: `${file.by}${what}`, condition, grant: file.grant, cite: citeOf(file.grant) })
  }
  const { root } = world
  for (const unit of world.units) {
    const { id, user, program, fragmentPath, sourcePath, dropIns, environmentFiles } = unit
    const loan = unitLoan(unit, world)
    for (const path of loan === undefined ? [] : [program, ...environmentFiles]) add(root.name, path, `, which ${id} takes with ${loan}`)
    for (const path of [fragmentPath, sourcePath, ...dropIns]) add(root.name, path, `, which leads to ${id}`)
    for (const path of [program, ...environmentFiles])
      add(
        user === '' || user === '0' ? root.name : user,
        path,
        path === program ? `, which ${id} runs` : `, from which ${id} has its variables`,
      )
  }
  for (const { path, becomes } of world.proxyFiles) add(becomes, path, `, which a proxy reads as ${becomes}`)
  const named =
    world.newProxyFiles.length === 0 ? [] : openersOf(member, world, /^sudoedit$|\/(?:tee|sponge)$/).flatMap(({ words }) => words ?? [])
  for (const { folder, becomes, files } of world.newProxyFiles)
    for (const path of [...named.filter((word) => word.startsWith(folder) && !/[*?[\\]/.test(word)), ...files].slice(0, 50)) {
      const read = readByProxy(path)
      if (read) add(becomes, path, `, which a proxy reads as ${becomes}`, read.condition)
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
    if (!right?.entry.path.startsWith(home)) return []
    // What a shell reads lies in the home itself, and nobody asks whose that is.
    const condition =
      world.strictModes && right.entry.path !== home
        ? `only once sshd takes keys in ${right.entry.path.slice(0, 100)}, which it refuses while others may write it`
        : undefined
    return [{ becomes: other.name, by: `${right.why}, home of ${other.name}`, condition, cite: right.cite }]
  })
}
