import type { Server } from '../../../facts/nginx/model/servers.ts'

/** Names that a client can ask for. */
export const namesOf = (server: Server): readonly string[] =>
  server.names.filter((name) => name !== '' && name !== '_' && !name.startsWith('~') && !name.endsWith('.*'))

/** Is it this server that answers one who asks for that name? Who asks for none gets the one that has none. */
export const sameName = (server: Server, asked: string): boolean => {
  const names = namesOf(server)
  return names.length === 0 ? asked === '' : names.some((name) => name.replace(/^\*\./, 'gatehouse-probe.') === asked)
}
