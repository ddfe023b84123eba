import { shellQuote } from '../../probe/shell-quote.ts'
import type { HostKind } from './kind.ts'

/**
 * `sshd -t` takes a file that nobody reads, or that says a thing for the second time: for sshd the first value holds (sshd_config(5)). So what each file says
 * alone, in the words of `sshd -T`, is looked for in what all files say together. A smaller number there is stricter. Where the file alone is no
 * configuration (host keys that lie elsewhere) nothing is said of it. $1 is not empty where a push is taken back: then files need not hold.
 */
const CHECK = `sshd -t || exit
[ -z "$1" ] || exit 0
shift
all=$(sshd -T 2>/dev/null) || exit 0
for own; do
  alone=$(sshd -T -f "$own" 2>/dev/null) || continue
  lost=$(awk -F "[ \\t=]+" "tolower(\\$1) == \\"match\\" { exit } /^[A-Za-z]/ { print tolower(\\$1) }" "$own" | while read -r key; do
    printf "%s\\n" "$alone" | grep -i "^$key " | while read -r name value; do
      now=$(printf "%s\\n" "$all" | grep -i "^$key ")
      ! printf "%s\\n" "$now" | grep -Fxq -- "$name $value" || continue
      case $value\${now#"$name "} in *[!0-9]*) ;; *) [ "\${now#"$name "}" -gt "$value" ] || continue ;; esac
      printf "%s\\n" "$name $value (it goes on with \${now:-none})"
    done
  done | head -n 1)
  [ -z "$lost" ] || { echo "sshd would not take $lost from $own: the first value that it reads holds, and it reads another one before, or not this file. Put the line Include /etc/ssh/sshd_config.d/*.conf before all others in /etc/ssh/sshd_config, then plan again"; exit 1; }
done`

export const sshdOnHost: HostKind = {
  tree: '/etc/ssh',
  tools: ['sshd', 'awk'],
  check: `/bin/sh -c ${shellQuote(CHECK)} sh "$gh_reverts"`,
  isToldFiles: true,
}
