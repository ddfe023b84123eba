import type { Access, KeyLink, LoginKey } from '../facts/access/access.ts'
import { homeFolders, withoutHomes } from '../facts/access/collect.ts'
import { SSHD } from '../facts/access/pam-auth.ts'
import type { FactResult } from '../facts/fact.ts'
import { fnmatch } from '../facts/fnmatch.ts'
import { componentsOf } from '../facts/path-entry.ts'
import type { SshdMatches } from '../facts/privileged/privileged.ts'
import type { Sshd } from '../facts/sshd/sshd.ts'
import { holdsFor } from '../facts/sshd/sshd-criteria.ts'
import { certifiedNote, expanded } from './certified.ts'
import { pamAnswer } from './pam-account.ts'
import type { Member } from './rights.ts'

export interface Logins {
  readonly ways: readonly string[]
  /** Why a way is closed, or not known. */
  readonly notes: readonly string[]
  readonly keys: readonly LoginKey[]
  /** A way in that was found, or that may be there because something was not read. */
  readonly open: 'yes' | 'no' | 'unknown'
  /** Can it open connections from the host, if it gets in? */
  readonly connects: boolean
  /** Only if what it is made to run there does so: a command before its keys, or ForceCommand. */
  readonly connectsIf?: string
  /** Does it run programs of its own there? */
  readonly session: boolean
  /** To which ports; absent where nothing binds it. */
  readonly ports?: ReadonlySet<number>
}

const DAY_MS = 86_400_000

const isBelow = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
/** Are keys in this home looked for? The search ends three folders deep, so a home lies in one of these folders or is one. */
export const isSearched = (home: string): boolean =>
  homeFolders.some((folder) => isBelow(home, folder) && home.slice(folder.length).split('/').filter(Boolean).length <= 1) &&
  !withoutHomes.some((folder) => isBelow(home, folder))

/** Can somebody who is let in do something? An empty shell is /bin/sh (passwd(5)). */
export const hasLoginShell = (shell: string): boolean => !/(?:nologin|false|sync|shutdown|halt)$/.test(shell) && shell !== '/dev/null'

/** How an account gets in. `now`: milliseconds since the epoch. */
export function loginsOf(
  { name, account, groups, groupNames, named }: Member,
  access: Access | undefined,
  sshd: FactResult<Sshd>,
  now: number,
  matches?: FactResult<SshdMatches>,
): Logins {
  const notes: string[] = []
  const password = access?.passwords.known ? access.passwords.value.find((one) => one.account === name) : undefined
  const found = access?.keys.known ? access.keys.value.filter(({ file }) => isOf(file, name, account.home)) : []
  const setting = (keyword: string): string | undefined =>
    sshd.known ? sshd.value.settings[keyword]?.map(({ value }) => value).join(' ') : undefined
  const shell = !hasLoginShell(account.shell)
  // sshd asks for the name of each number (groupaccess.c).
  const asNamed = new Set(groups.flatMap((group) => (group.twin ? [] : group.name)))
  const places = setting('authorizedkeysfile')?.split(/\s+/).filter(Boolean)
  const files = places?.map((place) => expanded(place, account))
  const keys = files ? found.filter(({ file }) => files.includes(file)) : found
  const isOver = password?.expiresDay !== undefined && password.expiresDay * DAY_MS <= now
  // Where sshd is made without PAM it does not speak of it.
  const withoutPam = sshd.known && (setting('usepam') ?? (setting('port') === undefined ? 'yes' : 'no')) === 'no'
  const stack = withoutPam || named ? undefined : access?.trust?.pam
  const local = access?.passwords.known ? password !== undefined : undefined
  const answer =
    stack &&
    pamAnswer(stack, {
      name,
      uid: account.uid,
      gid: account.gid,
      shell: account.shell,
      home: account.home,
      groups: groupNames,
      local,
      expired: isOver,
    })
  // Nothing of PAM was read: what distributions ship heeds it.
  const expired = isOver && answer?.says !== 'yes'
  if (isOver)
    notes.push(
      `expired on ${new Date((password?.expiresDay ?? 0) * DAY_MS).toISOString().slice(0, 10)}${expired ? '' : ', which PAM of sshd does not heed'}`,
    )
  // It takes a way in away, so that it says nothing where there is none.
  const doubt = answer?.says === 'unclear' ? [`PAM may refuse it (${answer.by.slice(0, 80)}, which is not followed)`] : []
  const byPam = !expired && answer?.says === 'no'
  if (byPam) notes.push(`PAM does not let it in (${answer.by.slice(0, 80)})`)
  const shut = withoutPam && password?.shut === true
  if (shut) notes.push('its password is locked, and sshd asks no PAM')
  if (shell) notes.push(`its shell is ${account.shell}`)
  const inForce = (keyword: string): string | undefined =>
    (matches?.known ? matched(matches.value, { name, groups: named ? undefined : asNamed }, keyword) : undefined) ?? setting(keyword)
  const bare = shell && account.shell !== '/dev/null' ? withoutShell(inForce) : { ports: false, files: false, tcp: false }
  const isBare = bare.ports || bare.files
  const refused = sshd.known && !isLetIn(setting, name, named ? undefined : asNamed)
  if (refused) notes.push('sshd does not let it in')
  // Nor does any list say that it exists: a home may be left of somebody who is gone.
  if (named) notes.push('no list of accounts has it')
  if (!access?.keys.known) notes.push('its keys were not read')
  else if (named && account.home === '') notes.push('where its keys would lie is not known')
  else if ((!shell || (isBare && isPerson(account.uid))) && !isSearched(account.home))
    notes.push(`keys in ${account.home.slice(0, 80)} were not looked for`)
  // Where no key is taken, none that was not read lets anybody in either.
  const byKey = (account.uid !== 0 || setting('permitrootlogin') !== 'no') && setting('pubkeyauthentication') !== 'no'
  const mayHold = byKey && (!shell || (isBare && isPerson(account.uid)))
  const elsewhere = !mayHold ? undefined : places?.find((place) => !FILES_LOOKED_AT.test(place))
  if (elsewhere !== undefined) notes.push(`keys in ${elsewhere.slice(0, 80)} were not looked for`)
  const command = setting('authorizedkeyscommand') ?? 'none'
  if (command !== 'none' && mayHold) notes.push(`keys that ${command.slice(0, 80)} gives to sshd were not asked for`)
  if (keys.length < found.length) notes.push('sshd takes no keys from where some of its own lie')
  const link = access && linkTo(account.home, access)
  if (link && mayHold) notes.push(`keys behind the link ${link.path.slice(0, 80)} were not read`)
  const certified = mayHold ? certifiedNote(setting, account, access?.trust?.principals) : undefined
  if (certified !== undefined) notes.push(certified)
  const otherwise =
    matches?.known && (!shell || keys.length > 0) && !expired
      ? setOtherwise(matches.value, { name, account, groupNames: asNamed }, setting, shell)
      : undefined
  if (otherwise !== undefined) notes.push(otherwise)
  const closed = (shell && !isBare && otherwise === undefined) || expired || byPam || shut || (refused && otherwise === undefined)
  if (closed) return { ways: [], notes, keys, open: 'no', connects: false, session: false }
  const rootByPassword = account.uid !== 0 || setting('permitrootlogin') === 'yes'
  const asksPassword = setting('passwordauthentication') === 'yes' || setting('kbdinteractiveauthentication') === 'yes'
  const loose = setting('strictmodes') === 'yes' ? keys.flatMap(({ file }) => looseOn(file, account, access?.paths ?? []) ?? []) : []
  if (loose.length > 0) notes.push(`sshd refuses keys, because others may write ${loose[0]?.slice(0, 80)}`)
  const over = keys.filter(({ options }) => options.some((option) => closes(option, now)))
  if (over.length > 0)
    notes.push(over.length === keys.length ? 'options of its keys let nobody in' : 'options of some of its keys let nobody in')
  const refusedKeys = byKey ? keys.filter((key) => isRefused(key, account.uid, setting)) : []
  if (refusedKeys.length > 0)
    notes.push(`sshd refuses ${refusedKeys.length === keys.length ? 'its keys' : 'some of its keys'} by their kind`)
  const taken = byKey
    ? keys.filter(
        (key) =>
          !over.includes(key) &&
          !refusedKeys.includes(key) &&
          !loose.some((path) => path === key.file || isBelow(key.file, path)) &&
          (!shell || (bare.ports && forwards(key)) || (bare.files && takesFiles(key))),
      )
    : []
  const revoked = setting('revokedkeys') ?? 'none'
  if (revoked !== 'none' && taken.length > 0)
    notes.push(`keys that ${revoked.slice(0, 80)} names are refused; whether one of its own was not read`)
  const unasked = withoutPam ? undefined : access?.trust?.openStacks?.find(({ file }) => file === SSHD)
  const types = asksPassword && rootByPassword && (!shell || isBare)
  if (types && unasked && unasked.onlyIf.length > 0)
    notes.push(`PAM asks for no password where ${unasked.onlyIf.join(', ').slice(0, 80)} says yes`)
  const anyPassword = unasked?.onlyIf.length === 0
  const can = {
    keys: new Set(taken.map(({ fingerprint }) => fingerprint)).size,
    password: types && (anyPassword || password?.state === 'usable'),
  }
  const bySsh = waysOf(setting('authenticationmethods') ?? 'any', can).map((way) =>
    anyPassword && way === 'SSH password' ? 'SSH with any password' : way,
  )
  if ((can.keys > 0 || can.password) && bySsh.length === 0) notes.push(`sshd asks for ${setting('authenticationmethods')?.slice(0, 80)}`)
  const ports = shell && otherwise === undefined ? portsOf(can.password ? [] : taken.filter(forwards), setting) : undefined
  const forwarded = (shell ? bare : withoutShell(inForce)).tcp && (can.password || taken.some(forwards) || taken.length === 0)
  const forced = shell ? undefined : forcedBy(inForce, can.password || password?.state === 'usable' ? [] : taken)
  const session = !shell && forced === undefined
  const may = forced !== undefined && !forced.startsWith('internal-sftp') && !forwarded ? forced : undefined
  const runs = {
    ...{ session, connects: session || forwarded || may !== undefined },
    ...(may !== undefined && { connectsIf: `only if ${may.slice(0, 80)}, which is all that it may run, does so` }),
  }
  if (shell) {
    // What was not read beside its shell.
    const unseen = notes.length > (expired ? 2 : 1)
    return {
      ways: bySsh.map((way) => `${way} without a shell`),
      notes: bySsh.length > 0 ? [...notes, ...doubt] : notes,
      keys,
      open: bySsh.length > 0 ? 'yes' : unseen ? 'unknown' : 'no',
      ...runs,
      ...(ports && { ports }),
    }
  }
  const ways = [...bySsh, ...(password?.state === 'none' ? ['no password'] : []), ...(password?.state === 'usable' ? ['console'] : [])]
  if (named) return { ways: [], notes, keys, open: 'unknown', ...runs }
  if (access?.passwords.known && password === undefined) notes.push('its password is in no file of this host')
  const unseen = notes.length > 0 || !access?.passwords.known
  return {
    ways,
    notes: ways.length > 0 ? [...notes, ...doubt] : notes,
    keys,
    open: ways.length > 0 ? 'yes' : unseen ? 'unknown' : 'no',
    ...runs,
  }
}

/** Accounts of the system have these numbers below it, and that of nobody (login.defs(5)): nobody gives them keys by a directory or a certificate. */
const isPerson = (uid: number): boolean => uid >= 1000 && uid < 65_534

/**
 * What sshd does for an account whose shell ends at once: it forwards ports and sockets itself, and so it does files where `internal-sftp` is
 * meant (sshd_config(5)). `ssh -N -L 11434:127.0.0.1:11434` starts no shell. Ports that it opens on the host (`remote`) reach nothing.
 */
function withoutShell(setting: (keyword: string) => string | undefined): {
  readonly ports: boolean
  readonly files: boolean
  readonly tcp: boolean
} {
  const isLocal = (keyword: string): boolean => !/^(?:no|remote)$/.test(setting(keyword) ?? 'yes')
  const tcp = isLocal('allowtcpforwarding') && setting('permitopen') !== 'none'
  const command = setting('forcecommand') ?? 'none'
  const open = setting('disableforwarding') !== 'yes'
  return {
    tcp: open && tcp,
    ports: open && (tcp || isLocal('allowstreamlocalforwarding')),
    files: command === 'none' ? /\bsftp internal-sftp\b/.test(setting('subsystem') ?? '') : command.startsWith('internal-sftp'),
  }
}

/**
 * What whoever gets in is made to run, where no way in is without it: ForceCommand for all of them, or a command before each key (sshd(8)). Whether it can
 * be led to open a connection, that program alone knows; `internal-sftp` cannot.
 */
function forcedBy(setting: (keyword: string) => string | undefined, taken: readonly LoginKey[]): string | undefined {
  const all = setting('forcecommand') ?? 'none'
  const commands = all === 'none' ? taken.map(({ options }) => options.find(({ name }) => name.toLowerCase() === 'command')?.value) : [all]
  const [first] = commands
  return commands.includes(undefined) ? undefined : first
}

/**
 * A setting of a block that holds for the account wherever it comes from: the first that names it counts (sshd_config(5), Match). Undefined where a block
 * before it may hold as well.
 */
function matched(
  { matches, elsewhere }: SshdMatches,
  { name, groups }: { readonly name: string; readonly groups: ReadonlySet<string> | undefined },
  keyword: string,
): string | undefined {
  if (elsewhere.length > 0 || groups === undefined) return undefined
  for (const { criteria, settings } of matches) {
    const own = settings.find((one) => one.keyword === keyword)
    const holds = own && holdsFor(criteria, name, [...groups])
    if (holds && holds !== 'no') return holds === 'yes' ? own.value : undefined
  }
  return undefined
}

/** Options of sshd(8) that say no to ports; of two the last one counts. A command says nothing of them. */
function forwards({ options }: LoginKey): boolean {
  const last = options.findLast(({ name }) => /^(?:restrict|(?:no-)?port-forwarding)$/i.test(name))
  return last === undefined || last.name.toLowerCase() === 'port-forwarding'
}

/**
 * Ports of `permitopen`, which stands before keys (sshd(8)) and as PermitOpen in sshd_config(5): both have to allow it. One key without it opens them all.
 * Undefined where nothing binds the account. To which hosts is not looked at.
 */
function portsOf(keys: readonly LoginKey[], setting: (keyword: string) => string | undefined): ReadonlySet<number> | undefined {
  const tied = keys.map(({ options }) => options.flatMap(({ name, value = '' }) => (name.toLowerCase() === 'permitopen' ? value : [])))
  const byKey = tied.length === 0 || tied.some((values) => values.length === 0) ? undefined : portsIn(tied.flat())
  const forAll = portsIn((setting('permitopen') ?? 'any').split(/\s+/))
  if (byKey === undefined || forAll === undefined) return byKey ?? forAll
  return new Set([...byKey].filter((port) => forAll.has(port)))
}

/** `127.0.0.1:11434`, `[::1]:80`, `*:*`, `none`. */
function portsIn(places: readonly string[]): ReadonlySet<number> | undefined {
  const ports = places.filter((place) => place !== 'none').map((place) => /:(\d{1,5})$/.exec(place)?.[1])
  return ports.includes(undefined) ? undefined : new Set(ports.map(Number))
}

const takesFiles = ({ options }: LoginKey): boolean =>
  options.every(({ name, value = '' }) => name.toLowerCase() !== 'command' || value.startsWith('internal-sftp'))

/**
 * An option of a key with which nobody gets in (sshd(8)): a day that is over, in whatever time zone the host is, or addresses that are only taken back, since a
 * pattern with a mark before it never lets one in.
 */
function closes({ name, value = '' }: LoginKey['options'][number], now: number): boolean {
  if (name.toLowerCase() === 'from') return value !== '' && value.split(',').every((pattern) => pattern.startsWith('!'))
  const [, year, month, day, hour = '00', minute = '00', second = '00', utc] =
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/i.exec(name.toLowerCase() === 'expiry-time' ? value : '') ?? []
  if (year === undefined) return false
  const ends = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return ends + (utc ? 0 : DAY_MS / 2) <= now
}

/**
 * A key that sshd does not take for what it is (sshd_config(5)): its algorithm is not among PubkeyAcceptedAlgorithms, an RSA key is shorter than
 * RequiredRSASize, or root has to have a key with a command. A key of an authority stands for certificates, which have kinds and commands of their own.
 */
function isRefused(key: LoginKey, uid: number, setting: (keyword: string) => string | undefined): boolean {
  const has = (option: string) => key.options.some(({ name }) => name.toLowerCase() === option)
  const accepted = setting('pubkeyacceptedalgorithms') ?? setting('pubkeyacceptedkeytypes')
  // `sshd -T` prints whole names; anything else is not worked out.
  const algorithms = accepted !== undefined && /^[\w.@,-]+$/.test(accepted) && !accepted.startsWith('-') ? accepted.split(',') : undefined
  if (has('cert-authority')) return algorithms !== undefined && !algorithms.some((one) => one.includes('-cert-v'))
  const own = key.type === 'ssh-rsa' ? ['ssh-rsa', 'rsa-sha2-256', 'rsa-sha2-512'] : [key.type]
  if (algorithms !== undefined && !own.some((one) => algorithms.includes(one))) return true
  if (key.type === 'ssh-rsa' && key.bits !== undefined && key.bits < Number(setting('requiredrsasize') ?? 0)) return true
  return uid === 0 && setting('permitrootlogin') === 'forced-commands-only' && !has('command')
}

/** What a block of sshd_config(5) may open to some logins of an account. */
const OPENING =
  /^(?:permitrootlogin|passwordauthentication|kbdinteractiveauthentication|pubkeyauthentication|pubkeyaccepted(?:algorithms|keytypes)|requiredrsasize|permitemptypasswords|authenticationmethods|authorizedkeysfile|authorizedkeyscommand|trustedusercakeys|authorizedprincipals(?:file|command)|allowusers|allowgroups)$/

/** What it may open to an account without a shell. */
const OPENING_BARE = /^(?:allow(?:tcp|streamlocal)forwarding|permitopen|forcecommand)$/

/** A block that may hold for the account and sets one of these otherwise than for all: `sshd -T` does not apply it. */
function setOtherwise(
  { matches, elsewhere }: SshdMatches,
  { name, account, groupNames }: Pick<Member, 'name' | 'account' | 'groupNames'>,
  setting: (keyword: string) => string | undefined,
  shell: boolean,
): string | undefined {
  for (const { criteria, settings } of matches) {
    const own = settings.find(
      ({ keyword, value }) =>
        (OPENING.test(keyword) || (shell && OPENING_BARE.test(keyword))
          ? keyword.startsWith('authorizedprincipals') || !/^(?:no|none)$/i.test(value)
          : shell && keyword === 'disableforwarding' && value.toLowerCase() === 'no') &&
        (keyword !== 'permitrootlogin' || account.uid === 0) &&
        value !== setting(keyword),
    )
    if (own && holdsFor(criteria, name, [...groupNames]) !== 'no')
      return `Match ${criteria.slice(0, 80)} of sshd sets ${own.keyword} ${own.value.slice(0, 60)}`
  }
  return elsewhere[0] && `sshd reads ${elsewhere[0].slice(0, 80)}, which was not read`
}

/**
 * AuthenticationMethods of sshd_config(5): lists, of which one has to be gone through as a whole; `any` is one method alone. A key counts once. What PAM
 * asks beside a key may be a code alone, so that no password is needed for it.
 */
function waysOf(methods: string, can: { readonly keys: number; readonly password: boolean }): readonly string[] {
  const lists = methods === 'any' ? [['publickey'], ['password']] : methods.split(/\s+/).map((list) => list.split(','))
  const ways = lists.flatMap((list) => {
    const keys = list.filter((method) => method === 'publickey').length
    const asked = list.filter((method) => method === 'password' || /^keyboard-interactive(?::|$)/.test(method))
    // Of tickets and trusted hosts nothing is known.
    if (keys > can.keys || keys + asked.length < list.length) return []
    if (asked.length === 0) return keys > 0 ? ['SSH key'] : []
    if (asked.includes('password') && !can.password) return []
    if (keys > 0) return [asked.includes('password') ? 'SSH key and password' : 'SSH key and what PAM asks']
    return can.password ? ['SSH password'] : []
  })
  return [...new Set(ways)]
}

/** Where files of keys are looked for: as sshd_config(5) has them by default, and those below /etc/ssh that are named like their account. */
export const FILES_LOOKED_AT = /^(?:(?:%h\/)?\.ssh\/authorized_keys2?|\/etc\/ssh\/authorized_keys(?:\.d)?\/%u|none)$/

/** A link on the way to the keys of a home, which find does not follow and sshd does. */
export const linkTo = (home: string, { keyLinks = [] }: Pick<Access, 'keyLinks'>): KeyLink | undefined => {
  const folder = home.replace(/\/+$/, '')
  return keyLinks.find(({ path }) => ['authorized_keys', 'authorized_keys2'].some((name) => isBelow(`${folder}/.ssh/${name}`, path)))
}

/** `.ssh/authorized_keys` in the home, or a file of its name below /etc/ssh. */
const isOf = (file: string, name: string, home: string): boolean =>
  file.startsWith(`${home.replace(/\/+$/, '')}/.ssh/`) || /^\/etc\/ssh\/authorized_keys(?:\.d)?\/([^/]+)$/.exec(file)?.[1] === name

/**
 * What StrictModes of sshd_config(5) does not accept: the file of keys, its folders up to the home, owned or written by somebody else. Undefined where
 * nothing of that was seen.
 */
function looseOn(file: string, { name, home }: Member['account'], paths: Access['paths']): string | undefined {
  const top = file.startsWith(`${home}/`) ? home : '/'
  const way = componentsOf(file).filter((path) => path === top || top === '/' || path.startsWith(`${top}/`))
  return paths.find(({ path, owner, mode }) => way.includes(path) && ((owner !== name && owner !== 'root') || (mode & 0o022) !== 0))?.path
}

/**
 * DenyUsers, AllowUsers, DenyGroups, AllowGroups, in this order (sshd_config(5)). A host behind `@` is not held against anything. `groups`: undefined where
 * they are not known, and refuse nobody then.
 */
function isLetIn(setting: (keyword: string) => string | undefined, name: string, groups: ReadonlySet<string> | undefined): boolean {
  const list = (keyword: string): readonly string[] => setting(keyword)?.split(/\s+/).filter(Boolean) ?? []
  const fits = (pattern: string, text: string): boolean => fnmatch(pattern.replace(/@[^@]*$/, '') || pattern, text, false) === true
  if (list('denyusers').some((pattern) => !pattern.includes('@') && fits(pattern, name))) return false
  if (list('allowusers').length > 0 && !list('allowusers').some((pattern) => fits(pattern, name))) return false
  if (groups === undefined) return true
  const inAny = (patterns: readonly string[]) => patterns.some((pattern) => [...groups].some((group) => fits(pattern, group)))
  if (inAny(list('denygroups'))) return false
  return list('allowgroups').length === 0 || inAny(list('allowgroups'))
}
