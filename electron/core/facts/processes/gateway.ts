import { isIPv4 } from 'node:net'
import ipaddr from 'ipaddr.js'

/**
 * Prints `@gateway $pid HEXADECIMAL` for each default IPv4 route of process `$pid` where its cgroup `$1` is a container's: anybody may read that of any process. By the
 * shell alone.
 */
export const gatewaysScript = `gateways() { case $1 in *docker*|*libpod*)
  while read -r device to gateway others; do [ "$to" = 00000000 ] && printf '@gateway %s %s\\n' "$pid" "$gateway"; done <"/proc/$pid/net/route" 2>/dev/null
;; esac; }
`

/**
 * Where process `$pid` has a network of its own (network_namespaces(7)): `@network $pid`, `@address $pid ADDRESS` for each of its addresses but loopback, `@socket $pid ADDRESS:PORT` for each TCP socket that listens in it, as
 * /proc/net/tcp has them, and `@beside $pid PID` for each other process in it, `more` after 64. The kernel keeps the tables of each network as files of their own, which tells them apart for anybody.
 */
export const ownNetworkScript = `own_network() {
  { [ -r "/proc/$pid/net/tcp" ] && [ -r /proc/1/net/tcp ] && ! [ "/proc/$pid/net/tcp" -ef /proc/1/net/tcp ]; } || return 0
  printf '@network %s\\n' "$pid"
  awk -v "pid=$pid" '$4 == "0A" && n++ < 65 { print "@socket " pid " " (n > 64 ? "more" : $2) } NF == 6 && $4 ~ /^[02]0$/ { print "@address " pid " " $1 }
  $1 == "|--" { at = $2 } $1 == "/32" && $2 == "host" && at !~ /^127/ { print "@address " pid " " at }' "/proc/$pid/net/tcp" "/proc/$pid/net/tcp6" "/proc/$pid/net/if_inet6" "/proc/$pid/net/fib_trie" 2>/dev/null
  beside=0
  for other in /proc/[1-9]*; do
    [ "$other/net/tcp" -ef "/proc/$pid/net/tcp" ] && [ "$other" != "/proc/$pid" ] || continue
    if [ "$((beside += 1))" -gt 64 ]; then printf '@beside %s more\\n' "$pid"; break; fi
    printf '@beside %s %s\\n' "$pid" "\${other##*/}"
  done
}
`

/** An address of IPv4, or one of IPv6 as 32 hexadecimal digits. */
export function addressOf(word: string): string | undefined {
  if (/^[0-9a-f]{32}$/.test(word)) return ipaddr.fromByteArray([...Buffer.from(word, 'hex')]).toString()
  return isIPv4(word) ? word : undefined
}

/** The address in a column of /proc/PID/net/route, which is the number as the processor reads it, little-endian wherever GPUs are: `010011AC` is 172.17.0.1. */
export function gatewayOf(word: string): string | undefined {
  const octets = /^([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{2})$/.exec(word)?.slice(1)
  return octets
    ?.reverse()
    .map((octet) => Number.parseInt(octet, 16))
    .join('.')
}
