import { isWithin } from '../../is-within.ts'

/** What a process has in place of files of the host, where that is something else: by bind mounts or another root (mount_namespaces(7), chroot(2), pivot_root(2)). */
export interface SeenFiles {
  /** `source`: its name on the host; absent where the host does not have it. */
  readonly mounts: readonly { readonly source?: string | undefined; readonly destination: string }[]
  /** There are more of them. */
  readonly more: boolean
}

/**
 * In awk, beside what `confinement.ts` defines: `@seen $pid SOURCE DESTINATION` for each mount of process `pid` that the host has elsewhere, with `?` where it has it nowhere,
 * and for those that lie in such a mount; `? /` where its root is no mount, as behind chroot(8). `more` after 100. What systemd gives every unit of its own is left out.
 */
export const seenFilesScript = `function seenBy(rows, source, from, to, i, k, odd, told, n) {
  rows = 1; from[1] = "?"; to[1] = "/"; n = 0
  for (look("mountinfo"); got(); ) if (f[5] !~ /^\\/(proc|sys|dev|run)(\\/|$)/) {
    source = (f[3], f[4], f[5]) in here ? f[5] : sourceOf(f[3], f[4]); k = f[5] == "/" ? 1 : ++rows
    from[k] = source == "" ? "?" : source; to[k] = f[5]
  }
  for (i = 1; !state && i <= rows; i++) {
    odd = from[i] != to[i]
    for (k = 1; k <= n && !odd; k++) odd = index(to[i], told[k]) == 1
    if (!odd) continue
    if (n == 100) { print "@seen " pid " more"; return }
    told[++n] = to[i] (i > 1 ? "/" : "")
    print "@seen " pid " " from[i] " " to[i]
  }
}
`

/** Reads `@seen` of section `processes`, by process. What is no place of the host any more, or kept from the process, has no source. */
export function readSeenFiles(lines: readonly string[]): ReadonlyMap<number, SeenFiles> {
  const found = new Map<number, SeenFiles>()
  for (const line of lines) {
    const [, digits, source = '', destination] = /^@seen (\d{1,10}) (?:more|(\?|\/\S*) (\/\S*))$/.exec(line) ?? []
    if (digits === undefined) continue
    const { mounts, more } = found.get(Number(digits)) ?? { mounts: [], more: false }
    const mount =
      destination === undefined ? [] : [{ ...(KEPT.test(source) ? {} : { source: nameOf(source) }), destination: nameOf(destination) }]
    found.set(Number(digits), { mounts: [...mounts, ...mount], more: more || destination === undefined })
  }
  return found
}

/** `/run/systemd/inaccessible/dir` is what systemd lays over what a unit may not see (systemd.exec(5), InaccessiblePaths=). */
const KEPT = /^\?|^\/run\/(?:user\/\d+\/)?(?:systemd|host)\/inaccessible\/|\/\/deleted$/

/** The name on the host of what a process calls `path`; undefined where the host has no such file, or that is not known. */
export function onHost(path: string, seen: SeenFiles | undefined): string | undefined {
  if (seen === undefined) return path
  const mount = coveringOf(path, seen.mounts)
  // The root is told first.
  if (mount === undefined || mount.destination === '/') return seen.more ? undefined : mount === undefined ? path : below(mount, path)
  return below(mount, path)
}

/** The mount that a path lies in: the innermost, and of those at one place the last. */
export const coveringOf = <T extends { readonly destination: string }>(path: string, mounts: readonly T[]): T | undefined =>
  mounts.reduce<T | undefined>((found, mount) => {
    const folder = mount.destination.replace(/\/$/, '')
    const covers = isWithin(path, folder)
    return covers && folder.length >= (found?.destination.replace(/\/$/, '').length ?? 0) ? mount : found
  }, undefined)

const below = ({ source, destination }: SeenFiles['mounts'][number], path: string): string | undefined =>
  source === undefined ? undefined : source.replace(/\/$/, '') + path.slice(destination.replace(/\/$/, '').length)

/** Blanks in names are `\\040`, as the kernel has them (proc(5)). */
export const nameOf = (word: string): string =>
  word.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
