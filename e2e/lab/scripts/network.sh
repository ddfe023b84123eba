#!/bin/bash
# network.sh up|down, hundred, delay MS: the wires. All of it lives in namespaces of this instance; nothing is added to the root namespace, so
# no packet of the lab can leave through this machine's own interface.
#
#   workstation .1 --[wan-a]==(delay line)==[wan-b]-- .10 jump .10 --[lan]-- .11 gpu1  .12 gpu2  .13 gpu3
#                     '------------------- bridges in the namespace "switch" ------------------'
. "$(dirname "$0")/lib.sh"
need_root

make_namespace() {
  ip netns add "$(namespace "$1")"
  ip -n "$(namespace "$1")" link set lo up
}
bridge() {
  local switch; switch=$(namespace switch)
  ip -n "$switch" link add "$1" type bridge forward_delay 0
  ip -n "$switch" link set "$1" up
}
# plug HOST INTERFACE BRIDGE ADDRESS
plug() {
  local switch port="${1:0:6}-$2"
  switch=$(namespace switch)
  ip -n "$switch" link add "$port" type veth peer name "$2" netns "$(namespace "$1")"
  ip -n "$switch" link set "$port" master "$3" up
  ip -n "$(namespace "$1")" addr add "$4/24" dev "$2"
  ip -n "$(namespace "$1")" link set "$2" up
}
delay_line() {
  local tap switch; switch=$(namespace switch)
  for tap in tap-a:wan-a tap-b:wan-b; do
    ip -n "$switch" tuntap add dev "${tap%:*}" mode tap
    ip -n "$switch" link set "${tap%:*}" master "${tap#*:}" up
  done
  echo "$LAB_DELAY_MS" >"$RUN/delay-ms"
  setsid ip netns exec "$switch" python3 "$LAB_SOURCE/scripts/delay-line.py" tap-a tap-b "$RUN/delay-ms" >"$RUN/delay-line.log" 2>&1 </dev/null 9>&- &
  remember_pid "$RUN/delay-line.pid" $!
}

case ${1:-} in
up)
  mkdir -p "$RUN"
  for host in switch workstation $LAB_HOSTS; do make_namespace "$host"; done
  bridge wan-a
  bridge lan
  plug workstation eth0 wan-a "$(wan_address workstation)"
  if [ "$LAB_DELAY_MS" = 0 ]; then
    plug jump eth0 wan-a "$(wan_address jump)"
  else
    bridge wan-b
    plug jump eth0 wan-b "$(wan_address jump)"
    delay_line
  fi
  plug jump eth1 lan "$(lan_address jump)"
  for host in $LAB_SERVERS; do plug "$host" eth0 lan "$(lan_address "$host")"; done
  ;;
delay)
  pid=$(living_pid "$RUN/delay-line.pid") || die 'this lab has no delay: lab.sh up --delay-ms N'
  echo "$2" >"$RUN/delay-ms"
  kill -HUP "$pid"
  ;;
hundred)
  for last in $(seq 100 199); do ip -n "$(namespace gpu1)" addr replace "$LAN.$last/24" dev eth0; done
  ;;
down)
  if pid=$(living_pid "$RUN/delay-line.pid"); then kill "$pid" || :; fi
  rm -f "$RUN/delay-line.pid"
  for host in $LAB_HOSTS workstation switch; do
    if [ -e "/run/netns/$(namespace "$host")" ]; then ip netns del "$(namespace "$host")"; fi
  done
  ;;
*) die 'usage: network.sh up|hundred|delay MS|down' ;;
esac
