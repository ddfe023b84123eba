#!/bin/bash
# lab.sh up [--delay-ms N] [--reset] [--hundred]   start the lab and wait until every sshd answers
# lab.sh exec CMD...        run CMD on the workstation, the namespace that reaches the jump host only
# lab.sh enter HOST CMD...  run CMD as root on a running host, without SSH
# lab.sh start|stop HOST    one host (stop: power off; kill: pull the plug)
# lab.sh freeze|thaw HOST   every process of a host stands still, and goes on
# lab.sh delay MS           another one-way delay to the jump host, where it was started with one
# lab.sh down               stop everything; ends only what `up` started
# lab.sh status             what runs
. "$(dirname "${BASH_SOURCE[0]}")/scripts/lib.sh"
need_root
# A command on the workstation has that namespace's network and its /sys. Hosts are made from where the lab was started.
if [ -n "${LAB_ORIGIN_PID:-}" ] && [ "$(readlink "/proc/$LAB_ORIGIN_PID/ns/net")" != "$(readlink /proc/self/ns/net)" ]; then
  exec nsenter -t "$LAB_ORIGIN_PID" -m -n "${BASH_SOURCE[0]}" "$@"
fi
scripts=$LAB_SOURCE/scripts

answers() { # the SSH banner, asked for from where the host may be reached
  local from=jump
  [ "$1" = jump ] && from=workstation
  [ "$(inside "$from" nc -w 1 "$(address "$1")" 22 </dev/null 2>/dev/null | head -c 4)" = SSH- ]
}

await() { # two minutes at most
  local end=$((SECONDS + 120))
  while [ $SECONDS -lt $end ]; do
    supervisor_pid "$1" >/dev/null || { tail -n 5 "$HOSTS/$1/console.log" >&2; die "$1 ended while booting"; }
    answers "$1" && return
    sleep 0.05
  done
  tell_why_silent "$1" >&2
  die "$1: sshd does not answer"
}

tell_why_silent() {
  local from=jump
  [ "$1" = jump ] && from=workstation
  tail -n 5 "$HOSTS/$1/console.log"
  bridge -n "$(namespace switch)" link
  inside "$from" nc -v -w 5 "$(address "$1")" 22 </dev/null 2>&1 | head -n 2 || :
  (enter "$1" timeout 20 /bin/sh -c 'systemctl --failed --no-legend; systemctl status --no-pager --lines 5 ssh; ss -lnt; ip -brief address; iptables-save -c') 2>&1 || :
}

boot() {
  local dir=$HOSTS/$1
  rm -rf "$dir/upper" "$dir/work" # a host starts as it was provisioned, whatever an earlier run did to it
  mkdir -p "$dir/upper" "$dir/work" "$dir/root"
  setsid unshare --mount --propagation private "$scripts/supervise.sh" "$1" >"$dir/console.log" 2>&1 </dev/null 9>&- &
  remember_pid "$dir/supervisor.pid" $!
}

# Its part of the cgroup tree: nothing in there was started by anyone else.
cgroups_of() {
  local tree
  for tree in "/sys/fs/cgroup/unified/$PREFIX/$1" "/sys/fs/cgroup/$PREFIX/$1"; do if [ -d "$tree" ]; then echo "$tree"; fi; done
}

stop_host() { # stop_host TERM|KILL HOST
  local pid dir=$HOSTS/$2 tree pids _
  if [ "$1" = TERM ] && pid=$(supervisor_pid "$2"); then
    kill -TERM "$pid" || : # nspawn asks the systemd inside to halt
    for _ in $(seq 200); do supervisor_pid "$2" >/dev/null || break; sleep 0.05; done
  fi
  if pid=$(supervisor_pid "$2"); then kill -KILL "$pid" || :; fi
  for tree in $(cgroups_of "$2"); do
    for _ in $(seq 100); do
      # A group may go while it is read.
      pids=$(find "$tree" -name cgroup.procs -exec cat {} + 2>/dev/null || :)
      [ -n "$pids" ] || break
      # shellcheck disable=SC2086 # one word per process
      kill -KILL $pids 2>/dev/null || :
      sleep 0.02
    done
    find "$tree" -depth -type d -exec rmdir {} + 2>/dev/null || :
  done
  rm -f "$dir/nspawn.pid" "$dir/supervisor.pid"
}

# The drop-in as Gatehouse writes it now, checked by the host's own visudo. gpu3 stands for the admin who has not installed it.
install_sudoers() {
  case $1 in gpu1 | gpu2) ;; *) return 0 ;; esac
  local node=$LAB_SOURCE/../../node_modules/.bin/node
  "$node" "$LAB_SOURCE/sudoers-text.ts" "$LAB_DIR/fleet.yaml" "$1" $LAB_SUDO >"$RUN/sudoers-$1"
  (enter "$1" /bin/sh -euc 'cat >/run/gatehouse-audit
    visudo -q -c -f /run/gatehouse-audit
    install -m 440 /run/gatehouse-audit /etc/sudoers.d/gatehouse-audit
    rm /run/gatehouse-audit') <"$RUN/sudoers-$1" || die "$1 does not accept the sudoers drop-in ($RUN/sudoers-$1)"
}

up() {
  local host reset=0 hundred=0
  while [ $# -gt 0 ]; do
    case $1 in
    --delay-ms) export LAB_DELAY_MS=$2; shift ;;
    --reset) reset=1 ;;
    --hundred) hundred=1 ;;
    *) die "unknown option $1" ;;
    esac
    shift
  done
  down # what a killed run left: a delay line without its process, a wire that a fault had cut, a frozen control group
  "$scripts/packages.sh"
  "$scripts/base.sh"
  mkdir -p "$LAB_DIR"
  [ $reset = 0 ] || rm -f "$HOSTS"/*/provisioned.hash
  "$scripts/material.sh"
  "$scripts/network.sh" up
  [ $hundred = 0 ] || "$scripts/network.sh" hundred
  for host in $LAB_HOSTS; do "$scripts/provision.sh" "$host"; boot "$host"; done
  for host in $LAB_HOSTS; do await "$host"; done
  for host in $LAB_HOSTS; do install_sudoers "$host"; done
}

down() {
  local host master pids=()
  # A kept SSH master outlives its namespace, and the next login over it would hang.
  for master in "$LAB_DIR"/mux-*; do
    if [ -S "$master" ]; then timeout 2 ssh -q -O exit -S "$master" jump 2>/dev/null || :; fi
    rm -f "$master"
  done
  for host in $LAB_HOSTS; do stop_host TERM "$host" & pids+=($!); done
  wait "${pids[@]}"
  rmdir "/sys/fs/cgroup/unified/$PREFIX" "/sys/fs/cgroup/$PREFIX" 2>/dev/null || :
  "$scripts/network.sh" down
}

# Runs as a transient unit of the host's own systemd: with exactly the capabilities and limits that root has there. Plain nsenter would have those of this
# machine. Its words stand in a file of the host: a unit expands $NAME in its command line, and of one that begins as somebody has systemd reload, that line is
# read anew from the unit's own file, where systemd 252 writes `\$` and `\;` and takes neither backslash away.
enter() {
  local host=$1 init file word quote="'" quoted="'\\''"
  shift
  init=$(init_pid "$host") || die "$host is not up"
  file=$(mktemp "/proc/$init/root/run/enter.XXXXXX")
  {
    printf 'rm -f -- "$0"\nexec'
    for word in "$@"; do printf " '%s'" "${word//$quote/$quoted}"; done
    echo
  } >"$file"
  exec nsenter -t "$init" -m -u -i -n -p --root="/proc/$init/root" --wd="/proc/$init/root" \
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    systemd-run --quiet --wait --collect --pipe --service-type=exec -E HOME=/root -E LC_ALL=C.UTF-8 -E PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    --working-directory=/root -- /bin/bash "/run/${file##*/}"
}

freeze() { # freeze 1|0 HOST
  local tree
  for tree in $(cgroups_of "$2"); do if [ -e "$tree/cgroup.freeze" ]; then echo "$1" >"$tree/cgroup.freeze"; fi; done
}

status() {
  local host
  for host in $LAB_HOSTS; do
    printf '%-6s %-12s %s\n' "$host" "$(address "$host")" "$(init_pid "$host" >/dev/null && echo up || echo down)"
  done
}

take_lock() {
  mkdir -p "$LAB_DIR"
  exec 9>"$LAB_DIR/lock"
  flock --wait 5 9 || die "instance $LAB_INSTANCE is in use by another run; LAB_INSTANCE=name makes a second lab"
}

command=${1:-}
[ $# = 0 ] || shift
case $command in
up)
  if [ -z "${LAB_LOCKED:-}" ]; then
    take_lock
    [ -z "$(running_hosts)" ] || { say 'already up'; exit 0; }
    echo by-hand >"$LAB_DIR/owner"
  fi
  trap 'status=$?; if [ $status != 0 ]; then down >/dev/null 2>&1 || :; rm -f "$LAB_DIR/owner"; fi; exit $status' EXIT
  up "$@"
  ;;
down)
  down
  rm -f "$LAB_DIR/owner"
  ;;
exec)
  lab_environment
  inside workstation "$@"
  ;;
enter) enter "$@" ;;
start)
  boot "$1"
  await "$1"
  install_sudoers "$1"
  ;;
stop) stop_host TERM "$1" ;;
kill) stop_host KILL "$1" ;;
freeze) freeze 1 "$1" ;;
delay) "$scripts/network.sh" delay "$1" ;;
thaw) freeze 0 "$1" ;;
status) status ;;
*) sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
esac
