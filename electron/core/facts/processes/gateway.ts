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
 * `addresses` prints `@address $pid ADDRESS` for each address of process `$pid`'s network but loopback and link-local ones: anybody may read the tables of any process. Those of
 * IPv6 are 32 hexadecimal digits. By the shell alone.
 */
export const addressesScript = `addresses() {
  address=
  while read -r sign word more; do case $sign/$word in
    '|--/'*) address=$word ;;
    /32/host) case $address in 127.*) ;; *) printf '@address %s %s\\n' "$pid" "$address" ;; esac ;;
  esac; done 2>/dev/null <"/proc/$pid/net/fib_trie"
  while read -r address index length scope more; do [ "$scope" != 00 ] || printf '@address %s %s\\n' "$pid" "$address"; done 2>/dev/null <"/proc/$pid/net/if_inet6"
}
`

/** What `addresses` printed. */
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
