import { againRuntime } from './host-again.ts'
import { editRuntime } from './host-edits.ts'
import { initRuntime, watchRuntime } from './host-init.ts'
import { spareRuntime } from './host-spare.ts'

/**
 * The fixed POSIX sh of a push. Data comes in as quoted words only (`host-program.ts`); every answer is a line that begins with the nonce.
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

const reading = `
gh_read() {
  gh_now=$(gh_state "$2" "$6 $7")
  if [ "$gh_now" = unreadable ] && [ -f "$2" ] && [ ! -r "$2" ]; then gh_now=unread:$(stat -c %u:%g:%a -- "$2"); fi
  gh_say "file $1 $gh_now"
  if [ -n "$9" ]; then gh_foreseen "$@"; return 0; fi
  case $gh_now in kept:*|link:*|unread:*) ;; *:*) [ "$(wc -c <"$2")" -le 65536 ] && base64 <"$2" | while read -r gh_line; do gh_say "content $1 $gh_line"; done ;; esac
  return 0
}
gh_step() {
  gh_files gh_read
  gh_say "unit $(gh_unit_state)"
  gh_say "init $(gh_init)"
  gh_say end
}
`

/**
 * Without any right: what a plan is made from. The content of what is there follows its state, in base64. Of a file that this account may not read
 * the state is `unread:uid:gid:mode`.
 */
export const readRuntime = `gh_foreseen() { :; }
${reading}`

/** The same as root, who may say what an edit would make of a file. */
export const inspectRuntime = `${editRuntime}
# What an edit would make of the file, and which lines: the content stays here.
gh_foreseen() {
  case $gh_now in absent|other|unreadable|unread:*|link:*|kept:*) return 0 ;; esac
  command -v awk >/dev/null || return 0
  gh_sum=$(gh_edit "$9" "\${10}" "" <"$2" | sha256sum) && gh_say "edited $1 \${gh_sum%% *}:\${gh_now#*:}"
  gh_edit "$9" "\${10}" told <"$2" | head -n 100 | while read -r gh_line; do gh_say "changes $1 $gh_line"; done
}
${reading}`

export const lookRuntime = 'gh_step() { gh_look; gh_say end; }\n'

/** Copies, backs up, validates. Changes nothing outside of its own folder. Leaves nothing behind when it fails. */
export const stageRuntime = `${editRuntime}
gh_trusted() {
  gh_at=$1
  while [ -n "$gh_at" ]; do
    [ ! -h "$gh_at" ] || gh_fail "unsafe $gh_at is a link"
    if [ -e "$gh_at" ]; then
      [ -d "$gh_at" ] || gh_fail "unsafe $gh_at is no folder"
      [ "$(stat -c %u -- "$gh_at")" = 0 ] || gh_fail "unsafe $gh_at does not belong to root"
      case $(stat -c %A -- "$gh_at") in ?????w*|????????w*) gh_fail "unsafe others than root may write to $gh_at" ;; esac
    fi
    gh_at=\${gh_at%/*}
  done
}
gh_check() {
  gh_trusted "\${2%/*}"
  gh_up=\${2%/*}
  [ -d "\${gh_up%/*}/" ] || gh_fail "missing-folder \${gh_up%/*}"
  [ -d "$gh_up" ] || gh_up=\${gh_up%/*}
  [ -w "$gh_up/" ] || gh_fail "unwritable $gh_up is read-only or immutable"
  # proc(5): the fifth word is where something is mounted. A file of which that is so cannot be replaced.
  ! cut -d ' ' -f 5 /proc/self/mountinfo | grep -qxF -- "$2" || gh_fail "unwritable $2 is mounted there, so it cannot be replaced"
  # What would undo it is gone when the host starts anew, and the file is not.
  case $gh_volatile in tmpfs|ramfs) [ "$(stat -f -c %T -- "$gh_up")" = "$gh_volatile" ] || gh_fail "volatile \${gh_base%/*} lies in memory, so the undo would not outlive a start of the host" ;; esac
  gh_now=$(gh_state "$2" "$6 $7")
  [ "$gh_now" = "$6" ] || gh_fail "conflict $2 $gh_now"
}
# The bytes of a new file: those that came along, what an edit makes of the old ones, or those that the push which is taken back had kept here.
gh_bytes() {
  if [ -z "$gh_reverts" ] && [ -n "$5" ]; then gh_edit "$5" "$6" "" <"$gh_base/old.$1" >"$2"
  elif [ -z "$gh_reverts" ]; then case $4 in link:*) ln -s -- "$(gh_content "$1")" "$2" ;; *) gh_content "$1" >"$2" ;; esac
  else cp -a -- "$gh_history/$gh_reverts/old.$1" "$2" 2>/dev/null || gh_fail "not-kept the host has no copy of $3 from before"; fi
}
gh_put() {
  [ -d "\${2%/*}" ] || : >"$gh_base/made.$1"
  case "$6 $7" in
    absent*|kept:*kept:*) ;;
    *)
      cp -a -- "$2" "$gh_base/old.$1" && [ "$(gh_state "$gh_base/old.$1" "$6 $7")" = "$6" ] || return 1
      [ -h "$2" ] || [ "$(gh_extra "$gh_base/old.$1")" = "$(gh_extra "$2")" ] || gh_fail "unwritable the ACL or attributes of $2 cannot be kept in $gh_base"
      ;;
  esac
  if [ "$7" = absent ]; then
    [ ! -e "$gh_history/$gh_reverts/made.$1" ] || : >"$gh_base/empty.$1"
    return 0
  fi
  gh_bytes "$1" "$gh_base/new.$1" "$2" "$7" "$9" "\${10}" || return 1
  case $7 in link:*) ;; *) chown "$3:$4" "$gh_base/new.$1" && chmod "$5" "$gh_base/new.$1" || return 1 ;; esac
  [ "$(gh_state "$gh_base/new.$1" "$6 $7")" = "$7" ]
}
gh_step() {
  [ "$(id -u)" = 0 ] || gh_fail not-root
  # What was planned is never less than what will be: a plan that says that nothing runs at the next start is held by whatever there is.
  gh_now=$(gh_init)
  case $gh_boot in any|none|"$gh_now") ;; *) gh_fail "conflict the undo was planned for $gh_boot, and this host has $gh_now" ;; esac
  gh_needs='setsid pgrep cut'
  ! gh_systemd || gh_needs='systemctl systemd-analyze'
  for gh_tool in $gh_needs flock sha256sum stat sync find cp mv timeout base64; do
    command -v "$gh_tool" >/dev/null || gh_fail "no-tool $gh_tool"
  done
  gh_trusted "\${gh_base%/*}"
  gh_volatile=$(stat -f -c %T -- "\${gh_base%/*}")
  gh_files gh_check
  [ "$(gh_unit_state)" = active ] || gh_fail "not-active $gh_unit"
  mkdir -m 700 "$gh_base" 2>/dev/null || { [ -d "$gh_base" ] || gh_fail "unwritable \${gh_base%/*} is read-only or full"; gh_look; gh_fail busy; }
  trap 'rm -rf "$gh_base"' EXIT
  printf '%s\\n' "$gh_id" >"$gh_base/id" && date +%s >"$gh_base/since" && printf '%s\\n' "$gh_who" >"$gh_base/who" || gh_fail "unwritable $gh_base"
  for gh_mark in undoing undone found; do true >"$gh_base/.ready.$gh_mark" || gh_fail "unwritable $gh_base"; done
  gh_files gh_put || gh_fail "unwritable copies of the files cannot be made in $gh_base"
  gh_validate || gh_fail "unwritable copies for a check cannot be made in $gh_base"
  rm -rf "$gh_base/verify"
  find "$gh_base" ! -type l -exec sync {} + && sync "\${gh_base%/*}" || gh_fail "unwritable $gh_base"
  trap - EXIT
  gh_say end
}
`

/** Arms the undo: a timer for this boot, and a unit that runs at the next one. Nothing is changed before both are known to be there, as they were written. */
export const armRuntime = `${watchRuntime}
# systemd has the unit in its memory as it lies on the disk. One that it does not know it reads now; of one that an earlier push left it says that it is old.
gh_current() {
  gh_known=$(systemctl show -p LoadState -p NeedDaemonReload -- "$1")
  case $gh_known in *LoadState=loaded*) ;; *) return 1 ;; esac
  case $gh_known in *NeedDaemonReload=no*) ;; *) return 1 ;; esac
}
gh_arm_units() {
  printf '%s\\n' '[Unit]' 'Description=Undo of a Gatehouse push that was not proven' 'RequiresMountsFor=/var/lib/gatehouse-push' 'StartLimitIntervalSec=0' \\
    '[Service]' 'Type=simple' 'ExecStart=/bin/sh /var/lib/gatehouse-push/undo' 'RuntimeMaxSec=180' 'Restart=on-failure' 'RestartSec=10' \\
    '[Install]' 'WantedBy=multi-user.target' >"$gh_units/gatehouse-undo.service" || gh_fail unwritable
  gh_timer_unit "$gh_seconds" >"$gh_units/gatehouse-undo.timer" || gh_fail unwritable
  chmod 644 "$gh_units/gatehouse-undo.service" "$gh_units/gatehouse-undo.timer"
  [ -d "$gh_units/multi-user.target.wants" ] || mkdir -m 755 "$gh_units/multi-user.target.wants" || gh_fail unwritable
  ln -sf ../gatehouse-undo.service "$gh_units/multi-user.target.wants/gatehouse-undo.service" || gh_fail unwritable
  { gh_current gatehouse-undo.timer && gh_current gatehouse-undo.service; } || systemctl daemon-reload || gh_fail not-armed
  sync "$gh_base/undo" "$gh_base" "$gh_units"/gatehouse-undo.* "$gh_units/multi-user.target.wants" "$gh_units" || gh_fail unwritable
  systemctl start gatehouse-undo.timer || gh_fail "not-armed the timer does not start; for systemd its unit is $(gh_property gatehouse-undo.service LoadState)"
  echo $(($(gh_uptime) + $gh_seconds * 100)) >"$gh_base/due" || gh_fail unwritable
  [ "$(systemctl is-enabled gatehouse-undo.service)" = enabled ] || gh_fail not-armed
}
gh_step() {
  gh_mine || gh_fail lost
  gh_undo >"$gh_base/undo" || gh_fail unwritable
  trap 'gh_disarm; gh_reread; gh_held || rm -rf "$gh_base"' EXIT
  if gh_systemd; then gh_arm_units; else gh_arm_watch || gh_fail not-armed; fi
  gh_armed || gh_fail not-armed
  trap - EXIT
  gh_say end
}
`

/** Puts each file in its place: beside it first, on the disk, then renamed. The undo cannot run in the middle: both hold the lock. */
export const writeRuntime = `${spareRuntime}
gh_same() { gh_now=$(gh_state "$2" "$6 $7"); [ "$gh_now" = "$6" ] || gh_fail "conflict $2 $gh_now"; }
# SELinux: the label of the file that is replaced, else the one that the policy has for the path; never that of the folder where it was made.
gh_label() {
  if command -v selinuxenabled >/dev/null; then selinuxenabled || return 0; else [ -e /sys/fs/selinux/enforce ] || return 0; fi
  if [ -f "$2" ] && [ ! -h "$2" ]; then chcon --reference="$2" -- "$1"
  elif command -v matchpathcon >/dev/null; then chcon -h -- "$(matchpathcon -n -- "$2")" "$1"
  else restorecon -- "$1"; fi || gh_fail "unwritable $2 cannot be given its SELinux label"
}
gh_write() {
  gh_dir=\${2%/*} gh_temp=\${2%/*}/.gatehouse-new.$1
  if [ "$6" = "$7" ]; then return 0
  elif [ "$7" = absent ]; then
    rm -f -- "$2" && sync "$gh_dir" || gh_fail "unwritable $2 cannot be taken away"
    return 0
  fi
  case "$6 $7" in
    kept:*kept:*) chown "$3:$4" "$2" && chmod "$5" "$2" && sync "$2" || gh_fail "unwritable owner and mode of $2 cannot be set" ;;
    *)
      [ -d "$gh_dir" ] || mkdir -m 755 "$gh_dir" || gh_fail "unwritable $gh_dir cannot be made"
      cp -a -- "$gh_base/new.$1" "$gh_temp" && gh_label "$gh_temp" "$2" && gh_sync "$gh_temp" || gh_fail "unwritable $gh_temp cannot be made"
      # Once more, as late as can be: what somebody wrote since is not to be lost.
      gh_same "$@"
      mv -fT -- "$gh_temp" "$2" && sync "$gh_dir" || gh_fail "unwritable $2 cannot be replaced"
      ;;
  esac
  [ "$(gh_state "$2" "$6 $7")" = "$7" ] || gh_fail "unwritable $2 is not what was written"
}
gh_step() {
  gh_mine && gh_lock 20 || gh_fail lost
  [ ! -e "$gh_base/undoing" ] && [ ! -e "$gh_base/undone" ] && gh_armed || gh_fail undone
  gh_files gh_same
  gh_files gh_make_spare || gh_fail "unwritable there is no room for the old files beside them, which the undo would need"
  : >"$gh_base/writing" && sync "$gh_base/writing" "$gh_base" || gh_fail unwritable
  gh_files gh_write
  gh_say end
}
`

/**
 * A unit that was started anew may be looked at as soon as it listens where it did, or two seconds later, what comes first; the commit still waits
 * for the two seconds. One that goes on with the same process takes its time to read what is new, and is waited for, unless `gh_activate` found a
 * process that it started for what is new (`gh_proof`): that one has to be there at the commit.
 */
export const activateRuntime = `
# How many sockets the process of the unit listens on; 0 where nobody says.
gh_listening() { ss -Hltnp 2>/dev/null | grep -c "pid=$1,"; }
gh_settled() {
  [ -n "$gh_unit" ] || return 0
  if [ "$(gh_unit_state)" = active ] && gh_child "$gh_proof" "$gh_was"; then gh_pid=$gh_was && return 0; fi
  gh_proof=none gh_tries=0
  while [ "$gh_tries" -lt 20 ]; do
    gh_tries=$((gh_tries + 1))
    gh_pid=$(gh_main_pid) gh_from=$(gh_uptime) gh_polls=0
    while [ "$(gh_unit_state)" = active ] && [ "$(gh_main_pid)" = "$gh_pid" ]; do
      [ $(($(gh_uptime) - $gh_from)) -lt 200 ] || return 0
      [ "$gh_sockets" = 0 ] || [ "$gh_pid" = "$gh_was" ] || [ "$(gh_listening "$gh_pid")" -lt "$gh_sockets" ] || return 0
      sleep 0.2
    done
    sleep 1
  done
  return 1
}
gh_step() {
  gh_mine && gh_armed || gh_fail undone
  gh_was=$(gh_main_pid) gh_sockets=$(gh_listening "$gh_was") gh_pid=none gh_from=0 gh_proof=none
  gh_activate
  gh_settled || gh_fail "inactive $gh_unit does not stay up"
  echo "$gh_pid" >"$gh_base/pid" && echo "$gh_from" >"$gh_base/from" && echo "$gh_proof" >"$gh_base/proof" || gh_fail unwritable
  # In one piece, as small packets wait for each other.
  gh_told=$(gh_files gh_show; gh_say end)
  printf '%s\\n' "$gh_told"
}
`

/**
 * The point of no return is one file, made under the lock that the undo holds while it works. Ends with 0 when what was read back after that is
 * what was to be: then it may be cleared away.
 */
export const commitRuntime = `${spareRuntime}
gh_kept() { gh_now=$(gh_state "$2" "$6 $7"); [ "$gh_now" = "$7" ] || gh_fail "conflict $2 $gh_now"; }
gh_still() { [ "$(gh_state "$2" "$6 $7")" = "$7" ]; }
gh_step() {
  gh_mine || gh_fail lost
  [ -z "$gh_unit" ] || while [ $(($(gh_uptime) - $(cat "$gh_base/from"))) -lt 200 ]; do sleep 0.1; done
  gh_lock 20 || gh_fail lost
  [ ! -e "$gh_base/undoing" ] && [ ! -e "$gh_base/undone" ] && gh_armed || gh_fail undone
  gh_files gh_kept
  [ "$(gh_unit_state)" = active ] && [ "$(gh_main_pid)" = "$(cat "$gh_base/pid")" ] || gh_fail "inactive $gh_unit did not stay up"
  gh_proof=$(cat "$gh_base/proof")
  [ "$gh_proof" = none ] || gh_child "$gh_proof" "$(cat "$gh_base/pid")" || gh_fail "inactive what $gh_unit started for the change is gone"
  : >"$gh_base/committed" && sync "$gh_base/committed" "$gh_base" || gh_fail unwritable
  gh_files gh_no_spare
  gh_disarm
  gh_look
  gh_say end
  gh_files gh_still && ! gh_held && [ "$(gh_unit_state)" = active ]
  gh_rc=$?
  ! gh_systemd || systemctl --no-block daemon-reload
  return "$gh_rc"
}
`

/** Runs the undo now, unless it ran. Waits for it. */
export const undoNowRuntime = `
gh_step() {
  if gh_mine && gh_held; then
    if gh_systemd; then
      gh_tries=0
      timeout 150 systemctl start gatehouse-undo.service && while [ "$gh_tries" -lt 750 ] && [ "$(gh_property gatehouse-undo.service SubState)" = running ]; do
        gh_tries=$((gh_tries + 1))
        sleep 0.2
      done
    else
      # Not a child of this shell: what it puts back may end the link.
      setsid /bin/sh "$gh_base/undo" </dev/null >/dev/null 2>&1 &
      gh_tries=0
      while gh_held && [ "$gh_tries" -lt 150 ]; do
        gh_tries=$((gh_tries + 1))
        sleep 1
      done
    fi
  elif gh_mine && [ ! -e "$gh_base/writing" ]; then rm -rf "$gh_base"; fi
  gh_look
  gh_say end
}
`

/** Takes away what an ended push left. Never one that is under way. What was there before the last twenty is kept, for a push that takes them back. */
export const clearRuntime = `${spareRuntime}
gh_keep() {
  mkdir -p -m 700 "$gh_history" && rm -f "$gh_base"/new.* "$gh_base"/.ready.* "$gh_base/undo" "$gh_base/due" "$gh_base/lock" && mv -T -- "$gh_base" "$gh_history/$gh_id" || return 1
  ls -1t "$gh_history" | tail -n +21 | while read -r gh_old; do rm -rf "$gh_history/$gh_old"; done
  sync "$gh_history/$gh_id" "$gh_history" "\${gh_history%/*}"
}
gh_step() {
  if gh_mine && ! gh_held; then
    gh_files gh_no_spare
    if [ -e "$gh_base/committed" ]; then gh_keep || rm -rf "$gh_base"
    elif [ -e "$gh_base/undone" ]; then rm -rf "$gh_base"; fi
  fi
  gh_say end
}
`

/**
 * The undo itself, run by systemd or by the watch. Puts back content, owner, mode, times, ACL and attributes, restarts what was restarted, proves it,
 * and takes itself away. What it does not manage it tries again every ten seconds. A file that is neither the old nor the new one was
 * changed by somebody in between: it is kept beside, and said.
 */
export const undoRuntime = `${spareRuntime}
# Theirs is kept beside where there is no room for a copy.
gh_keep_found() {
  { mkdir -p -m 700 /var/lib/gatehouse-found && cp -a -- "$2" "/var/lib/gatehouse-found/$gh_id.$1"; } 2>/dev/null || ln -f -- "$2" "\${2%/*}/.gatehouse-found.$1~" || return 1
  gh_mark found
}
gh_restore() {
  gh_dir=\${2%/*}
  rm -f -- "$gh_dir/.gatehouse-new.$1"
  gh_now=$(gh_state "$2" "$6 $7")
  if [ "$gh_now" != "$6" ]; then
    [ "$gh_now" = "$7" ] || [ "$gh_now" = absent ] || gh_keep_found "$@" || return 1
    case "$6 $7" in
      absent*) rm -f -- "$2" || return 1 ;;
      kept:*kept:*) gh_own=\${6#kept:} && chown "\${gh_own%:*}" "$2" && chmod "\${gh_own##*:}" "$2" && sync "$2" || return 1 ;;
      *)
        [ -d "$gh_dir" ] || mkdir -m 755 "$gh_dir" || return 1
        gh_take_spare "$@" || { rm -f -- "$gh_temp" && cp -a -- "$gh_base/old.$1" "$gh_temp" && gh_sync "$gh_temp"; } || return 1
        mv -fT -- "$gh_temp" "$2" || return 1
        ;;
    esac
    [ ! -d "$gh_dir" ] || sync "$gh_dir"
  fi
  gh_no_spare "$@"
  if [ -e "$gh_base/made.$1" ]; then rmdir -- "$gh_dir" 2>/dev/null; fi
  [ "$(gh_state "$2" "$6 $7")" = "$6" ] || return 1
  case $6 in absent|kept:*|link:*) ;; *) [ "$(gh_extra "$2")" = "$(gh_extra "$gh_base/old.$1")" ] ;; esac
}
gh_step() {
  gh_mine && gh_lock 60 || exit 1
  if [ ! -e "$gh_base/committed" ] && [ ! -e "$gh_base/undone" ]; then
    gh_mark undoing || exit 1
    gh_rc=0
    # Before the first write nothing is ours to put back, whatever somebody else did to the files.
    if [ -e "$gh_base/writing" ]; then
      gh_files gh_restore || gh_rc=1
      # Without it the old file is there and the new one still holds.
      gh_reactivate || gh_rc=1
      gh_healthy 30
    fi
    [ "$gh_rc" = 0 ] || exit 1
    gh_mark undone && sync "$gh_base/undone" "$gh_base" || exit 1
  fi
  gh_files gh_no_spare
  gh_disarm
  ! gh_held || exit 1
  gh_reread
}
`
