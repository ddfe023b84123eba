import { DAY_MS } from '#shared/day.ts'
import type { LoginKey } from '../facts/access/access.ts'

/**
 * What whoever gets in is made to run, where no way in is without it: ForceCommand for all of them, or a command before each key (sshd(8)). Whether it can
 * be led to open a connection, that program alone knows; `internal-sftp` cannot.
 */
export function forcedBy(setting: (keyword: string) => string | undefined, taken: readonly LoginKey[]): string | undefined {
  const all = setting('forcecommand') ?? 'none'
  const commands = all === 'none' ? taken.map(({ options }) => options.find(({ name }) => name.toLowerCase() === 'command')?.value) : [all]
  const [first] = commands
  return commands.includes(undefined) ? undefined : first
}

/** Options of sshd(8) that say no to ports; of two the last one counts. A command says nothing of them. */
export function forwards({ options }: LoginKey): boolean {
  const last = options.findLast(({ name }) => /^(?:restrict|(?:no-)?port-forwarding)$/i.test(name))
  return last === undefined || last.name.toLowerCase() === 'port-forwarding'
}

/**
 * Ports of `permitopen`, which stands before keys (sshd(8)) and as PermitOpen in sshd_config(5): both have to allow it. One key without it opens them all.
 * Undefined where nothing binds the account. To which hosts is not looked at.
 */
export function portsOf(keys: readonly LoginKey[], setting: (keyword: string) => string | undefined): ReadonlySet<number> | undefined {
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

/** May this key be used to copy files? Not where it runs a command of its own, unless that is sftp itself. */
export const takesFiles = ({ options }: LoginKey): boolean =>
  options.every(({ name, value = '' }) => name.toLowerCase() !== 'command' || value.startsWith('internal-sftp'))

/**
 * An option of a key with which nobody gets in (sshd(8)): a day that is over, in whatever time zone the host is, or addresses that are only taken back, since a
 * pattern with a mark before it never lets one in.
 */
export function closes({ name, value = '' }: LoginKey['options'][number], now: number): boolean {
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
export function isRefused(key: LoginKey, uid: number, setting: (keyword: string) => string | undefined): boolean {
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
