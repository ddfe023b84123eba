/** What the kernel lets a process in a container do to its host. */
export interface Confinement {
  /** Its bounding set (capabilities(7)): what it, or a program with file capabilities or setuid that it starts, can ever hold. */
  readonly capabilities: readonly string[]
  /** Its root is root of the host: no user namespace maps it to another account (user_namespaces(7)). */
  readonly hostRoot: boolean
  /** It sees the processes of the host: no PID namespace of its own (pid_namespaces(7)). */
  readonly hostProcesses: boolean
  /** What of the host's own file systems it sees, where the host has it. */
  readonly mounts: readonly { readonly source: string; readonly destination: string; readonly readOnly: boolean }[]
  /** There are more of them. */
  readonly moreMounts: boolean
}

/**
 * `confinement` prints `@bound $pid HEXADECIMAL`, with ` shared` where it has the PID namespace of the host, `@idmap $pid INSIDE OUTSIDE COUNT` and
 * `@mount $pid ro|rw SOURCE DESTINATION`, a row for each mount whose file system the host has mounted as well (proc(5), mountinfo: of a bind mount the
 * fourth column is its place within that file system); one alone where its root is that of the host. Anybody may read these of any process. What every
 * container has under /proc and /sys is left out. `more` after 64 of them. Blanks in names are `\\040`, as the kernel has them.
 */
export const confinementScript = `confinement() { awk 'BEGIN {
  pid = ARGV[1]; hosts = rows = shared = 0
  while ((getline line < ("/proc/" pid "/status")) > 0) {
    n = split(line, f, /[ \\t]+/)
    if (f[1] == "NSpid:") shared = n == 2
    if (f[1] == "CapBnd:") print "@bound " pid " " f[2] (shared ? " shared" : "")
  }
  if ((getline line < ("/proc/" pid "/uid_map")) > 0) { n = split(line, f, " "); if (n == 3) print "@idmap " pid " " f[1] " " f[2] " " f[3] }
  while ((getline line < "/proc/self/mountinfo") > 0) { split(line, f, " "); device[hosts] = f[3]; root[hosts] = f[4]; place[hosts++] = f[5] }
  while ((getline line < ("/proc/" pid "/mountinfo")) > 0) {
    split(line, f, " "); found = -1
    if (f[5] ~ /^\\/(proc|sys)(\\/|$)/) continue
    for (i = 0; i < hosts; i++) if (device[i] == f[3] && (root[i] == "/" || f[4] == root[i] || index(f[4], root[i] "/") == 1))
      if (found < 0 || length(root[i]) > length(root[found])) found = i
    if (found < 0) continue
    source = root[found] == "/" ? f[4] : substr(f[4], length(root[found]) + 1)
    if (place[found] != "/") source = place[found] (source == "/" ? "" : source)
    if (source == "") source = "/"
    if (f[5] == "/" && source == "/") { print "@mount " pid " rw / /"; exit }
    row[rows++] = (f[6] ~ /^ro(,|$)/ ? "ro" : "rw") " " source " " f[5]
  }
  for (i = 0; i < rows && i < 64; i++) print "@mount " pid " " row[i]
  if (rows > 64) print "@mount " pid " more"
}' "$pid" 2>/dev/null; }
`

/** By number, linux/capability.h: those by which root of a container is root of its host. */
const NAMED: readonly (readonly [bit: bigint, name: string])[] = [
  [2n, 'CAP_DAC_READ_SEARCH'],
  [16n, 'CAP_SYS_MODULE'],
  [17n, 'CAP_SYS_RAWIO'],
  [19n, 'CAP_SYS_PTRACE'],
  [21n, 'CAP_SYS_ADMIN'],
]

/** All ids but the last, which stands for none (user_namespaces(7)). */
const EVERY_ID = '0 0 4294967295'

/** What `confinement` printed of each process; of one without a bounding set and a map nothing is known. */
export function readConfinements(lines: readonly string[]): ReadonlyMap<number, Confinement> {
  const bounds = new Map<number, { readonly held: bigint; readonly shared: boolean }>()
  const maps = new Map<number, string>()
  const mounts = new Map<number, Confinement['mounts'][number][]>()
  const more = new Set<number>()
  for (const line of lines) {
    const [, kind, number, rest = ''] = /^@(bound|idmap|mount) (\d{1,10}) (.*)$/.exec(line) ?? []
    const pid = Number(number)
    const [, bound, shared] = kind === 'bound' ? (/^([0-9a-f]{16})( shared)?$/.exec(rest) ?? []) : []
    if (bound !== undefined) {
      bounds.set(pid, { held: BigInt(`0x${bound}`), shared: shared !== undefined })
      mounts.set(pid, [])
    }
    if (kind === 'idmap') maps.set(pid, rest)
    if (kind === 'mount' && rest === 'more') more.add(pid)
    const [, mode, source, destination] = kind === 'mount' ? (/^(ro|rw) (\/\S*) (\/\S*)$/.exec(rest) ?? []) : []
    if (source === undefined || destination === undefined) continue
    const mount = { source: nameOf(source), destination: nameOf(destination), readOnly: mode === 'ro' }
    mounts.set(pid, [...(mounts.get(pid) ?? []), mount])
  }
  return new Map(
    [...bounds].flatMap(([pid, { held, shared }]): [number, Confinement][] => {
      const map = maps.get(pid)
      if (map === undefined) return []
      const capabilities = NAMED.flatMap(([bit, name]) => ((held >> bit) & 1n ? [name] : []))
      return [
        [
          pid,
          { capabilities, hostRoot: map === EVERY_ID, hostProcesses: shared, mounts: mounts.get(pid) ?? [], moreMounts: more.has(pid) },
        ],
      ]
    }),
  )
}

const nameOf = (word: string): string => word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
