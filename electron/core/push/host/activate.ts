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
