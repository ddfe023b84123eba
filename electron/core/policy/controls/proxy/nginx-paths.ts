import type { Gate } from '../../../facts/nginx/model/access.ts'
import { printListen } from '../../../facts/nginx/model/listen.ts'
import { clientCertificate, type ProxiedRoute, type WithheldRoute } from '../../../facts/nginx/model/routes.ts'
import { nearest, nearestAll } from '../../../facts/nginx/model/scope.ts'
import type { HttpModel } from '../../../facts/nginx/model/servers.ts'
import type { NginxDirective } from '../../../facts/nginx/nginx.ts'
import type { Citation } from '../../control.ts'
import { addressBlock } from './address-block.ts'
import { letIn } from './address-rules.ts'
import { strongest } from './authentication.ts'
import { nginxTls } from './nginx-tls.ts'
import type { Authenticated, ProxyPath, ProxySocket, WithheldPath } from './proxy-path.ts'

const cited = ({ line, name }: NginxDirective): Citation => ({ section: 'nginx', line, token: name })

/** The socket of a server block; undefined when only this machine gets there. */
export function nginxSocket(
  found: Pick<ProxiedRoute, 'server' | 'listen' | 'encrypted'>,
  model: HttpModel,
  version: string | undefined,
): ProxySocket | undefined {
  const { server, listen, encrypted } = found
  if (listen.scope === 'loopback' || listen.scope === 'unix') return undefined
  const name = server.names.find((one) => one !== '' && one !== '_')
  const printed = printListen(listen)
  const subject = name === undefined ? printed : `${name}:${listen.port}`
  return { subject, printed, port: listen.port, encrypted, tls: nginxTls(found, model, version), line: cited(listen.directive) }
}

/** A route through nginx in the words that all proxies share. */
export function nginxPath(route: ProxiedRoute, socket: ProxySocket): ProxyPath {
  const { answer, service, clientPath } = route
  const lists = answer.gates.filter((gate) => gate.satisfy === 'all').map((gate) => letIn(gate.addresses))
  const addresses = [...new Set(answer.gates.flatMap((gate) => gate.addresses))]
  return {
    program: 'nginx',
    service,
    route: route.route,
    clientPath,
    socket,
    login: loginOf(route),
    loginBy: [...new Set(answer.gates.flatMap((gate) => gate.credentials.map(({ directive }) => directive.name)))],
    keyPasses: keyPasses(route),
    keeper: keeperOf(route),
    lists,
    listLines: addresses.map(({ line }) => ({ section: 'nginx', line })),
    addressUnknown: answer.assumptions.some(({ kind }) => kind === 'address' || kind === 'unmodelled'),
    spoofable: trustsAnybody(route),
    line: cited(route.directive),
    unfinished: halfBasic(route),
    nginx: route,
  }
}

/** With "satisfy any" a login is as good as an address. */
function loginOf(route: ProxiedRoute): Authenticated {
  if (clientCertificate(route)) return 'yes'
  const all = route.answer.gates.map(atGate)
  for (const { kind } of route.answer.assumptions) {
    if (kind === 'secret' || kind === 'certificate') all.push('yes')
    else if (kind === 'unmodelled') all.push('unknown')
  }
  return all.reduce<Authenticated>(strongest, 'no')
}

function atGate(gate: Gate): Authenticated {
  const sure = gate.credentials.filter((credential) => credential.kind !== 'unmodelled')
  if (gate.credentials.length === 0) return 'no'
  if (gate.satisfy === 'any') {
    // Whoever the list lets in by name needs nothing else (ngx_http_core_access_phase).
    const allows = gate.addresses.filter((rule) => rule.name === 'allow').map((rule) => rule.parameters[0])
    if (allows.includes('all') || allows.includes('0.0.0.0/0')) return 'no'
    if (allows.length > 0) return 'partly'
  }
  return sure.length > 0 ? 'yes' : 'unknown'
}

/** A proxy that sends a key of its own opens the engine to all its clients. */
function keyPasses(route: ProxiedRoute): boolean {
  const headers = nearestAll(route.answer.scope, ['proxy_set_header']).filter((header) =>
    /^(?:authorization|x-api-key)$/i.test(header.parameters[0] ?? ''),
  )
  return headers.every((header) => ['', '$http_authorization', '$http_x_api_key'].includes(header.parameters[1] ?? ''))
}

function keeperOf(route: ProxiedRoute): string | undefined {
  const gate = route.answer.gates.at(-1)?.credentials[0]
  if (gate?.kind === 'basic') return nearest(route.answer.scope, 'auth_basic_user_file')?.parameters[0]
  return gate?.kind === 'auth-request' ? gate.directive.parameters[0] : undefined
}

/** real_ip trusts whoever connects: then a client writes its own address into a header (ngx_http_realip_module). */
const trustsAnybody = (route: ProxiedRoute): boolean =>
  nearestAll(route.answer.scope, ['set_real_ip_from']).some((directive) => addressBlock(directive.parameters[0] ?? '')?.prefixLength === 0)

/** `auth_basic` without a user file asks nobody: nginx skips it silently. */
function halfBasic(route: ProxiedRoute): ProxyPath['unfinished'] {
  const basic = nearest(route.answer.scope, 'auth_basic')
  if (!basic || basic.parameters[0] === 'off' || nearest(route.answer.scope, 'auth_basic_user_file')) return undefined
  return {
    why: 'auth_basic stands there without auth_basic_user_file, so nginx asks nobody.',
    line: { ...cited(basic), note: 'Without auth_basic_user_file this asks nobody.' },
  }
}

/**
 * A location that lets hosts in for a route and then leads nowhere: the author meant to pass it on for them. Handlers are not inherited,
 * so nginx looks for a file and answers 404.
 */
export function nginxWithheld({ route, status, location, directive }: WithheldRoute): WithheldPath {
  const lets = status === 0 && location?.scope.directives.some(({ name }) => name === 'allow')
  return {
    route,
    line: { section: 'nginx', line: directive.line },
    ...(lets &&
      location && {
        stranded: { name: location.directive.parameters.join(' '), line: { section: 'nginx', line: location.directive.line } },
      }),
  }
}
