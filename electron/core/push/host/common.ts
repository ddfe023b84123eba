import { againRuntime } from './again.ts'
import { initRuntime } from './init.ts'

/**
 * The fixed POSIX sh of a push. Data comes in as quoted words only (`program.ts`); every answer is a line that begins with the nonce.
 * `$gh_base` exists on the host exactly as long as a push is open or its end was not collected: making it is the lock, and it holds what the
 * undo needs. It lies in /var/lib, so that it is there after a reboot.
 */

/**
 * In every program. `gh_state` says what a path is in one word: `absent`, `sha256:uid:gid:mode`, `other` (no regular file) or `unreadable`. Its
 * second word is what the path was and is to become: of a file that keeps its content the digest is `kept`, and a link that goes or comes back is
 * `link:sha256` of its target.
 * The functions that `gh_files` calls get: number, path, uid, gid, mode, state before, state after, kind; of an edit its rule and the names.
 */
export const commonRuntime = `
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
umask 077
gh_base=/var/lib/gatehouse-push
gh_units=/etc/systemd/system
gh_history=/var/lib/gatehouse-history
gh_say() { printf '%s %s\\n' "$gh_k" "$*"; }
gh_fail() { gh_say "failed $*"; exit 1; }
gh_state() {
  if [ -h "$1" ]; then
    case $2 in *" absent"|*link:*) gh_sum=$(readlink -- "$1" | sha256sum); echo "link:\${gh_sum%% *}" ;; *) echo other ;; esac
  elif [ -f "$1" ]; then
    case $2 in *kept:*) gh_sum=kept ;; *) gh_sum=$(sha256sum <"$1" 2>/dev/null) ;; esac && gh_own=$(stat -c %u:%g:%a -- "$1" 2>/dev/null) && echo "\${gh_sum%% *}:$gh_own" || echo unreadable
  elif [ -e "$1" ]; then echo other
  else
    gh_up=\${1%/*}
    while [ -n "$gh_up" ] && [ ! -d "$gh_up" ]; do gh_up=\${gh_up%/*}; done
    if [ -x "\${gh_up:-/}" ]; then echo absent; else echo unreadable; fi
  fi
}
# What cp -a takes along and gh_state does not say: ACL and extended attributes, as far as the tools of the host show them; else whether there is an ACL.
gh_extra() {
  if command -v getfacl >/dev/null; then getfacl -cnpE -- "$1" 2>/dev/null; else stat -c %A -- "$1"; ls -ld -- "$1" | cut -c 11; fi
  stat -c %C -- "$1" 2>/dev/null
  if command -v getfattr >/dev/null; then getfattr -d -m - -e hex --absolute-names -- "$1" 2>/dev/null | grep -v '^# file:'; fi
  return 0
}
gh_show() {
  gh_now=$(gh_state "$2" "$6 $7")
  gh_say "file $1 $gh_now"
  gh_again "$1" "$gh_now" "$2"
}
# To the disk goes what is named, never all that the host has to write: a model that comes in would be waited for. A link has nothing of its own.
gh_sync() { [ -h "$1" ] || sync "$1"; }
# $1 is a process that $2 started.
gh_child() { grep -qx "PPid:[[:space:]]*$2" "/proc/$1/status" 2>/dev/null; }
# Active, and still the same process a moment later: a unit that dies and is started again is not up.
gh_healthy() {
  [ -n "$gh_unit" ] || return 0
  gh_tries=0
  while [ "$gh_tries" -lt "\${1:-20}" ]; do
    gh_tries=$((gh_tries + 1))
    gh_pid=$(gh_main_pid)
    if [ "$(gh_unit_state)" = active ]; then
      sleep 2
      [ "$(gh_unit_state)" = active ] && [ "$(gh_main_pid)" = "$gh_pid" ] && return 0
    elif ! gh_systemd; then return 1
    else sleep 1; fi
  done
  return 1
}
# A lock whose maker did not come to write down who it is answers to none.
gh_who_holds() { cat "$gh_base/id" 2>/dev/null || echo none; }
gh_mine() { [ -d "$gh_base" ] && [ "$(gh_who_holds)" = "$gh_id" ]; }
# The flock of busybox does not wait.
gh_lock() {
  exec 9>>"$gh_base/lock" || return 1
  gh_waits=0
  until flock -n 9; do
    gh_waits=$((gh_waits + 1))
    [ "$gh_waits" -le "$1" ] || return 1
    sleep 1
  done
}
gh_look() {
  if [ -d "$gh_base" ]; then
    gh_say "open $(gh_who_holds) $(cat "$gh_base/since" 2>/dev/null || echo 0) $(cat "$gh_base/who" 2>/dev/null)"
    gh_say "now $(date +%s)"
    for gh_mark in writing undoing undone committed found; do [ ! -e "$gh_base/$gh_mark" ] || gh_say "mark $gh_mark"; done
  fi
  [ ! -e "$gh_history/$gh_id/committed" ] || gh_say kept
  if gh_armed; then gh_say armed; elif gh_held; then gh_say armed-at-boot; fi
  gh_files gh_show
  gh_say "unit $(gh_unit_state)"
}
${againRuntime}${initRuntime}`
