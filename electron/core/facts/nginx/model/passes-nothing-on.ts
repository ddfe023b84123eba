import { isWithin } from '../../../is-within.ts'
import type { NginxDirective } from '../nginx.ts'
import { unknownIn } from './known-directives.ts'
import { readHttp, type Server } from './servers.ts'

/** What a server may have that answers by itself: pages, redirects, refusals. Anything else may ask a program, run a script, or be a module's of others. */
const ANSWERS =
  /^(?:listen|server_name|server_tokens|location|if|set|return|rewrite|rewrite_log|break|error_page|try_files|internal|alias|root|index|autoindex\w*|allow|deny|satisfy|auth_basic\w*|access_log|error_log|log_\w+|default_type|types|add_header|expires|etag|charset\w*|gzip\w*|ssl\w*|http2\w*|http3\w*|keepalive_\w+|client_\w+|send_timeout|large_client_header_buffers|limit_(?:req|conn)\w*|open_file_cache\w*|sendfile|tcp_\w+|empty_gif|stub_status)$/

/** A script or a module of others, which all servers have from around them. */
const SCRIPTS = /_by_lua|^js_|^perl/

/**
 * Does nginx on this TCP port pass nothing on, to whatever program, and show no file of these folders? So it is with the port on which certbot and others leave a redirect alone.
 * False where that is not certain: a script, a module of others, a folder that a variable names, a range of ports that goes on.
 */
export function passesNothingOn(directives: readonly NginxDirective[], port: number, folders: readonly string[]): boolean {
  const model = readHttp({ directives })
  const isThere = ({ listens }: Pick<Server, 'listens'>) =>
    listens.some(({ port: own, goesOn, datagrams }) => (own === port && !datagrams) || goesOn === true)
  const servers = model.servers.filter(isThere)
  return (
    servers.length > 0 &&
    !model.streams.some(isThere) &&
    servers.every(({ directive, scope }) => {
      const around = (scope.parent?.directives ?? []).filter(({ name }) => name !== 'server')
      return (
        answersAlone(directive.block ?? [], folders) &&
        unknownIn(around).length === 0 &&
        !around.some((one) => SCRIPTS.test(one.name) || mayShow(one, folders))
      )
    })
  )
}

const answersAlone = (directives: readonly NginxDirective[], folders: readonly string[]): boolean =>
  directives.every(
    (one) => ANSWERS.test(one.name) && !mayShow(one, folders) && (one.name === 'types' || answersAlone(one.block ?? [], folders)),
  )

/** May files of one of the folders lie below what this names? */
function mayShow({ name, parameters: [named = ''] }: NginxDirective, folders: readonly string[]): boolean {
  if (name !== 'root' && name !== 'alias') return false
  const path = named.replace(/\/+$/, '') || '/'
  return path.includes('$') || folders.some((folder) => isWithin(path, folder) || isWithin(folder, path))
}
