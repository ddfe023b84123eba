/**
 * A unit that was started anew may be looked at as soon as it listens on as many sockets as before, or on any two seconds later; the commit still waits
 * for the two seconds. One that goes on with the same process takes its time to read what is new, and is waited for, unless `gh_activate` found a
 * process that it started for what is new (`gh_proof`): that one has to be there at the commit.
 */
export const activateRuntime = `
# On how many sockets the unit listens, by its main process or any below it: a shell may have started the server. 0 where nobody says.
gh_listening() {
  gh_group=$(gh_property "$gh_unit" ControlGroup)
  gh_pids=$([ -z "$gh_group" ] || cat "/sys/fs/cgroup$gh_group/cgroup.procs" "/sys/fs/cgroup/systemd$gh_group/cgroup.procs" 2>/dev/null | tr '\\n' '|')
  ss -Hltnp 2>/dev/null | grep -Ec "pid=($gh_pids$1),"
}
# A server that has to load its models listens only then. Half of the time until the undo is for that, and the rest for the looks.
gh_patient() { [ $(($(cat "$gh_base/due") - $gh_seconds * 50)) -gt "$(gh_uptime)" ]; }
gh_settled() {
  [ -n "$gh_unit" ] || return 0
  if [ "$(gh_unit_state)" = active ] && gh_child "$gh_proof" "$gh_was"; then gh_pid=$gh_was && return 0; fi
  gh_proof=none gh_tries=0
  while [ "$gh_tries" -lt 20 ]; do
    gh_tries=$((gh_tries + 1))
    gh_pid=$(gh_main_pid) gh_from=$(gh_uptime)
    while [ "$(gh_unit_state)" = active ] && [ "$(gh_main_pid)" = "$gh_pid" ]; do
      gh_now=none
      [ "$gh_sockets" = 0 ] || [ "$gh_pid" = "$gh_was" ] || gh_now=$(gh_listening "$gh_pid")
      [ "$gh_now" = none ] || [ "$gh_now" -lt "$gh_sockets" ] || return 0
      if [ "$gh_now" = 0 ]; then gh_patient || gh_fail "inactive $gh_unit runs, but does not listen yet, as it did before. Half of --undo-after is waited: make that more than twice the time in which its model loads, and push once it listens again"
      else [ $(($(gh_uptime) - $gh_from)) -lt 200 ] || return 0; fi
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
