import type { Listener } from '#shared/model/listener.ts'
import { scopeOf } from './address-scope.ts'

export type SsResult = { readonly ok: true; readonly listeners: readonly Listener[] } | { readonly ok: false; readonly line: number }

const ROW = /^(tcp|udp)\s+(?:LISTEN|UNCONN)\s+\d+\s+\d+\s+(\S+):(\d+)\s+\S+:(?:\*|\d+)\s*([\s\S]*)$/
const HEADER = /^Netid\s+State\s/

/**
 * Reads `ss -Htulnp` of iproute2 4.15 to 6.x, with or without its header. Strict: a row of another form is an error with its line,
 * since what cannot be read may be the socket that matters. A process name may hold a line feed, which then continues its row.
 */
export function parseSs(stdout: string): SsResult {
  const rows: { text: string; line: number }[] = []
  for (const [index, text] of stdout.split('\n').entries()) {
    const previous = rows.at(-1)
    if (/^(?:tcp|udp)\s+\S/.test(text) || HEADER.test(text)) rows.push({ text, line: index + 1 })
    else if (previous?.text.includes('users:((')) previous.text += `\n${text}`
    else if (text.trim() !== '') return { ok: false, line: index + 1 }
  }
  const listeners: Listener[] = []
  for (const { text, line } of rows) {
    if (HEADER.test(text)) continue
    const match = ROW.exec(text)
    const port = Number(match?.[3])
    const local = match && readLocal(match[2] ?? '')
    const processes = match && readUsers(match[4] ?? '')
    if (!match || !local || !processes || port > 65_535) return { ok: false, line }
    listeners.push({ protocol: match[1] === 'udp' ? 'udp' : 'tcp', ...local, port, processes, line })
  }
  return { ok: true, listeners }
}

/** `127.0.0.53%lo`, `[fe80::1]%eth0`, `[::]`, `*`: without brackets and device. A wildcard socket tied to `lo` is loopback. */
function readLocal(text: string): Pick<Listener, 'address' | 'scope'> | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)(?:%[^\]]+)?\]|([0-9.]+|\*|[0-9A-Fa-f:.]+))(?:%(\S+))?$/.exec(text)
  const address = match?.[1] ?? match?.[2]
  const scope = address === undefined ? undefined : scopeOf(address)
  if (address === undefined || scope === undefined) return undefined
  return { address, scope: match?.[3] === 'lo' && scope === 'wildcard' ? 'loopback' : scope }
}

/**
 * `users:(("nginx",pid=1,fd=6),("nginx",pid=2,fd=6))`. The name is the kernel's comm, printed raw: up to 15 bytes in which quotes,
 * parentheses and commas may stand, too few to hold a whole forged entry. An entry ends where another begins or the list ends.
 */
function readUsers(text: string): Listener['processes'] | undefined {
  const list = /users:\(([\s\S]*)\)\s*$/.exec(text)?.[1]
  if (list === undefined) return text.includes('users:(') ? undefined : []
  const entry = /\("([\s\S]{0,64}?)",pid=(\d+),fd=(\d+)\)(?:,(?=\(")|$)/y
  const found = new Map<number, string>()
  while (entry.lastIndex < list.length) {
    const match = entry.exec(list)
    if (!match) return undefined
    const pid = Number(match[2])
    if (!found.has(pid)) found.set(pid, match[1] ?? '')
  }
  return [...found].map(([pid, name]) => ({ name, pid }))
}
