/**
 * `gh_dog` ends what runs longer than it may, with all that came from it; one watches over all sections, since a `timeout` for each would be a process more for each.
 * Sections write to the pipe that it reads: `SECTION PID SECONDS` (`gh_due`, from the process that it is about, SECONDS by the clock of /proc/uptime) and `SECTION` when it is
 * over. Each second it adds a `.` and reads so far. It ends with the shell, or after five minutes, when what it could not end (a process of root, one that waits for a disk) is the kernel's.
 *
 * `gh_end PID` also ends what the shell has lost: of its session (proc_pid_stat(5), field 6), what has no parent there any more. SIGKILL, so that none can begin another meanwhile.
 */
export const watchdogRuntime = `gh_due() {
  while read -r gh_h gh_t gh_j; do case $gh_h in Tgid:) break ;; esac; done </proc/self/status
  printf '%s %s %s\\n' "$gh_i" "$gh_t" "$((\${gh_t0%.*} + gh_n + 1))" >&4
}
gh_end() {
  kill -KILL $(cat /proc/[0-9]*/stat | awk -v "pid=$1" -v "top=$gh_top" '
    /^[0-9]+ \\(.*\\) [A-Za-z] [0-9]+ [0-9]+ [0-9]+ / { p = $1; sub(/^.*\\) /, ""); up[p] = $2; of[p] = $4 }
    END { for (a = top; a in up; a = up[a]) above[a]
      for (p in up) { for (a = p; a in up && a != pid && a != top; a = up[a]); if (a == pid || (!(a in up) && of[p] == of[top] && !(p in above))) print p } }')
}
gh_dog() {
  gh_all= gh_over= gh_j=0
  trap 'kill "$gh_z"; wait "$gh_z"; exit' TERM
  while [ "$gh_j" -lt 300 ] && { [ -n "$gh_all" ] || kill -0 "$gh_top"; }; do
    sleep 1 4>&- & gh_z=$!
    wait "$gh_z" || return
    gh_j=$((gh_j + 1))
    echo . >&4
    while read -r gh_i gh_t gh_n && [ "$gh_i" != . ]; do
      if [ -n "$gh_n" ]; then gh_all="$gh_all $gh_i:$gh_t:$gh_n"; else gh_over="$gh_over $gh_i "; fi
    done
    gh_clock
    set -- $gh_all
    gh_all=
    for gh_h do
      case $gh_over in *" \${gh_h%%:*} "*) continue ;; esac
      gh_n=\${gh_h##*:} gh_t=\${gh_h#*:}
      [ "\${gh_now%.*}" -le "$gh_n" ] || gh_end "\${gh_t%:*}"
      [ "\${gh_now%.*}" -gt "$((gh_n + 2))" ] || gh_all="$gh_all $gh_h"
    done
  done
}
`
