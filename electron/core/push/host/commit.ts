import { spareRuntime } from './spare.ts'

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
