# What the scripts of the lab share. Source it.   shellcheck shell=bash
set -euo pipefail
LAB_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$LAB_SOURCE/scripts/settings.sh"

LAB_DIR=$LAB_ROOT/$LAB_INSTANCE # this instance
BASE=$LAB_ROOT/base-$LAB_SUITE  # lowest layer of every host, read only
CACHE=$LAB_ROOT/cache           # tarballs of the base, downloaded packages
HOSTS=$LAB_DIR/hosts            # per host: provisioned/ (second layer), upper/ (this run), pid files, console.log
HOME_DIR=$LAB_DIR/home          # the admin's home: .ssh with keys and known_hosts
SECRETS=$LAB_DIR/secrets        # TOTP secret, lab CA
RUN=$LAB_DIR/run
PREFIX=gatehouse-$LAB_INSTANCE # of network namespaces and cgroups

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
need_root() { [ "$(id -u)" = 0 ] || die 'needs root: the lab makes namespaces and mounts'; }

namespace() { echo "$PREFIX-$1"; }
inside() { local host=$1; shift; ip netns exec "$(namespace "$host")" "$@"; }

lan_address() {
  case $1 in
  jump) echo "$LAN.10" ;;
  gpu*) echo "$LAN.1${1#gpu}" ;;
  *) die "no host named $1" ;;
  esac
}
wan_address() { case $1 in workstation) echo "$WAN.1" ;; *) echo "$WAN.10" ;; esac; }
# The address that the workstation (for jump) or the jump host (for a server) uses.
address() { case $1 in jump) wan_address jump ;; *) lan_address "$1" ;; esac; }

# A pid file holds "pid start-time". The start time tells the process from a later one that got the same number.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
remember_pid() { echo "$2 $(start_time "$2")" >"$1"; }
living_pid() {
  local pid start
  [ -f "$1" ] && read -r pid start <"$1" && [ -n "$start" ] && [ "$(start_time "$pid")" = "$start" ] && echo "$pid"
}

supervisor_pid() { living_pid "$HOSTS/$1/supervisor.pid"; }
# systemd of the host as seen from this machine: the only child of systemd-nspawn.
init_pid() {
  local nspawn child
  nspawn=$(living_pid "$HOSTS/$1/nspawn.pid") || return 1
  child=$(cut -d' ' -f1 "/proc/$nspawn/task/$nspawn/children" 2>/dev/null)
  [ -n "$child" ] && [ "$(cat "/proc/$child/comm" 2>/dev/null)" = systemd ] && echo "$child"
}
running_hosts() { local host; for host in $LAB_HOSTS; do supervisor_pid "$host" >/dev/null && echo "$host"; done; return 0; }

# For what runs on the workstation.
lab_environment() {
  export LAB_DIR LAB_INSTANCE
  export LAB_BASE=$BASE                                           # the tree below all hosts, read only
  export LAB_ORIGIN_PID=$$                                        # a process in the namespaces that the lab was started from
  export LAB_HOME=$HOME_DIR                                       # a home with .ssh: nothing but material of the lab
  export LAB_FLEET=$LAB_DIR/fleet.yaml                            # jump host and three servers
  export LAB_FLEET_100=$LAB_DIR/fleet-100.yaml                    # a hundred names of gpu1, there with --hundred
  export LAB_SSH_CONFIG=$HOME_DIR/.ssh/config                     # for OpenSSH: ssh -F $LAB_SSH_CONFIG gpu1
  export LAB_KNOWN_HOSTS=$HOME_DIR/.ssh/known_hosts               # the keys of all hosts
  export LAB_ASKPASS=$LAB_DIR/askpass LAB_TOTP_FILE=$SECRETS/totp # answers the TOTP prompt; the secret in base32
  export LAB_CONTROL=$LAB_SOURCE/lab.sh                           # start, stop and kill one host, enter it as root
  export LAB_ENTER="$LAB_SOURCE/lab.sh enter"
  export LAB_SUDO                                                 # whose drop-in the hosts read: sudo or sudo-rs
}
