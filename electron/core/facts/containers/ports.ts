import type { ContainerPort } from './containers.ts'

/**
 * Published ports as `docker container ls` lists them: `0.0.0.0:11434->11434/tcp, [::]:11434->11434/tcp`, `:::80->80/tcp` (before
 * Docker 28), ranges `0.0.0.0:8000-8002->8000-8002/tcp`. An entry without `->` is exposed but not published, and one of port 0 has no
 * port on the host (`gateway_mode=routed`): it is open at the address of the container. `unread`: an entry of another form.
 */
export function readListedPorts(text: string): { readonly read: readonly ContainerPort[]; readonly unread?: string | undefined } {
  let unread: string | undefined
  const read = text.split(', ').flatMap((entry) => {
    const match = /^(.*):(\d+)(?:-(\d+))?->(\d+)(?:-\d+)?\/(tcp|udp)$/.exec(entry.trim())
    if (!match) {
      if (entry.includes('->') && !entry.endsWith('/sctp')) unread ??= entry.trim().slice(0, 80)
      return []
    }
    const [, address = '', first = '', last = first, inside = '', protocol] = match
    if (Number(first) === 0) return []
    const count = Math.min(Math.max(Number(last) - Number(first) + 1, 1), 1000)
    return Array.from({ length: count }, (_, offset) => ({
      hostAddress: address.replace(/^\[|\]$/g, '') || '0.0.0.0',
      hostPort: Number(first) + offset,
      containerPort: Number(inside) + offset,
      protocol: protocol === 'udp' ? ('udp' as const) : ('tcp' as const),
    }))
  })
  return { read, unread }
}
