import type { LogPiece } from '#shared/model/service-log.ts'
import { removed, requestPath, template } from './shapes.ts'

/** The `combined` format (ngx_http_log_module); a further field, such as that of `main`, is taken out. */
const ACCESS =
  /^([0-9A-Fa-f.:]{2,45}) - ([\w.@-]{1,64}|-) (\[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\]) "((?:\\.|[^"\\])*)" (\d{3} \d{1,15})(?: "((?:\\.|[^"\\])*)" "((?:\\.|[^"\\])*)")?([\s\S]*)$/
const REQUEST = /^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) (\S{1,4096}) (HTTP\/[\d.]{1,3})$/
const AGENT = /^[A-Za-z][\w-]{0,30}\/[\d.]{1,20}$/

const requestPieces = (request: string): LogPiece[] => {
  const [, method, target = '', protocol] = REQUEST.exec(request) ?? []
  return method === undefined ? [removed('request', request)] : [{ text: `${method} ` }, ...requestPath(target), { text: ` ${protocol}` }]
}

function accessPieces(match: RegExpExecArray): LogPiece[] {
  const [, address, user, at, request = '', status, referer, agent, rest = ''] = match
  return [
    { text: `${address} - ${user} ${at} "` },
    ...requestPieces(request),
    { text: `" ${status}` },
    ...(referer === undefined
      ? []
      : [{ text: ' "' }, referer === '-' || referer === '' ? { text: referer } : removed('referer', referer), { text: '"' }]),
    ...(agent === undefined
      ? []
      : [{ text: ' "' }, AGENT.test(agent) || agent === '-' ? { text: agent } : removed('agent', agent), { text: '"' }]),
    ...(rest === '' ? [] : [removed('rest of the line', rest)]),
  ]
}

const errors = [
  'connect() failed (<num>: Connection refused) while connecting to upstream',
  'upstream timed out (<num>: Connection timed out) while reading response header from upstream',
  'upstream timed out (<num>: Connection timed out) while connecting to upstream',
  'upstream prematurely closed connection while reading response header from upstream',
  'recv() failed (<num>: Connection reset by peer) while reading response header from upstream',
  'no live upstreams while connecting to upstream',
  'client intended to send too large body: <num> bytes',
  'access forbidden by rule',
  'no user/password was provided for basic authentication',
  'limiting requests, excess: <num> by zone "<name>"',
  'limiting connections by zone "<name>"',
  'SSL_do_handshake() failed',
  'signal process started',
  'signal <num> (SIGTERM) received from <num>, exiting',
  'signal <num> (SIGHUP) received from <num>, reconfiguring',
  'start worker processes',
  'start worker process <num>',
  'worker process <num> exited with code <num>',
  'gracefully shutting down',
  'using the "epoll" event method',
  'nginx/<version>',
].map(template)
const ERROR = /^(\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[a-z]{4,6}\] \d{1,9}#\d{1,9}: (?:\*\d{1,19} )?)([\s\S]*)$/
const FIELD = /, (client|server|request|upstream|host|referrer|subrequest): ("(?:\\.|[^"\\])*"|[^,"]*)(?=, |$)/y

function errorPieces(head: string, body: string): LogPiece[] {
  const first = body.search(/, (?:client|server): /)
  const words = first < 0 ? body : body.slice(0, first)
  const pieces: LogPiece[] = [{ text: head }, errors.some((known) => known.test(words)) ? { text: words } : removed('message', words)]
  let at = words.length
  FIELD.lastIndex = at
  for (let match = FIELD.exec(body); match; match = FIELD.exec(body)) {
    const [, name = '', value = ''] = match
    const bare = value.replace(/^"([\s\S]*)"$/, '$1')
    const quote = value.startsWith('"') ? '"' : ''
    pieces.push({ text: `, ${name}: ${quote}` }, ...fieldPieces(name, bare), { text: quote })
    at = FIELD.lastIndex
  }
  return at < body.length ? [...pieces, removed('rest of the line', body.slice(at))] : pieces
}

function fieldPieces(name: string, value: string): LogPiece[] {
  if (name === 'request') return requestPieces(value)
  if (name === 'upstream') {
    const [, origin, target = ''] = /^(https?:\/\/[\w.[\]:-]{1,120})(\/\S{0,4096})?$/.exec(value) ?? []
    return origin === undefined ? [removed(name, value)] : [{ text: origin }, ...(target === '' ? [] : requestPath(target))]
  }
  return /^[\w.:[\]-]{0,120}$/.test(value) && name !== 'referrer' ? [{ text: value }] : [removed(name, value)]
}

/** Access lines and lines of its error log. Undefined: none of these. */
export function nginxPieces(line: string): LogPiece[] | undefined {
  const access = ACCESS.exec(line)
  if (access) return accessPieces(access)
  const error = ERROR.exec(line)
  return error ? errorPieces(error[1] ?? '', error[2] ?? '') : undefined
}
