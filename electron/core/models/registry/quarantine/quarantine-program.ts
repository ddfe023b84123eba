import { shellQuote } from '../../../probe/shell-quote.ts'

export interface QuarantineTarget {
  /** Model directory of the fleet file in which the file lies. */
  readonly root: string
  /** The file, below `root`. */
  readonly path: string
  /** Name in the quarantine, the same for the same path. */
  readonly id: string
}

/**
 * The fixed sh: a file is renamed into a folder of the model directory that root alone may enter, with mode 000; owner and mode stand beside it, for
 * the way back. The folder of the file is entered once and then named by `.`, so that a link in its place is not followed.
 */
const runtime = `
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
umask 077
gh_say() { printf '%s %s\\n' "$gh_k" "$*"; }
gh_fail() { gh_say "failed $*"; exit 1; }
trap '' HUP INT TERM PIPE
[ "$(id -u)" = 0 ] || gh_fail "not-root"
cd -P -- "$gh_root" 2>/dev/null && [ "$(pwd -P)" = "$gh_root" ] || gh_fail "unsafe $gh_root is reached through a link or is gone"
gh_store=.gatehouse-quarantine
[ -e "$gh_store" ] || [ -h "$gh_store" ] || mkdir -m 700 -- "$gh_store" || gh_fail "unwritable $gh_root"
[ ! -h "$gh_store" ] && [ "$(stat -c %u:%a -- "$gh_store")" = 0:700 ] || gh_fail "unsafe $gh_store is not root's alone"
# Held open, so that it stays the same folder whatever is renamed meanwhile.
exec 8<"$gh_store" && gh_store=/proc/$$/fd/8 && [ "$(stat -L -c %u:%a -- "$gh_store")" = 0:700 ] || gh_fail "unsafe $gh_store changed meanwhile"
gh_at=$gh_store/$gh_id
cd -P -- "\${gh_path%/*}" 2>/dev/null && [ "$(pwd -P)" = "\${gh_path%/*}" ] || gh_fail "unsafe \${gh_path%/*} is reached through a link or is gone"
[ "$(stat -c %d .)" = "$(stat -L -c %d -- "$gh_store")" ] || gh_fail "other-disk $gh_path lies on another file system than $gh_root"
gh_name=\${gh_path##*/}
`

const takeRuntime = `
[ ! -e "$gh_at" ] || gh_fail "taken it lies in the quarantine already"
[ ! -h "./$gh_name" ] && [ -f "./$gh_name" ] || gh_fail "no-file $gh_path is no regular file"
gh_was=$(stat -c %u:%g:%a -- "./$gh_name") || gh_fail "unreadable $gh_path"
printf '%s\\n' "$gh_was" >"$gh_at.was" || gh_fail "unwritable $gh_root"
mv -T -- "./$gh_name" "$gh_at" || { rm -f -- "$gh_at.was"; gh_fail "unwritable $gh_root"; }
chmod 000 -- "$gh_at" && chown -h 0:0 -- "$gh_at" && sync
[ ! -e "./$gh_name" ] && [ "$(stat -c %a -- "$gh_at")" = 0 ] || gh_fail "not-proven $gh_path"
gh_say end
`

const backRuntime = `
[ -f "$gh_at" ] && [ ! -h "$gh_at" ] || gh_fail "no-file it does not lie in the quarantine"
[ ! -e "./$gh_name" ] && [ ! -h "./$gh_name" ] || gh_fail "in-the-way something lies at $gh_path"
read -r gh_was <"$gh_at.was" && [ -n "$gh_was" ] || gh_fail "unreadable $gh_at.was"
chown -h -- "\${gh_was%:*}" "$gh_at" && chmod -- "\${gh_was##*:}" "$gh_at" || gh_fail "no-owner \${gh_was%:*}"
mv -T -- "$gh_at" "./$gh_name" || gh_fail "unwritable \${gh_path%/*}"
rm -f -- "$gh_at.was"
cd "$gh_root" && rmdir -- .gatehouse-quarantine 2>/dev/null
cd - >/dev/null
sync
[ "$(stat -c %u:%g:%a -- "./$gh_name")" = "$gh_was" ] || gh_fail "not-proven $gh_path"
gh_say end
`

/** The program for `/bin/sh` on stdin. All of it stands in one function that the last line calls: cut short, it runs nothing. */
export function quarantineProgram(way: 'take' | 'back', { root, path, id }: QuarantineTarget, nonce: string): string {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  const variables = Object.entries({ gh_k: nonce, gh_root: root, gh_path: path, gh_id: id }).map(
    ([key, value]) => `${key}=${shellQuote(value)}\n`,
  )
  return `gh_main() {\n${variables.join('')}${runtime}${way === 'take' ? takeRuntime : backRuntime}}\ngh_main </dev/null\n`
}
