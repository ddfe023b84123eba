import type { OperableUnit, OperateVerb } from './model/operate.ts'
import type { LogPiece } from './model/service-log.ts'

const proxies = /^(?:nginx|Caddy|oauth2-proxy|HAProxy|Apache|Traefik|Envoy)$/

/** What a verb means for those who use the service. */
export function operateMeaning(verb: OperateVerb, { name, container }: Pick<OperableUnit, 'name' | 'container'>): string {
  if (verb === 'start')
    return `It listens again, with the ${container ? 'settings that the container was made with' : 'files that its unit has now'}.`
  const cut = proxies.test(name)
    ? 'Every client that comes through it is cut off, whatever model it uses.'
    : 'Requests under way are lost and clients are cut off. Models are unloaded from the GPU.'
  return verb === 'stop' ? `${cut} It stays down until somebody starts it.` : `${cut} Loading them again takes as long as the first time.`
}

/** `[removed: prompt, 214 characters]` */
export const pieceText = (piece: LogPiece): string =>
  'text' in piece ? piece.text : `[removed: ${piece.removed}, ${piece.characters} ${piece.characters === 1 ? 'character' : 'characters'}]`
