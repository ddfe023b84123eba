import type { HostKind } from './kind.ts'

/**
 * logrotate passes over a file that it does not understand and rotates what the others name (logrotate(8)), but ends with 1 for it: a neighbour that was
 * broken before does not speak against ours, an error that was not there before does. One that fails without an error says nothing of whose fault it is.
 */
export const logrotateOnHost: HostKind = {
  tree: '/etc/logrotate.d',
  tools: ['logrotate'],
  validate: `logrotate -d /etc/logrotate.conf 2>&1 | grep "^error:" >"$gh_base/logrotate-errors" || [ -e "$gh_base/logrotate-errors" ] || return 1`,
  check: `/bin/sh -c 'said=$(logrotate -d /etc/logrotate.conf 2>&1) && exit
errors=$(printf "%s\\n" "$said" | grep "^error:") || { printf "%s\\n" "$said" | tail -n 3; exit 1; }
errors=$(printf "%s\\n" "$errors" | grep -vxF -f "$1/logrotate-errors") || exit 0
printf "%s\\n" "$errors"; exit 1' sh "$gh_base"`,
}
