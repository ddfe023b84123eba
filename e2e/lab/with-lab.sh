#!/bin/bash
# with-lab.sh [--delay-ms N] [--reset] [--hundred] -- CMD...
#
# Starts the lab, runs CMD on the workstation, takes the lab down, returns CMD's status. Installs and builds what is missing
# (Debian, root). Hosts start as provisioned each time; --reset provisions them anew. Waits while another run holds the lab.
# What CMD finds in its environment: lab_environment in scripts/lib.sh.
. "$(dirname "${BASH_SOURCE[0]}")/scripts/lib.sh"
need_root
options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
[ $# -gt 1 ] || die 'usage: with-lab.sh [--delay-ms N] [--reset] [--hundred] -- CMD...'
shift

mkdir -p "$LAB_DIR"
exec 9>"$LAB_DIR/lock"
flock --nonblock 9 || {
  say "another run holds the lab, waiting (LAB_INSTANCE=name makes a second lab)"
  flock 9
}
[ -z "$(running_hosts)" ] || [ "$(cat "$LAB_DIR/owner" 2>/dev/null)" != by-hand ] || die 'the lab was started by hand: run e2e/lab/lab.sh down first'
export LAB_LOCKED=1
# Daemons must not inherit the lock.
trap '"$LAB_SOURCE/lab.sh" down 9>&-' EXIT
echo "$$" >"$LAB_DIR/owner"
"$LAB_SOURCE/lab.sh" up "${options[@]}"

lab_environment
ip netns exec "$(namespace workstation)" "$@" <&0 9>&- &
child=$!
trap 'kill -TERM $child 2>/dev/null || :' INT TERM
status=0
wait "$child" || status=$?
while kill -0 "$child" 2>/dev/null; do # a trapped signal interrupts wait
  status=0
  wait "$child" || status=$?
done
exit "$status"
