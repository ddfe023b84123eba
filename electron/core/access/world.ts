import type { Access } from '../facts/access/access.ts'
import { clusterKeys, rootFolders, rootRuns } from '../facts/access/collect.ts'
import type { FactResult } from '../facts/fact.ts'
import { componentsOf } from '../facts/path-entry.ts'
import { askForRoot } from '../facts/privileged/parse-sudoers.ts'
import type { GuardedFile, SudoDefaults, Sudoers, SudoGrant, SudoMember } from '../facts/privileged/privileged.ts'
import type { Program } from '../facts/programs/programs.ts'
import type { AccessFacts } from './access-facts.ts'
import { joinedGroups } from './joined-groups.ts'
import { hasLoginShell } from './logins.ts'
import { newProxyFiles, proxyFilesOf } from './proxy-settings.ts'
import { refusalOf } from './refusals.ts'
import { fileSystem, type Member, membersOf, type SeenEntry } from './rights.ts'
import { rootGroups } from './root-ways.ts'
import { grantReaches } from './sudo-decision.ts'
import { sudoSetting } from './sudo-defaults.ts'
import { namedElsewhere } from './unlisted-names.ts'
import type { World } from './world-model.ts'

const runByRoot: ReadonlySet<string> = new Set(rootRuns)
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/'))
/** Their own accounts keep keys and state beside what root reads. */
const OF_OTHERS = /^\/etc\/(?:puppet|chef|openvpn|kubernetes|letsencrypt)\//
/** In /etc all that lies below, as far as it was looked at; elsewhere what lies there itself. */
const isRunByRoot = (path: string): boolean =>
  runByRoot.has(path) ||
  runByRoot.has(folderOf(path)) ||
  (path.startsWith('/etc/') && !OF_OTHERS.test(path) && componentsOf(path).some((folder) => runByRoot.has(folder)))
const foldersOfRoot = [...new Set(rootFolders.flatMap(componentsOf))]

/** Everything that is needed to follow what one account can do, put together once for a host. */
export function worldOf(facts: AccessFacts, now: number): World {
  const value = <T>(fact: FactResult<T>): T | undefined => (fact.known ? fact.value : undefined)
  const members = membersOf(facts.accounts, namedElsewhere(facts))
  const access = value(facts.access)
  const units = value(facts.units) ?? []
  const defaults = value(facts.sudoers)?.defaults ?? []
  const files = fileSystem(entriesOf(facts), access?.acls.known ? access.acls.value : [])
  const root = members.find(({ uid }) => uid === 0) ?? fallbackRoot
  return {
    members,
    now,
    root,
    units,
    access,
    files,
    host: [
      ...[value(facts.system)?.hostname ?? '', ...(value(facts.network)?.addresses.map(({ address }) => address) ?? [])].filter(Boolean),
      ...(access?.hostNames ?? []).map((name) => `~${name}`),
    ],
    oldSystemd: hasOldSystemd(value(facts.system)),
    ...sudoersOf(value(facts.sudoers), access),
    doas: access?.trust?.doas && { grants: access.trust.doas.grants, defaults: [], asksForRoot: false },
    proxyFiles: proxyFilesOf(facts),
    newProxyFiles: newProxyFiles(facts),
    runners: runnersOf(value(facts.programs) ?? [], root),
    reached: onceFor((grant: SudoGrant) => members.filter((member) => grantReaches(grant, root, member))),
    looseFiles: [
      ...(access?.open.known ? access.open.value : []).flatMap((entry) =>
        // A package of polkit gives its folders to an account that runs nothing else.
        files.isLoose(entry.path) && entry.owner !== 'polkitd' ? entry.path : [],
      ),
      ...foldersOfRoot.filter((path) => files.isLoose(path)),
      ...(access?.paths ?? []).flatMap(({ path }) => (isRunByRoot(path) && files.isLoose(path) ? path : [])),
    ],
    startedBy: calledFrom(access?.hooks?.calls ?? []),
    pythonFolders: (access?.paths ?? []).flatMap(({ path }) => (PYTHON.test(path) && files.isLoose(path) ? path : [])),
    sudoFolders: said(defaults, 'secure_path').flatMap((folders) => folders.split(':').filter((path) => path.startsWith('/'))),
    sudoVariables: said(defaults, 'env_file'),
    withoutPassword: withoutAny(access).flatMap(({ account, line }) => {
      const other = members.find(({ name }) => name === account)
      return other && hasLoginShell(other.account.shell) ? { name: account, line } : []
    }),
    clusterKeys: {
      paths: (access?.paths ?? []).flatMap(({ path, type }) => (type === 'file' && clusterKeys.test(path) ? path : [])),
      runs: (value(facts.processes) ?? []).some(({ name, argv }) => KUBELET.test(`${name} ${argv[0] ?? ''}`)),
    },
    rootGroups: facts.accounts.groups.filter(({ name }) => rootGroups[name] !== undefined && name !== 'shadow'),
    singled: (value(facts.sudoers)?.defaults ?? [])
      .flatMap(({ scope, of = [] }) => (scope === '!' ? of.flatMap((member) => wordsIn(member)) : []))
      .slice(0, 50),
    joined: joinedGroups(members, facts.accounts, access, files),
    sameUid: shared(members),
    strictModes: value(facts.sshd)?.settings.strictmodes?.[0]?.value === 'yes',
    looseHomes: members.filter((member) => isLooseHome(member, files.entries)),
  }
}

/** sudo passes over a file of its folder that another may write or owns, and says so; sudo-rs was not tried. Of /etc/sudoers itself all would hang, so that it is not taken for refused. */
function sudoersOf(sudoers: Sudoers | undefined, access: Access | undefined): Pick<World, 'sudoers' | 'sudoersOnce'> {
  const open = access?.open.known && sudoers?.program !== 'sudo-rs' ? access.open.value : []
  const refused = new Map(
    open.flatMap((entry) => (isDropIn(entry.path) ? [[entry.path, refusalOf(entry)] as const] : [])).filter(([, why]) => why),
  )
  const why = (file: string) => refused.get('/etc/sudoers.d') ?? refused.get(file)
  const found = [...(sudoers?.grants ?? []), ...(sudoers?.defaults ?? [])].find(({ file }) => isDropIn(file) && why(file) !== undefined)
  if (!sudoers || !found) return { sudoers, sudoersOnce: undefined }
  const taken = <T extends { readonly file: string }>(list: readonly T[]) =>
    list.filter(({ file }) => !isDropIn(file) || why(file) === undefined)
  const defaults = taken(sudoers.defaults)
  return {
    sudoers: { ...sudoers, grants: taken(sudoers.grants), defaults, asksForRoot: askForRoot(defaults) },
    sudoersOnce: { ...sudoers, onlyOnce: why(found.file) ?? '' },
  }
}
const isDropIn = (path: string): boolean => /^\/etc\/sudoers\.d(?:\/|$)/.test(path)

function calledFrom(calls: readonly { readonly file: string; readonly path: string }[]): World['startedBy'] {
  const called = new Map<string, string[]>()
  for (const { file, path } of calls) called.set(file, [...(called.get(file) ?? []), path])
  return (program) => {
    const all = new Set([program])
    // A set goes on to what is added while it is walked.
    for (const path of all) for (const one of called.get(path) ?? []) if (all.size < 100) all.add(one)
    return [...all]
  }
}

/** Of a setting of sudo the last value that is said for all counts, and what is said for some is added. */
function said(defaults: readonly SudoDefaults[], setting: string): readonly string[] {
  const found = defaults
    .flatMap(({ scope, settings }) => settings.map((text) => ({ scope, ...sudoSetting(text) })))
    .filter(({ name }) => name === setting)
  const counting = [found.findLast(({ scope }) => scope === undefined), ...found.filter(({ scope }) => scope !== undefined)]
  return [...new Set(counting.flatMap((one) => (one?.on && one.value?.startsWith('/') ? one.value : [])))]
}

const PYTHON = /^\/usr\/local\/lib(?:64)?\/python3[\d.]*(?:\/(?:dist|site)-packages(?:\/[^/]+\.pth|\/(?:site|user)customize\.py)?)?$/

/** As many as can be told of each of ten thousand accounts. */
const withoutAny = (access: Access | undefined) =>
  (access?.passwords.known ? access.passwords.value : []).filter(({ state }) => state === 'none').slice(0, 100)

const KUBELET = /\b(?:kubelet|k3s|rke2|k0s)\b/

/** Docker over TCP, notebooks, clusters and the kubelet that ask nobody who he is. What runs in a container has that as its host. */
const runnersOf = (programs: readonly Program[], root: Member): World['runners'] =>
  programs.flatMap(({ name, kind, user, container, binds: [bind], authentication, readsOnly, section, line }) =>
    RUNS_CODE.has(kind) && authentication === 'none' && !readsOnly && container === undefined && bind
      ? {
          user: user === '0' || user === 'root' ? root.name : user,
          by: `${name} at ${bind.address}:${bind.port}, which asks for no password`,
          cite: { section, line },
        }
      : [],
  )
const RUNS_CODE: ReadonlySet<Program['kind']> = new Set(['notebook', 'cluster', 'container-api'])

/** Releases whose systemd is older than 247: Ubuntu to 20.04 (245), Debian to 10 (241), RHEL and what is built from it to 8 (239), Amazon Linux 2 (219). */
function hasOldSystemd(system: { readonly osId?: string; readonly osVersion?: string } | undefined): boolean {
  const version = Number.parseFloat(system?.osVersion ?? '')
  const first: Readonly<Record<string, number>> = {
    ubuntu: 20.1,
    debian: 11,
    rhel: 9,
    centos: 9,
    rocky: 9,
    almalinux: 9,
    ol: 9,
    amzn: 2022,
  }
  return version < (first[system?.osId ?? ''] ?? 0)
}

/** Words of a list, aliases spread out. */
const wordsIn = ({ word, list }: SudoMember, budget = { left: 200 }): readonly string[] =>
  budget.left-- <= 0 ? [] : list ? list.flatMap((one) => wordsIn(one, budget)) : [word]

function shared(members: readonly Member[]): ReadonlyMap<number, readonly Member[]> {
  const byUid = new Map<number, Member[]>()
  for (const member of members) if (member.uid > 0) byUid.set(member.uid, [...(byUid.get(member.uid) ?? []), member])
  return new Map([...byUid].filter(([, all]) => all.length > 1))
}

/** Ten thousand accounts hold the same grant: what it leads to is looked up once. */
function onceFor<K extends object, V>(find: (key: K) => V): (key: K) => V {
  const found = new Map<K, V>()
  return (key) => {
    const value = found.get(key) ?? find(key)
    found.set(key, value)
    return value
  }
}

const fallbackRoot: Member = {
  ...{ name: 'root', uid: 0, groups: [{ name: 'root', gid: 0, line: 0 }], groupNames: new Set(['root']) },
  account: { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/sh', line: 0 },
}

function isLooseHome({ name, account }: Member, entries: ReadonlyMap<string, SeenEntry>): boolean {
  const { home, shell } = account
  if (!/^\/[^/]+(?:\/|$)/.test(home) || !/sh$/.test(shell)) return false
  return [home, `${home}/.ssh`, `${home}/.ssh/authorized_keys`].some((path) => {
    const entry = entries.get(path)
    return entry !== undefined && ((entry.mode & 0o022) !== 0 || (entry.owner !== name && entry.owner !== 'root'))
  })
}

/** Every file that was seen; of two sections the one that looked at it as root. */
function entriesOf(facts: AccessFacts): readonly SeenEntry[] {
  const access = facts.access.known ? facts.access.value : undefined
  const seen: SeenEntry[] = []
  const add = (section: string, entries: readonly Omit<SeenEntry, 'section'>[]) => {
    for (const entry of entries) seen.push({ ...entry, section })
  }
  // A folder on the way may be closed to the probe, and not to root, who found them.
  add(
    'access',
    (access?.raised ?? []).flatMap(({ entry }) => entry ?? []),
  )
  add('access', access?.paths ?? [])
  add('privileged', facts.sudoers.known ? (facts.sudoers.value.paths ?? []) : [])
  for (const unit of facts.units.known ? facts.units.value : []) add('units', unit.paths)
  for (const directory of facts['model-files'].known ? facts['model-files'].value.directories : [])
    for (const file of [...directory.parents, ...(directory.self ? [directory.self] : []), ...directory.entries])
      if (file.type !== 'symlink') add('model-files', [{ ...file, type: file.type }])
  const guarded = facts['guarded-files'].known ? facts['guarded-files'].value.files : []
  add('privileged', guarded.filter(isNoLink))
  add('access', access?.open.known ? access.open.value : [])
  return seen
}

const isNoLink = (file: GuardedFile): file is GuardedFile & { type: Exclude<GuardedFile['type'], 'symlink'> } => file.type !== 'symlink'
