import type { PushTemplate } from '#shared/model/push-template.ts'
import { readCaddies } from '../../facts/caddy/caddy.ts'
import { field, items, textOf } from '../../facts/caddy/json-lines.ts'
import { nearest } from '../../facts/nginx/model/scope.ts'
import { readHttp, type Server } from '../../facts/nginx/model/servers.ts'
import type { NginxDirective } from '../../facts/nginx/nginx.ts'
import { type About, listed, only, portsOf, type Seen, type Source } from './default-source.ts'

/** Ports of the engines that a template is for; of all of them where it asks for none. */
function enginePorts(seen: Seen, template: PushTemplate): ReadonlySet<string> {
  const asked = Object.values(template.parameters).map(({ from }) => from)
  const forOne = asked.includes('ollama-port') || asked.includes('openai-port')
  return new Set(portsOf(seen, ({ engine }) => !forOne || (engine === 'ollama') === asked.includes('ollama-port')).map(String))
}

const portIn = (text: string): string => /:(\d+)(?:\/.*)?$/.exec(text)?.[1] ?? ''

interface Front {
  readonly server: Server
  /** Forwards to nothing but engines of the template. */
  readonly alone: boolean
}

/** Servers of nginx that forward to an engine of the template; those of the name that was given, where there are any. */
export function frontsOf(seen: About, template: PushTemplate): readonly Front[] {
  const { nginx } = seen.facts
  if (!nginx.known) return []
  const { servers, upstreams } = readHttp(nginx.value)
  const ports = enginePorts(seen, template)
  const targets = ({ name, parameters: [target = ''], block = [] }: NginxDirective): readonly string[] => {
    if (name !== 'proxy_pass') return block.flatMap(targets)
    const upstream = upstreams.get(target.replace(/^https?:\/\//, '').toLowerCase())
    const members = upstream?.block?.filter((one) => one.name === 'server').map(({ parameters: [member = ''] }) => member)
    return (members ?? [target]).map(portIn)
  }
  const fronts = servers.flatMap((server) => {
    const all = targets(server.directive)
    return all.some((port) => ports.has(port)) ? [{ server, alone: all.every((port) => ports.has(port)) }] : []
  })
  const named = fronts.filter(({ server }) => server.names.some((name) => name === seen.name))
  return named.length > 0 ? named : fronts
}

/** Fills in what nginx has in effect for the engine's servers, where all of them agree. */
export const directiveOf =
  (name: string): Source =>
  (seen, template) =>
    only(frontsOf(seen, template).flatMap(({ server: { scope } }) => nearest(scope, name)?.parameters[0] ?? []))

/** Password files of a server and of everything in it; nginx looks for one without a `/` beside its own file. */
export function passwordFilesOf({ scope }: Server): readonly string[] {
  const inner = (directives: readonly NginxDirective[]): readonly NginxDirective[] =>
    directives.flatMap((one) => [...(one.name === 'auth_basic_user_file' ? [one] : []), ...inner(one.block ?? [])])
  const outer = nearest(scope, 'auth_basic_user_file')
  return [...inner(scope.directives), ...(outer ? [outer] : [])].flatMap(({ parameters: [path = ''] }) =>
    path.startsWith('/') ? [path] : [`/etc/nginx/${path}`],
  )
}

/** Files that hold such servers and no other: the template stands in for them. */
export function sitesOf(seen: About, template: PushTemplate): string[] | undefined {
  const { nginx } = seen.facts
  if (!nginx.known) return undefined
  const replaced = new Set(frontsOf(seen, template).flatMap(({ server, alone }) => (alone ? [server.directive] : [])))
  const others = new Set(readHttp(nginx.value).servers.flatMap(({ directive }) => (replaced.has(directive) ? [] : [directive.file])))
  const own = (path: string) => template.files.some((file) => 'path' in file && file.path === path)
  return listed(
    [...replaced]
      .map(({ file }) => file)
      .filter((file) => /^\/etc\/nginx\/(?:sites-enabled|conf\.d)\//.test(file) && !others.has(file) && !own(file)),
  )
}

/** The group that nginx's workers run in: that of `user`, else the one its packages make. */
export function proxyGroupOf({ facts: { nginx, accounts } }: Seen): number | undefined {
  if (!accounts.known) return undefined
  const user = nginx.known ? nginx.value.directives.find(({ name }) => name === 'user') : undefined
  const wanted = user === undefined ? ['www-data', 'nginx'] : [user.parameters[1] ?? user.parameters[0] ?? '']
  return accounts.value.groups.find(({ name }) => wanted.includes(name))?.gid
}

/** An address is no name for clients. */
export const isName = (text: string): boolean => /^[a-z0-9.-]+$/.test(text) && !/^[0-9.]+$/.test(text)

/** Files that Caddy loads certificates from (`tls FILE KEY` of a Caddyfile). */
export function caddyCertificates({ facts: { caddy } }: Seen, name: 'certificate' | 'key'): readonly string[] {
  return readCaddies(caddy).flatMap(({ config }) =>
    items(field(config, 'apps', 'tls', 'certificates', 'load_files')).flatMap((file) => textOf(field(file, name)) ?? []),
  )
}

/** The account of nginx's workers: that of `user`, else the one its packages make. It owns the logs that are made anew. */
export function proxyUserOf({ facts: { nginx, accounts } }: Seen): string | undefined {
  const user = nginx.known ? nginx.value.directives.find(({ name }) => name === 'user')?.parameters[0] : undefined
  if (user !== undefined) return user
  return accounts.known ? ['www-data', 'nginx'].find((name) => accounts.value.accounts.some((account) => account.name === name)) : undefined
}
