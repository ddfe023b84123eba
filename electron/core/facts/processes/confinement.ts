import { nameOf, seenFilesScript } from './seen-files.ts'

/** What the kernel lets a process in a container do to its host. */
export interface Confinement {
  /** Its bounding set (capabilities(7)): what it, or a program with file capabilities or setuid that it starts, can ever hold. */
  readonly capabilities: readonly string[]
  /** Its root is root of the host: no user namespace maps it to another account (user_namespaces(7)). */
  readonly hostRoot: boolean
  /** Accounts of the host that it can be, by number: root in it can be each of them. */
  readonly accounts: readonly { readonly first: number; readonly count: number }[]
  /** It sees the processes of the host: no PID namespace of its own (pid_namespaces(7)). */
  readonly hostProcesses: boolean
  /** It may take any account (setfsuid(2)): where it sees processes of the host, `/proc/PID/root` of theirs is the root of the host (ptrace(2)). */
  readonly isAnyAccount: boolean
  /** AppArmor or SELinux keeps it from those and from the daemons of the host, as profiles of containers do. */
  readonly profiled: boolean
  /** What of the host's own file systems it sees, where the host has it. */
  readonly mounts: readonly { readonly source: string; readonly destination: string; readonly readOnly: boolean }[]
  /** There are more of them. */
  readonly moreMounts: boolean
}

/**
 * Of the first process of each container or pod in `$table`, and of each that `$pattern` finds in one: `@cgroup $pid ROW`, `@bound $pid HEXADECIMAL`, with ` shared` where it has
 * the PID namespace of the host, and ` profiled` where AppArmor or SELinux enforces a profile of containers on it (attr/current, apparmor(7)), `@idmap $pid INSIDE OUTSIDE COUNT`, a row for each range, and
 * `@mount $pid ro|rw SOURCE DESTINATION`, a row for each mount whose file system the host has mounted as well (proc(5), mountinfo: of a bind mount the
 * fourth column is its place within that file system), by each of its names where the host has it at several places: a volume of Docker
 * may be a folder of the host once more, and of ostree /etc is a folder of the system's; one alone where its root is that of the host. Its next hops and addresses (`gateway.ts`). Anybody may read these of any process. What every
 * container has under /proc and /sys, its own root and what the runtime keeps for it are left out. `more` after 64 of them. Blanks in names are `\\040`, as the kernel has them.
 * Where neither is on, a read of attr/current fails, at which mawk gives up, as where a process ends while its files are read: so it is asked again. The id of a container is the last word of 64 hexadecimal digits in its cgroup; that of process 1 is where all of them run. Where no runtime runs, only
 * what `$pattern` finds is looked at. Of what it finds elsewhere, and of nginx there, rows of `seen-files.ts`.
 */
export const confinementsScript = `case $table in *containerd* | *conmon* | *dockerd*) runtime=1 ;; *) runtime= ;; esac
for try in 1 2 3; do confined=$(printf '%s\\n' "$table" | awk -v "pattern=$pattern" -v "runtime=$runtime" '
function look(name) { close(file); file = "/proc/" pid "/" name }
function got() { return (state = (getline line < file)) > 0 && split(line, f, " ") + 1 }
function idOf(of, id, word, n, i) {
  pid = of; id = ""
  for (look("cgroup"); got(); ) if (length(line) > 64 && line !~ /conmon-/) {
    n = split(line, word, /[^0-9a-f]+/)
    for (i = 1; i <= n; i++) if (length(word[i]) == 64) { id = word[i]; group = line }
  }
  return id
}
function readHost() {
  pid = "self"
  for (look("mountinfo"); got(); ) { root[++hosts] = f[4]; place[hosts] = f[5]; disk[hosts] = f[3]; mounted[f[3]] = mounted[f[3]] " " hosts; here[f[3], f[4], f[5]] }
  pid = $1
}
function nameIn(k, path) {
  if (root[k] != "/" && path != root[k] && index(path, root[k] "/") != 1) return ""
  if (root[k] != "/") path = substr(path, length(root[k]) + 1)
  if (place[k] != "/") path = place[k] (path == "/" ? "" : path)
  return path == "" ? "/" : path
}
function isSeen(name, device, path, i, k) {
  k = 0
  for (i = 1; i <= hosts; i++) if ((place[i] == "/" || name == place[i] || index(name, place[i] "/") == 1) && length(place[i]) >= length(place[k])) k = i
  return disk[k] == device && nameIn(k, path) == name
}
function namesOf(device, path, at, n, i, k, name, longest, list) {
  n = split(mounted[device], at, " "); longest = 0; list = " "
  for (i = 1; i <= n; i++) if ((name = nameIn(k = at[i], path)) != "") {
    if (!longest || length(root[k]) > length(root[longest])) longest = k
    if ((n == 1 || isSeen(name, device, path)) && !index(list, " " name " ")) list = list name " "
  }
  return longest && list == " " ? nameIn(longest, path) : list
}
function sourceOf(device, path, name, n, best) {
  best = ""
  for (n = split(namesOf(device, path), name, " "); n > 0; n--) if (best == "" || length(name[n]) <= length(best)) best = name[n]
  return best
}
function networkOf(address) {
  for (look("net/route"); got(); ) if (f[2] == "00000000") print "@gateway " pid " " f[3]
  for (look("net/fib_trie"); got(); ) if (f[1] == "|--") address = f[2]; else if (f[1] == "/32" && f[2] == "host" && address !~ /^127/) print "@address " pid " " address
  for (look("net/if_inet6"); got(); ) if (f[4] == "00") print "@address " pid " " f[1]
}
function tell(id, how, rows, i, source, row, name, n) {
  for (look("status"); got(); ) {
    if (f[1] == "NSpid:" && f[3] == "") how = " shared"
    if (f[1] == "CapBnd:") print "@bound " pid " " f[2] how (lsm && (getline line < ("/proc/" pid "/attr/current")) > 0 && line ~ /\\(enforce\\)|:container_t:/ ? " profiled" : "")
  }
  for (look("uid_map"); rows++ < 32 && got(); ) if (f[3] != "") print "@idmap " pid " " f[1] " " f[2] " " f[3]
  rows = 0
  for (look("mountinfo"); got(); ) {
    if (f[5] ~ /^\\/(proc|sys)(\\/|$)/) continue
    if (f[5] == "/" && sourceOf(f[3], f[4]) == "/") { rows = 1; row[1] = "rw / /"; break }
    n = f[5] == "/" ? 0 : split(namesOf(f[3], f[4]), name, " ")
    for (i = 1; i <= n; i++) if (!index(name[i], "/" id "/")) row[++rows] = (f[6] ~ /^ro(,|$)/ ? "ro" : "rw") " " name[i] " " f[5]
  }
  for (i = 1; i <= rows && i <= 64; i++) print "@mount " pid " " row[i]
  if (rows > 64) print "@mount " pid " more"
}
${seenFilesScript}BEGIN {
  own = idOf(1)
  lsm = (getline on < "/sys/module/apparmor/parameters/enabled") > 0 && on == "Y" || (getline on < "/sys/fs/selinux/enforce") > 0 && on == "1"
}
$2 == 2 || told >= 200 || !(engine = tolower($0) ~ pattern) && !(web = /nginx(: master| -)/) && !runtime { next }
{
  id = idOf($1)
  if (!engine && (id == "" || id == own ? !web : id in seen)) next
  if (!told++) readHost()
  if (id == "" || id == own) { if (engine && id != "") networkOf(); seenBy(); next }
  networkOf()
  seen[id]
  print "@cgroup " $1 " " group
  tell(id)
}' 2>/dev/null) && break; done
[ -z "$confined" ] || printf '%s\\n' "$confined"
`

/** By number, linux/capability.h: those by which root of a container is root of its host. */
const NAMED: readonly (readonly [bit: bigint, name: string])[] = [
  [2n, 'CAP_DAC_READ_SEARCH'],
  [16n, 'CAP_SYS_MODULE'],
  [17n, 'CAP_SYS_RAWIO'],
  [19n, 'CAP_SYS_PTRACE'],
  [21n, 'CAP_SYS_ADMIN'],
]

/** CAP_SETGID and CAP_SETUID */
const ANY_ACCOUNT = 0b1100_0000n

/** All ids but the last, which stands for none (user_namespaces(7)). */
const EVERY_ID = '0 0 4294967295'

/** What was printed of each process; of one without a bounding set and a map nothing is known. */
export function readConfinements(lines: readonly string[]): ReadonlyMap<number, Confinement> {
  const bounds = new Map<number, { readonly held: bigint; readonly shared: boolean; readonly profiled: boolean }>()
  const maps = new Map<number, string[]>()
  const mounts = new Map<number, Confinement['mounts'][number][]>()
  const more = new Set<number>()
  for (const line of lines) {
    const [, kind, number, rest = ''] = /^@(bound|idmap|mount) (\d{1,10}) (.*)$/.exec(line) ?? []
    const pid = Number(number)
    const [, bound, shared, profiled] = kind === 'bound' ? (/^([0-9a-f]{16})( shared)?( profiled)?$/.exec(rest) ?? []) : []
    if (bound !== undefined) {
      bounds.set(pid, { held: BigInt(`0x${bound}`), shared: shared !== undefined, profiled: profiled !== undefined })
      mounts.set(pid, [])
      maps.set(pid, [])
    }
    if (kind === 'idmap' && /^\d{1,10} \d{1,10} \d{1,10}$/.test(rest)) maps.get(pid)?.push(rest)
    if (kind === 'mount' && rest === 'more') more.add(pid)
    const [, mode, source, destination] = kind === 'mount' ? (/^(ro|rw) (\/\S*) (\/\S*)$/.exec(rest) ?? []) : []
    if (source === undefined || destination === undefined) continue
    const mount = { source: nameOf(source), destination: nameOf(destination), readOnly: mode === 'ro' }
    mounts.set(pid, [...(mounts.get(pid) ?? []), mount])
  }
  return new Map(
    [...bounds].flatMap(([pid, { held, shared, profiled }]): [number, Confinement][] => {
      const map = maps.get(pid) ?? []
      if (map.length === 0) return []
      const capabilities = NAMED.flatMap(([bit, name]) => ((held >> bit) & 1n ? [name] : []))
      const isAnyAccount = (held & ANY_ACCOUNT) === ANY_ACCOUNT
      const accounts = map.map((row) => row.split(' ').map(Number)).map(([, first = 0, count = 0]) => ({ first, count }))
      const given = { capabilities, hostRoot: map[0] === EVERY_ID, accounts, hostProcesses: shared, isAnyAccount, profiled }
      return [[pid, { ...given, mounts: mounts.get(pid) ?? [], moreMounts: more.has(pid) }]]
    }),
  )
}
