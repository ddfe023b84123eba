/**
 * Prints `@gateway $pid HEXADECIMAL` for each default IPv4 route of process `$pid` where its cgroup `$1` is a container's: anybody may read that of any process. By the
 * shell alone.
 */
export const gatewaysScript = `gateways() { case $1 in *docker*|*libpod*)
  while read -r device to gateway others; do [ "$to" = 00000000 ] && printf '@gateway %s %s\\n' "$pid" "$gateway"; done <"/proc/$pid/net/route" 2>/dev/null
;; esac; }
`

/** The address in a column of /proc/PID/net/route, which is the number as the processor reads it, little-endian wherever GPUs are: `010011AC` is 172.17.0.1. */
export function gatewayOf(word: string): string | undefined {
  const octets = /^([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{2})([0-9A-F]{2})$/.exec(word)?.slice(1)
  return octets
    ?.reverse()
    .map((octet) => Number.parseInt(octet, 16))
    .join('.')
}
