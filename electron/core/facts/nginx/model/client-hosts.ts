import type { Listen } from './listen.ts'
import { chooseServer, takesGroups } from './server-names.ts'
import { defaultServer, type HttpModel, type Server } from './servers.ts'

const MAX_HOSTS = 24

/** Names under which this server is reached on this socket, all of them where conditions or maps look at the name (`more`: and others beside them); none when others shadow it. */
export function hostsOf(
  model: HttpModel,
  server: Server,
  listen: Listen,
): { readonly hosts: readonly string[]; readonly anyHost: boolean; readonly more?: true | undefined } {
  const isDefault = defaultServer(model.servers, listen) === server
  // Prefer a name of its own: conditions on $host are written with that in mind.
  const own = server.names.flatMap(samples).filter((name) => chooseServer(model.servers, listen, name) === server)
  const pattern = server.names.find((name) => name.startsWith('~'))
  const taking = server.names.filter(takesGroups).slice(0, 1)
  const anyHost = isDefault || server.names.some((name) => /^[~.*]|\*$/.test(name))
  const counted = anyHost || !model.looksAtHost ? 1 : MAX_HOSTS
  const more = counted === MAX_HOSTS && own.length > MAX_HOSTS
  if (own.length > 0) return { hosts: [...own.slice(0, counted), ...taking], anyHost, ...(more && { more }) }
  if (isDefault) return { hosts: ['gatehouse.invalid', ...taking], anyHost }
  if (pattern !== undefined) return { hosts: [pattern], anyHost }
  const unnamed = server.names.length === 0 && chooseServer(model.servers, listen, '') === server
  return { hosts: unnamed ? [''] : [], anyHost }
}

/** Hosts that fit a server name. `.example` stands for itself and for all below it, and others may have taken one of the two. None for patterns. */
function samples(name: string): readonly string[] {
  if (name.startsWith('~')) return []
  if (name.startsWith('.')) return [name.slice(1), `gatehouse-probe${name}`]
  return [name.replace(/^\*\./, 'gatehouse-probe.').replace(/\.\*$/, '.invalid')]
}
