import { listingWords, MAX_DEPTH } from '../../facts/model-files/collect.ts'
import { shellQuote } from '../../probe/shell-quote.ts'
import { privilegeRuntime, selfRuntime } from '../../probe/shell-runtime.ts'

/** A directory to list. Only what the sudoers drop-in names is asked for as root: a refusal would be mailed to root of the host. */
export interface ListedPath {
  readonly path: string
  readonly privileged: boolean
}

/**
 * One POSIX sh script that lists every root, for `/bin/sh` on stdin. It prints records that end with a NUL and nothing else:
 *
 * - `NONCE r INDEX` begins a root, `NONCE e INDEX STATUS root|self|missing` ends it, `NONCE z EPOCH` is the last. What a login prints comes
 *   before the first NUL; the nonce is 128 bits that no file could know, and is in no argument of a process.
 * - Between them what find(1) prints for `listingWords`, or stat(1) where find has no -printf (busybox).
 *
 * Names go over the wire as they are, so that no byte of them is lost. Nothing is written on the host. A script cut short is a syntax error
 * and runs nothing, since all of it is one function.
 */
export function listingScript(roots: readonly ListedPath[], nonce: string): string {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  const calls = roots.map(({ path, privileged }, index) => {
    const words = listingWords(path).map(shellQuote).join(' ')
    return `gl_root ${index} ${privileged ? 1 : 0} ${shellQuote(path)} ${words}\n`
  })
  return `gl_main() {
LC_ALL=C TZ=UTC PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL TZ PATH
${selfRuntime}gh_sudo=$(command -v sudo)
${privilegeRuntime}
gl_k=${nonce}
${LIST}
printf '\\000'
${calls.join('')}printf '%s z %s\\000' "$gl_k" "$(date +%s)"
}
gl_main </dev/null 2>/dev/null
`
}

/** A name that the account cannot see may be there, unless every directory up to the first that is missing can be searched. */
const LIST = `gl_gnu=
find / -maxdepth 0 -printf '' && gl_gnu=1
gl_absent() {
  [ -e "$1" ] && return 1
  [ -L "$1" ] && return 0
  gl_d=$1
  while [ -n "$gl_d" ]; do gl_d=\${gl_d%/*}; [ -e "\${gl_d:-/}" ] && { [ -x "\${gl_d:-/}" ]; return; }; done
  return 1
}
gl_root() {
  gl_i=$1 gl_s=$2 gl_p=$3
  shift 3
  printf '%s r %s\\000' "$gl_k" "$gl_i"
  if gl_absent "$gl_p"; then printf '%s e %s 0 missing\\000' "$gl_k" "$gl_i"; return; fi
  gl_rc=126 gl_as=root
  if [ "$gl_gnu" ] && [ "$gl_s" = 1 ]; then gh_p s 2 /usr/bin/find /bin/find "$@"; gl_rc=$?; fi
  if [ "$gl_rc" -eq 126 ] || [ "$gl_rc" -eq 127 ]; then
    gl_as=self
    if [ "$gl_gnu" ]; then find "$@"
    else find -H "$gl_p" -maxdepth ${MAX_DEPTH} -exec stat -c '%f/%U/%G/%s/%d/%i/%b/%y/%z/' {} \\; -print0; fi
    gl_rc=$?
  fi
  printf '%s e %s %s %s\\000' "$gl_k" "$gl_i" "$gl_rc" "$gl_as"
}`
