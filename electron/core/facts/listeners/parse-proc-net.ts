import type { Listener } from '#shared/model/listener.ts'
import { scopeOf } from './address-scope.ts'

/**
 * Reads the rows of /proc/net/{tcp,tcp6,udp,udp6} below their `@table` lines. Addresses are hex words in the byte order of the
 * machine (proc_pid_net(5)); every machine with a supported GPU is little-endian. Owners are unknown.
 */
export function parseProcNet(stdout: string): readonly Listener[] | undefined {
  const listeners: Listener[] = []
  let protocol: Listener['protocol'] | undefined
  for (const [index, text] of stdout.split('\n').entries()) {
    const table = /^@(tcp|udp)6?$/.exec(text)
    if (table) {
      protocol = table[1] === 'udp' ? 'udp' : 'tcp'
      continue
    }
    if (text.trim() === '') continue
    const socket = readSocket(/^\s*\d+: (\S+) /.exec(text)?.[1] ?? '')
    if (!socket || !protocol) return undefined
    listeners.push({ protocol, ...socket, processes: [], line: index + 1 })
  }
  return protocol ? listeners : undefined
}

/** A column of /proc/net/tcp: `0100007F:2CED` is 127.0.0.1:11501. */
export function readSocket(word: string): Pick<Listener, 'address' | 'port' | 'scope'> | undefined {
  const [, digits = '', port = ''] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(word) ?? []
  const address = digits && readAddress(digits)
  const scope = address ? scopeOf(address) : undefined
  return address && scope ? { address, port: Number.parseInt(port, 16), scope } : undefined
}

function readAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse())
  if (bytes.length === 4) return bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
  const groups = Array.from({ length: 8 }, (_, at) => Number.parseInt(`${bytes[at * 2]}${bytes[at * 2 + 1]}`, 16).toString(16))
  return shortest(groups)
}

/** RFC 5952: the longest run of zero groups becomes `::`. */
function shortest(groups: readonly string[]): string {
  const runs = [...groups.join(':').matchAll(/(?:^|(?<=:))0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)
  const text = groups.join(':')
  const run = runs[0]
  if (!run) return text
  return `${text.slice(0, run.index).replace(/:$/, '')}::${text.slice(run.index + run[0].length).replace(/^:/, '')}`
}
