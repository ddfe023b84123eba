import { DAY_MS } from '#shared/day.ts'
import type { Access, LoginKey } from '../facts/access/access.ts'
import { SSHD } from '../facts/access/pam-auth.ts'
import type { FactResult } from '../facts/fact.ts'
import type { SshdMatches } from '../facts/privileged/privileged.ts'
import type { Sshd } from '../facts/sshd/sshd.ts'
import { isWithin } from '../is-within.ts'
import { certifiedNote, expanded } from './certified.ts'
import { closes, forcedBy, forwards, isRefused, portsOf, takesFiles } from './key-options.ts'
import { FILES_LOOKED_AT, isOf, isSearched, linkTo, looseOn } from './key-places.ts'
import { pamAnswer } from './pam-account.ts'
import type { Member } from './rights.ts'
import { isLetIn, matched, setOtherwise, waysOf, withoutShell } from './sshd-login-rules.ts'

/** By which ways somebody gets in as one account, and what they can do with the session. */
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
          !loose.some((path) => isWithin(key.file, path)) &&
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
