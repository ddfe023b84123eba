import { directivesNamed } from '../named-directives.ts'
import type { NginxDirective } from '../nginx.ts'
import { conditionOf } from './condition-words.ts'
import { groupTakes } from './inverse.ts'
import type { Location } from './locations.ts'
import type { HttpModel, Server } from './servers.ts'
import { canonical, peersOf, type Target } from './target.ts'

/** Does the client or the configuration choose the address, beside the path? A path of nginx begins with a slash. */
export const decidesAtRunTime = ({ parameters: [written = ''] }: Pick<NginxDirective, 'parameters'>): boolean =>
  /\$/.test(/^(?:\w+:\/\/)?(.*?)(?:\/|\$\{?(?:request_|document_)?uri\b|$)/.exec(written)?.[1] ?? '')

/** What a `proxy_pass` says before its path. */
const authorityOf = ({ parameters: [written = ''] }: NginxDirective): string =>
  /^(?:(?:\w+|\$\{?scheme\}?):\/\/)?([^/?]*?)(?:[/?]|\$\{?is_args\b|$)/.exec(written)?.[1] ?? ''

/** Does a part of the path, or of the name, that is no choice among fixed texts say to which program a request goes (`http://127.0.0.1:$1/$2`)? */
export function namedByClient(
  model: HttpModel,
  { directive: { block = [] }, names }: Server,
  location: Location,
  pass: NginxDirective,
): boolean {
  const authority = authorityOf(pass)
  if (!authority.includes('$')) return false
  const patternsIn = (within: readonly NginxDirective[]): readonly string[] => [
    ...directivesNamed(within, 'rewrite').map(({ parameters: [pattern = ''] }) => pattern),
    ...directivesNamed(within, 'if').map((one) => (conditionOf(one)[1].includes('~') ? conditionOf(one)[2] : '')),
  ]
  const around = [...patternsIn(block), ...directivesNamed(block, 'location').map(({ parameters }) => parameters.at(-1) ?? ''), ...names]
  const own = [...patternsIn(location.scope.directives), location.pattern?.source ?? '', ...names]
  const isFree = (text: string, patterns: readonly string[], depth: number): boolean =>
    [...text.matchAll(/\$\{?(\d|\w+)/g)].some(([, written = '']) => {
      const name = written.toLowerCase()
      const named = around.filter((one) => one.toLowerCase().includes(`<${name}>`))
      const takes = (/^\d$/.test(name) ? patterns : named).map((one) => groupTakes(one, name))
      if (takes.includes('path') || takes.includes('anything')) return true
      if (depth > 4) return false
      const lines = model.maps.get(`$${name}`)?.block ?? []
      const sets = directivesNamed(block, 'set').filter(({ parameters: [to = ''] }) => to.toLowerCase() === `$${name}`)
      return (
        lines.some(({ name: key, parameters: [to = ''] }) =>
          isFree(to, key.startsWith('~') ? [key.replace(/^~\*?/, '')] : [], depth + 1),
        ) || sets.some(({ parameters: [, to = ''] }) => isFree(to, around, depth + 1))
      )
    })
  const [, head = '', last = ''] = /^(.+)\$\{?(\w+)\}?$/.exec(authority) ?? []
  // Behind a port, and where it begins with a slash, it is a path.
  const takes = own.map((one) => groupTakes(one, last))
  const isPath =
    (/:\d+$/.test(head) && !pass.parameters[0]?.includes(`${authority}/`)) || (takes.includes('path') && !takes.includes('anything'))
  return isFree(isPath ? head : authority, own, 0)
}

/** Programs of a machine, by where they listen. */
export interface Listening {
  readonly ports: readonly number[]
  readonly isSocket?: ((path: string) => boolean) | undefined
  /** Is it an address of that machine, in one spelling? */
  readonly isLocal: (host: string) => boolean
}

/** Is it one of them? A group or a name without a port is asked at that of its scheme. */
export const isOneOf = (peer: Target, { ports, isSocket, isLocal }: Listening): boolean =>
  peer.socket === undefined
    ? isLocal(canonical(peer.host)) && ports.includes(peer.port ?? (peer.encrypted ? 443 : 80))
    : isSocket?.(peer.socket) === true

/** May a `proxy_pass` whose address is chosen at run time mean one of these? */
export function mayMean(pass: NginxDirective, { upstreams }: Pick<HttpModel, 'upstreams'>, listening: Listening): boolean {
  const [written = ''] = pass.parameters
  const authority = authorityOf(pass).replace(/\$\{?(?:request_|document_)?uri\b.*$/, '')
  const [, host = '', port] = /^(.*?)(?::([^:\]]*))?$/.exec(authority) ?? []
  const takesPort = (wanted: number): boolean =>
    port === undefined
      ? takesColon.test(host) || wanted === (/^https:/i.test(written) ? 443 : 80)
      : textsLike(port, '\\d*').test(String(wanted))
  const hosts = textsLike(host, '.*')
  const takesHost = host.includes('$') ? ['127.0.0.1', 'localhost'].some((one) => hosts.test(one)) : listening.isLocal(canonical(host))
  if (takesHost && listening.ports.some(takesPort)) return true
  // What stands for an address may stand for a group, or for a socket (`unix:/run/x.sock:`).
  const groups = [...upstreams.keys()].filter((name) => port === undefined && hosts.test(name))
  if (groups.flatMap((name) => peersOf({ encrypted: false, host: name }, upstreams)).some((peer) => isOneOf(peer, listening))) return true
  return listening.isSocket !== undefined && (/^(?:\w+:\/\/)?unix:/i.test(written) || (host.startsWith('$') && takesColon.test(host)))
}

/** A variable that may hold a colon: all but those that are a name or an address. */
const takesColon = /\$\{?(?!(?:host|hostname|server_name|server_addr|remote_addr|ssl_server_name)\b)\w/

/** Texts of which the variables stand for anything of a form. */
const textsLike = (text: string, form: string): RegExp =>
  new RegExp(
    `^${text
      .split(/\$(?:\{\w+\}|\w+)/)
      .map((part) => part.replace(/[.*+?^$()|[\]{}\\]/g, '\\$&'))
      .join(form)}$`,
    'i',
  )
