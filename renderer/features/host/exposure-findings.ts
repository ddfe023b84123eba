import type { ItemId } from '#shared/model/checklist.ts'
import { type Endpoint, isForAdministrators } from '#shared/model/endpoint.ts'
import type { Finding } from '#shared/model/finding.ts'
import { openOutcomes, rankOf } from '#shared/status.ts'
import type { Part } from './exposure-lane.tsx'

/** The findings that judge one part of the picture: a way to the proof of what is drawn. Loudest first. */
export function findingsOfPart(
  endpoint: Endpoint,
  part: Part,
  findings: readonly Finding[],
): { readonly open: readonly Finding[]; readonly passing: number } {
  const items = itemsOf(endpoint, part)
  const about = findings.filter(({ item, subject }) => items.includes(item) && isAbout(endpoint, subject))
  return {
    open: about.filter(({ status }) => openOutcomes.includes(status)).sort((a, b) => rankOf(a.status) - rankOf(b.status)),
    passing: about.filter(({ status }) => status === 'pass').length,
  }
}

/** Who connects, where it listens, and what is asked are different items of the checklist. */
function itemsOf({ groups }: Endpoint, part: Part): readonly ItemId[] {
  if (part.kind === 'origin') return ['INF-7']
  if (part.kind === 'listener') return ['INF-1', 'INF-2']
  const group = groups[part.index]
  return group && isForAdministrators(group.class) ? ['INF-3', 'INF-4'] : ['INF-3']
}

const literalAddress = /^(?:\*|\[.*\]|\d+(?:\.\d+){3})$/

/** A finding is called by a socket (whatever the address: a port is one program's; a name is one server's) or by the engine. */
function isAbout({ program, port, proxy, protocol = 'tcp' }: Endpoint, subject: string): boolean {
  const [about = ''] = subject.split(' ')
  const [, name, at, datagrams] = /^(.*):(\d+)(\/udp)?$/.exec(about) ?? []
  if (name === undefined) return proxy === undefined && about === program
  if (Number(at) !== port) return false
  // Findings about a name hold for HTTP/3 as well, those about a socket for that socket.
  return name === proxy?.name || (literalAddress.test(name) && (protocol === 'udp') === (datagrams !== undefined))
}
