/**
 * What starts services on a host, and who holds the undo there. With systemd that is a timer and a unit. Without it, a process of its own waits in a session
 * of its own, so that it outlives the link and the console; and the next start of the host is met by what is there: OpenRC, or a cron that reads
 * /etc/cron.d and knows `@reboot` (crontab(5) of cronie and of Debian's cron; that of busybox knows neither), or nothing.
 */

/**
 * In every program. Without systemd a service is what its pid file and its name say together; `$gh_base/watch` is there as long as the undo is armed, and
 * `$gh_base/due` holds the hundredth of a second, since the host began, at which it runs.
 */
export const initRuntime = `
gh_openrc=/etc/init.d/gatehouse-undo
gh_openrc_link=/etc/runlevels/boot/gatehouse-undo
gh_cron=/etc/cron.d/gatehouse-undo
gh_systemd() { [ -d /run/systemd/system ]; }
gh_init() {
  if gh_systemd; then echo systemd
  elif [ -d /run/openrc ] && [ -d /etc/runlevels/boot ]; then echo openrc
  elif [ -d /etc/cron.d ] && gh_at=$(command -v cron || command -v crond) && pgrep -x "\${gh_at##*/}" >/dev/null && gh_at=$(readlink -f -- "$gh_at") && [ "\${gh_at##*/}" != busybox ]; then echo cron
  else echo none; fi
}
# Hundredths of a second since the host began.
gh_uptime() { read -r gh_up _ </proc/uptime && echo "\${gh_up%.*}\${gh_up#*.}"; }
gh_property() { systemctl show -p "$2" --value -- "$1" 2>/dev/null; }
# The main process of a service; 0 where none runs.
gh_pid_of() {
  if gh_systemd; then gh_property "$1" MainPID; return; fi
  gh_daemon=\${1%.service}
  [ "$gh_daemon" != ssh ] || gh_daemon=sshd
  for gh_at in "/run/$gh_daemon.pid" "/run/$gh_daemon/$gh_daemon.pid"; do
    read -r gh_found _ 2>/dev/null <"$gh_at" && [ "$(cat "/proc/$gh_found/comm" 2>/dev/null)" = "$gh_daemon" ] && echo "$gh_found" && return
  done
  echo 0
}
# Files that no service reads have none that could be down.
gh_unit_state() {
  if [ -z "$gh_unit" ]; then echo active
  elif gh_systemd; then gh_property "$gh_unit" ActiveState
  elif [ "$(gh_pid_of "$gh_unit")" = 0 ]; then echo inactive
  else echo active; fi
}
gh_main_pid() { if [ -n "$gh_unit" ]; then gh_pid_of "$gh_unit"; else echo none; fi; }
# Reads its configuration again. nginx(8), sshd(8): by SIGHUP.
gh_reload() {
  if gh_systemd; then timeout 30 systemctl reload -- "$1"; return; fi
  gh_found=$(gh_pid_of "$1")
  [ "$gh_found" != 0 ] && kill -HUP "$gh_found"
}
# For the undo: must not wait for a job of systemd, of which it is a part at the start of the host. A service that is not there yet begins with the old files.
gh_reload_old() {
  if gh_systemd; then systemctl --no-block reload-or-restart -- "$1"
  elif [ "$(gh_pid_of "$1")" != 0 ]; then gh_reload "$1"; fi
}
gh_reread() { ! gh_systemd || systemctl daemon-reload; }
# Of the two timers the one that runs: each time the undo is put off the other one takes over.
gh_timer() {
  for gh_each in gatehouse-undo.timer gatehouse-undo-later.timer; do
    [ "$(systemctl is-active "$gh_each" 2>/dev/null)" != active ] || { echo "$gh_each"; return 0; }
  done
  return 1
}
gh_timer_unit() {
  printf '%s\\n' '[Unit]' 'Description=Undo of a Gatehouse push that was not proven' \\
    '[Timer]' "OnActiveSec=$1" 'AccuracySec=1s' 'Unit=gatehouse-undo.service'
}
# The watch wrote down who it is: a number, and when that process began.
gh_watching() {
  read -r gh_found _ 2>/dev/null <"$gh_base/watching" && [ "$(cat "$gh_base/watching")" = "$gh_found $(cut -d ' ' -f 22 "/proc/$gh_found/stat" 2>/dev/null)" ]
}
# There is an undo that could run.
gh_held() { if gh_systemd; then [ -e "$gh_units/gatehouse-undo.service" ]; else [ -e "$gh_base/watch" ]; fi; }
gh_armed() {
  gh_held || return 1
  if gh_systemd; then gh_timer >/dev/null; else gh_watching; fi
}
# The undo, once nothing is left to undo. What enables it is a link, taken away as it was made: systemctl would reload systemd for it. Who calls this
# has systemd forget the units afterwards. Where they cannot be taken away the timer goes on: the undo then finds nothing to undo, and tries this again.
gh_disarm() {
  if gh_systemd; then
    rm -f "$gh_units/gatehouse-undo.service" "$gh_units/gatehouse-undo.timer" "$gh_units/gatehouse-undo-later.timer" "$gh_units/multi-user.target.wants/gatehouse-undo.service"
    # One that was there stays, empty or not.
    { [ -e "$gh_base/wants" ] && rmdir "$gh_units/multi-user.target.wants" 2>/dev/null; } || sync "$gh_units/multi-user.target.wants" 2>/dev/null
    sync "$gh_units"
    gh_held || systemctl stop gatehouse-undo.timer gatehouse-undo-later.timer 2>/dev/null
  else
    rm -f "$gh_openrc_link" "$gh_openrc" "$gh_cron" "$gh_base/watch" "$gh_base/watching" "$gh_base/firing" "$gh_base/due"
    for gh_at in "\${gh_openrc_link%/*}" "\${gh_openrc%/*}" "\${gh_cron%/*}" "$gh_base"; do [ ! -d "$gh_at" ] || sync "$gh_at"; done
  fi
}
`

/**
 * Debian and Ubuntu call it ssh.service. The other name is an alias that comes with enabling it, which Ubuntu 24.04 does not: there a socket starts it
 * (ssh.service, `Alias=` of systemd.unit(5)).
 */
export const sshdName = `
if gh_systemd && [ "$(gh_property sshd.service LoadState)" != loaded ] && [ "$(gh_property ssh.service LoadState)" = loaded ]; then gh_unit=ssh.service; fi
`

/**
 * Arms the undo of a host without systemd: `gh_arm_watch`. The watch ends by itself within a second once the undo is not held any more. What the undo does not
 * manage it tries again every ten seconds. It writes nothing once the undo is not held: the folder is then taken away, and would stay for what comes in meanwhile.
 */
export const watchRuntime = `
gh_arm_watch() {
  printf '%s\\n' 'trap "" HUP' 'cd /' 'base=/var/lib/gatehouse-push' \\
    'echo "$$ $(cut -d " " -f 22 /proc/$$/stat)" >"$base/watching"' \\
    'now() { read -r up _ </proc/uptime && echo "\${up%.*}\${up#*.}"; }' \\
    'early() { [ -e "$base/due" ] && [ "$(now)" -lt "$(cat "$base/due")" ]; }' \\
    '[ "$1" != now ] || rm -f "$base/due"' \\
    'while early; do while early; do sleep 1; done; [ ! -e "$base/watch" ] || true >"$base/firing"; ! early || rm -f "$base/firing"; done' \\
    'while [ -e "$base/watch" ]; do /bin/sh "$base/undo" && exit; sleep 10; done' >"$gh_base/watch" || return 1
  echo $(($(gh_uptime) + $gh_seconds * 100)) >"$gh_base/due" || return 1
  case $(gh_init) in
    openrc)
      printf '%s\\n' '#!/sbin/openrc-run' 'description="Undo of a Gatehouse push that was not proven"' \\
        'depend() { use root localmount; keyword -timeout; }' 'start() {' \\
        '[ ! -e /var/lib/gatehouse-push/undo ] || /bin/sh /var/lib/gatehouse-push/undo || { setsid /bin/sh /var/lib/gatehouse-push/watch now </dev/null >/dev/null 2>&1 & }' \\
        '}' >"$gh_openrc" && chmod 755 "$gh_openrc" && ln -s "$gh_openrc" "$gh_openrc_link" || return 1
      ;;
    cron)
      printf '%s\\n' '# Undo of a Gatehouse push that was not proven' '@reboot root /bin/sh /var/lib/gatehouse-push/watch now' >"$gh_cron" && chmod 644 "$gh_cron" || return 1
      ;;
  esac
  sync "$gh_base/undo" "$gh_base/watch" "$gh_base" || return 1
  for gh_at in "$gh_openrc" "$gh_cron" "\${gh_openrc_link%/*}" "\${gh_openrc%/*}" "\${gh_cron%/*}"; do [ ! -e "$gh_at" ] || sync "$gh_at" || return 1; done
  setsid /bin/sh "$gh_base/watch" </dev/null >/dev/null 2>&1 &
  gh_tries=0
  until gh_watching; do
    gh_tries=$((gh_tries + 1))
    [ "$gh_tries" -le 50 ] || return 1
    sleep 0.1
  done
}
`
