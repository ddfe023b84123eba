/**
 * Puts the undo off by `$gh_seconds`, but never further than 15 minutes from now. The timer that does not run is armed before the one that runs is
 * stopped, so there is no moment without one; a host that starts anew undoes it as before. Says in how many seconds the undo runs now.
 * An undo that began meanwhile is seen once the first timer is stopped: nothing can begin it after that.
 */
export const extendRuntime = `
gh_extend_timer() {
  gh_was=$(gh_timer) gh_next=gatehouse-undo-later.timer
  [ "$gh_was" != "$gh_next" ] || gh_next=gatehouse-undo.timer
  trap 'systemctl stop "$gh_next"; rm -f "$gh_units/$gh_next"; systemctl daemon-reload' EXIT
  gh_timer_unit "$gh_new" >"$gh_units/$gh_next" && chmod 644 "$gh_units/$gh_next" || gh_fail unwritable
  sync "$gh_units/$gh_next" "$gh_units" && systemctl daemon-reload && systemctl start "$gh_next" || gh_fail not-armed
  [ "$(systemctl show -p SubState --value "$gh_next")" = waiting ] || gh_fail not-armed
  trap - EXIT
  gh_put_off
  systemctl stop "$gh_was" && rm -f "$gh_units/$gh_was" && sync "$gh_units"
  [ "$(systemctl is-active gatehouse-undo.service)" = inactive ] || gh_fail undone
}
gh_put_off() { echo $(($(gh_uptime) + $gh_new * 100)) >"$gh_base/later" && mv -f "$gh_base/later" "$gh_base/due"; }
gh_step() {
  gh_mine && gh_lock 20 || gh_fail lost
  [ ! -e "$gh_base/committed" ] && [ ! -e "$gh_base/undoing" ] && [ ! -e "$gh_base/undone" ] && gh_armed || gh_fail undone
  gh_due=$(cat "$gh_base/due") && [ "$gh_due" -gt 0 ] || gh_fail lost
  gh_left=$((($gh_due - $(gh_uptime)) / 100))
  [ "$gh_left" -gt 0 ] || gh_fail undone
  gh_new=$(($gh_left + $gh_seconds))
  [ "$gh_new" -le 900 ] || gh_new=900
  [ "$gh_new" -gt "$gh_left" ] || gh_fail "enough it is due in $gh_left s"
  # Without systemd the watch reads anew when it is due, after it said that it fires.
  if gh_systemd; then gh_extend_timer
  else
    gh_put_off || gh_fail unwritable
    [ ! -e "$gh_base/firing" ] || gh_fail undone
  fi
  gh_say "undo-in $gh_new"
  gh_say end
}
`
