import { watchRuntime } from './init.ts'

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
  [ -d "$gh_units/multi-user.target.wants" ] || { : >"$gh_base/wants" && mkdir -m 755 "$gh_units/multi-user.target.wants"; } || gh_fail unwritable
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
