import { editRuntime } from './edits.ts'

/** Copies, backs up, validates. Changes nothing outside of its own folder. Leaves nothing behind when it fails. */
export const stageRuntime = `${editRuntime}
gh_trusted() {
  gh_at=$1
  while [ -n "$gh_at" ]; do
    [ ! -h "$gh_at" ] || gh_fail "unsafe $gh_at is a link: have the folder itself lie there, moved or mounted (mount --bind), then plan again"
    if [ -e "$gh_at" ]; then
      [ -d "$gh_at" ] || gh_fail "unsafe $gh_at is no folder"
      [ "$(stat -c %u -- "$gh_at")" = 0 ] || gh_fail "unsafe $gh_at does not belong to root, and who owns it could put a link in the way: chown root $gh_at"
      case $(stat -c %A -- "$gh_at") in ?????w*|????????w*) gh_fail "unsafe others than root may write to $gh_at: chmod go-w $gh_at" ;; esac
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
  # chattr(1): of a folder from which nothing may be taken, or a file that may only grow, access(2) says nothing.
  for gh_at in "$gh_up" "$2"; do
    gh_flags=$([ -h "$gh_at" ] || lsattr -d -- "$gh_at" 2>/dev/null)
    case \${gh_flags%% *} in *[ai]*) gh_fail "unwritable $gh_at is immutable or may only grow: chattr -i -a $gh_at" ;; esac
  done
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
# With less room than that systemd refuses to read units anew, also for the undo (RELOAD_DISK_SPACE_MIN of its dbus-manager.c, since version 220).
gh_may_reload() {
  gh_room=$(stat -f -c '%f %s' -- /run/systemd)
  case $gh_room in *[!0-9' ']*|'') return 0 ;; esac
  [ $((\${gh_room% *} * \${gh_room#* } / 1048576)) -ge 16 ] || gh_fail "unwritable /run has less than 16 MB left, without which systemd does not reload: make room there"
}
gh_step() {
  [ "$(id -u)" = 0 ] || gh_fail "not-root the shell that sudo started is not that of root, or may start no program (noexec of sudoers)"
  # What was planned is never less than what will be: a plan that says that nothing runs at the next start is held by whatever there is.
  gh_now=$(gh_init)
  case $gh_boot in any|none|"$gh_now") ;; *) gh_fail "conflict the undo was planned for $gh_boot, and this host has $gh_now" ;; esac
  gh_needs='setsid pgrep cut'
  ! gh_systemd || gh_needs='systemctl systemd-analyze'
  for gh_tool in $gh_needs flock sha256sum stat sync find cp mv timeout base64 $gh_tools; do
    command -v "$gh_tool" >/dev/null || gh_fail "no-tool $gh_tool"
  done
  ! gh_systemd || gh_may_reload
  gh_trusted "\${gh_base%/*}"
  gh_volatile=$(stat -f -c %T -- "\${gh_base%/*}")
  # What a push that is under way has written is no conflict: it may be undone yet.
  [ ! -d "$gh_base" ] || { gh_look; gh_fail busy; }
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
