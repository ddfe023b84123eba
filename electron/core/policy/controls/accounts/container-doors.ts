import { openGrants } from '../../../access/netgroups.ts'
import { rootWays } from '../../../access/root-ways.ts'
import type { Access } from '../../../facts/access/access.ts'
import type { Account, Accounts } from '../../../facts/accounts/accounts.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Sudoers } from '../../../facts/privileged/privileged.ts'
import type { Confinement } from '../../../facts/processes/confinement.ts'
import { isWithin } from '../../../is-within.ts'
import { type Given, placeOf } from './container-ways.ts'

/** What says who is root by another name. */
export interface Privileges {
  readonly accounts: Accounts
  readonly sudoers: FactResult<Sudoers>
  readonly access: FactResult<Access>
}

/** An account of the host that a container is given: what runs in the container is that account outside of it, too. */
interface Door {
  readonly account: Account
  /** What of the host is mounted. */
  readonly source: string
}

/** What the doors of a container come to. */
export interface Doors {
  readonly accounts: readonly Account[]
  /** Ways to root that these accounts have. */
  readonly ways: readonly string[]
  /** Why there may be more. */
  readonly unknown?: string | undefined
}

/** Whoever connects to one has programs started as its account: daemons of its own containers, and its manager (user@.service(5)). */
const SOCKETS = ['docker.sock', 'podman/podman.sock', 'bus', 'systemd/private']
/** The same, of Docker Desktop (docs.docker.com/desktop). */
const HOME_SOCKETS = ['.docker/run/docker.sock', '.docker/desktop/docker.sock']
/** What is run as the account, at its next login or by its manager, or opens a login (bash(1), zsh(1), sshd(8), systemd.unit(5), podman-systemd.unit(5)). */
const RUN = [
  ...['.ssh/authorized_keys', '.ssh/authorized_keys2', '.ssh/rc', '.bashrc', '.bash_profile', '.bash_login', '.profile', '.bash_logout'],
  ...['.zshenv', '.zprofile', '.zshrc', '.zlogin', '.config/fish', '.config/environment.d', '.config/autostart', '.config/containers'],
  ...['.config/docker', '.config/systemd', '.local/share/systemd', '.local/bin', 'bin'],
]

/** Root of a container that is root of its host can be any account; that of a user namespace those that its map has. */
const canBe = ({ uid }: Account, inside: Confinement | undefined): boolean =>
  uid !== 0 && (!inside || inside.accounts.some(({ first, count }) => uid >= first && uid < first + count))

function opens({ source: given, readOnly }: Given['mounts'][number], { uid, home: named }: Account): boolean {
  const [source, home] = [placeOf(given), placeOf(named)]
  // A socket is connected to on a file system that is read-only, too.
  if (SOCKETS.some((name) => isWithin(`/run/user/${uid}/${name}`, source))) return true
  if (home === '/') return false
  if (isWithin(source, `${home}/.docker`) && HOME_SOCKETS.some((name) => isWithin(`${home}/${name}`, source))) return true
  if (readOnly) return false
  return isWithin(home, source) || RUN.map((name) => `${home}/${name}`).some((path) => isWithin(path, source) || isWithin(source, path))
}

/** Accounts that what is mounted into a container leads to, and what they can become. Of root's own files `container-ways.ts` tells. */
export function doorsOf(mounts: Given['mounts'], inside: Confinement | undefined, { accounts, sudoers, access }: Privileges): Doors {
  const found = accounts.accounts.flatMap((account): Door[] => {
    const source = canBe(account, inside) ? mounts.find((mount) => opens(mount, account))?.source : undefined
    return source === undefined ? [] : [{ account, source }]
  })
  const ways = found.flatMap(({ account, source }) => {
    const [way] = rootWays(account, accounts, sudoers.known ? sudoers.value : undefined, access.known ? access.value : undefined)
    return way ? [`${source} of the host is mounted, by which it is account ${account.name}, and that one root (${way.way})`] : []
  })
  const read = { accounts: found.map(({ account }) => account), ways }
  if (found.length === 0) return read
  const [netgroup] = sudoers.known ? openGrants(sudoers.value).filter(({ root }) => root) : []
  const unknown = sudoers.known ? (sudoers.value.incomplete ?? netgroup?.reason) : sudoers.reason
  return { ...read, unknown }
}
