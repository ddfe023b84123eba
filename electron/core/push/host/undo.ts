import { spareRuntime } from './spare.ts'

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
  elif gh_mine && [ ! -e "$gh_base/writing" ]; then rm -rf "$gh_base"
  # Somebody took away what was to run it; the undo itself lies with the copies.
  elif gh_mine && [ -f "$gh_base/undo" ] && [ ! -e "$gh_base/undone" ] && [ ! -e "$gh_base/committed" ]; then
    setsid /bin/sh "$gh_base/undo" </dev/null >/dev/null 2>&1 &
    gh_tries=0
    while [ ! -e "$gh_base/undone" ] && [ "$gh_tries" -lt 100 ]; do
      gh_tries=$((gh_tries + 1))
      sleep 1
    done
    # It marks that before it takes itself away, under its lock.
    gh_lock 60
  fi
  gh_look
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
  rm -f -- "$gh_dir/.gatehouse-new.$1" || return 1
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
