import type { Engine, InferenceService } from '#shared/model/inference-service.ts'
import type { Citation } from '../../../facts/citation.ts'
import { addressBlock } from '../../../facts/network/address-block.ts'
import type { Credential, Gate } from '../../../facts/nginx/model/access.ts'
import type { Assumption } from '../../../facts/nginx/model/assumption.ts'
import { isOfContentNetwork } from '../../../facts/nginx/model/content-network.ts'
import { headersAsSent, headersSet } from '../../../facts/nginx/model/handler.ts'
import { familiesAt, type Listen, printListen, socketKey } from '../../../facts/nginx/model/listen.ts'
import type { ProxiedRoute } from '../../../facts/nginx/model/proxied-route.ts'
import { clientCertificate, type WithheldRoute } from '../../../facts/nginx/model/routes.ts'
import { nearest, nearestAll, type Scope } from '../../../facts/nginx/model/scope.ts'
import { chooseServer } from '../../../facts/nginx/model/server-names.ts'
import type { HttpModel, Server } from '../../../facts/nginx/model/servers.ts'
import { peersOf } from '../../../facts/nginx/model/target.ts'
import { type NginxDirective, placeOf } from '../../../facts/nginx/nginx.ts'
import { type LetIn, letIn } from './address-rules.ts'
import { strongest, weakest } from './authentication.ts'
import { askedProgram, CONTENT_NETWORK, type Gateway } from './gateways.ts'
import { nginxTls } from './nginx-tls.ts'
import type { Authenticated, ProxyPath, ProxySocket, WithheldPath } from './proxy-path.ts'

const cited = (directive: NginxDirective): Citation => ({ ...placeOf(directive), token: directive.name })

/** What the adapter must know beside the route. */
export interface NginxAround {
  readonly model: HttpModel
  readonly gateways: readonly Gateway[]
  readonly services: readonly InferenceService[]
}

/** The socket that a route of nginx is reached by, in the words that nginx's and Caddy's controls share. */
export function nginxSocket(
  found: Pick<ProxiedRoute, 'server' | 'listen' | 'encrypted'>,
  model: HttpModel,
  version: string | undefined,
): ProxySocket {
  const { server, listen, encrypted } = found
  const name = frontName(server)
  const printed = printListen(listen)
  const subject = name === undefined ? printed : `${name}:${listen.port}`
  return {
    subject,
    strays: straysAt(model, server, listen).filter((other) => other !== subject),
    printed,
    port: listen.port,
    local: listen.scope === 'loopback' || listen.scope === 'unix',
    encrypted,
    ...(listen.datagrams && { quic: 'only' as const }),
    tls: nginxTls(found, model, version),
    line: cited(listen.directive),
  }
}

const frontName = ({ names }: Server): string | undefined => names.find((one) => one !== '' && one !== '_')

const strays = new WeakMap<HttpModel, Map<Listen, readonly string[]>>()

/**
 * Servers are chosen by name only among those of one socket, and the most exact address takes the connection: a name that is served on `*:443` is
 * answered by whoever is the default on `10.0.3.7:443`, on that address.
 */
function straysAt(model: HttpModel, server: Server, listen: Listen): readonly string[] {
  const known = strays.get(model) ?? new Map<Listen, readonly string[]>()
  strays.set(model, known)
  const before = known.get(listen)
  if (before) return before
  const found = model.servers.flatMap((other) => {
    const name = frontName(other)
    if (other === server || name === undefined || !/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(name)) return []
    const elsewhere = other.listens.some(
      (one) => one.port === listen.port && one.datagrams === listen.datagrams && socketKey(one) !== socketKey(listen),
    )
    return elsewhere && chooseServer(model.servers, listen, name) === server ? [`${name}:${listen.port}`] : []
  })
  known.set(listen, [...new Set(found)])
  return found
}

/** A route through nginx in the words that all proxies share. */
export function nginxPath(route: ProxiedRoute, socket: ProxySocket, around: NginxAround): ProxyPath {
  const { answer, service, clientPath } = route
  const byCondition = answer.assumptions.flatMap(({ networks }) => (networks ? [networks] : []))
  const lists = [
    ...answer.gates.filter((gate) => gate.satisfy === 'all').map((gate) => letIn(gate.addresses, familiesOf(gate, route))),
    ...byCondition.map((rules): LetIn => ({ kind: 'listed', blocks: rules.map(({ block }) => block), local: false })),
  ]
  const addresses = [
    ...new Set([...answer.gates.flatMap((gate) => gate.addresses), ...byCondition.flat().map(({ directive }) => directive)]),
  ]
  return {
    program: 'nginx',
    service,
    route: route.route,
    clientPath,
    socket,
    login: loginOf(route, around),
    loginBy: [
      ...new Set([
        ...answer.gates.flatMap((gate) => gate.credentials.map((one) => askedBy(one, route, around).by)),
        ...(isForContentNetwork(route) ? [CONTENT_NETWORK] : []),
      ]),
    ],
    keyPasses: keyPasses(route),
    told: { sets: headersSet(answer.scope), asSent: headersAsSent(answer.scope), seen: clientPath, resolved: isResolved(route) },
    keeper: keeperOf(route),
    lists,
    listLines: addresses.map(placeOf),
    addressUnknown: answer.assumptions.some(undecided) || answer.gates.some(({ credentials }) => credentials.some(isScript)),
    forgers: forgersOf(route),
    hsts: headersAdded(answer.scope).some(
      ({ parameters: [name = '', value = ''] }) => /^strict-transport-security$/i.test(name) && !/max-age\s*=\s*"?0+(?!\d)/i.test(value),
    ),
    line: cited(route.directive),
    unfinished: halfBasic(route),
    nginx: route,
  }
}

/** Of the innermost block that has any, or as `add_header_inherit` says there (since 1.29.3). */
function headersAdded(scope: Scope): readonly NginxDirective[] {
  const own = scope.directives.filter(({ name }) => name === 'add_header')
  const mode = nearest(scope, 'add_header_inherit')?.parameters[0] ?? 'on'
  if (!scope.parent || mode === 'off' || (mode === 'on' && own.length > 0)) return own
  return [...headersAdded(scope.parent), ...own]
}

const undecided = ({ kind, networks }: Assumption): boolean => kind === 'unmodelled' || (kind === 'address' && networks === undefined)

/** A script of the access phase lets in whom it wants, by address as well. */
const isScript = ({ kind, directive }: Credential): boolean => kind === 'unmodelled' && directive.name !== 'auth_basic'

/** Of the addresses that a list looks at: those that come by the socket, or whatever somebody who is trusted states. */
const familiesOf = ({ trusts }: Gate, { listen }: ProxiedRoute): readonly (4 | 6)[] => (trusts.length > 0 ? [4, 6] : familiesAt(listen))

/** With "satisfy any" a login is as good as an address. */
function loginOf(route: ProxiedRoute, around: NginxAround): Authenticated {
  const demanded = clientCertificate(route)
  if (demanded && !showsNobody(route)) return 'yes'
  const all = route.answer.gates.map((gate) => atGate(gate, route, around))
  if (demanded) all.push('unknown')
  for (const { kind, directive } of route.answer.assumptions) {
    if (kind === 'secret' || (kind === 'certificate' && !takesAnyCertificate(route, directive))) all.push('yes')
    else if (kind === 'unmodelled' || kind === 'certificate') all.push('unknown')
  }
  return all.reduce<Authenticated>(strongest, 'no')
}

/**
 * `optional_no_ca` takes a certificate that nobody signed: only the word SUCCESS and the fingerprint say who it is. Of one that any authority of the internet may have signed, the
 * fingerprint alone does.
 */
const takesAnyCertificate = (route: ProxiedRoute, { parameters }: NginxDirective): boolean => {
  const words = parameters.join(' ')
  if (words.includes('fingerprint')) return false
  const unsigned = nearest(route.server.scope, 'ssl_verify_client')?.parameters[0] === 'optional_no_ca'
  return showsNobody(route) || (unsigned && !words.includes('SUCCESS'))
}

/** A certificate of theirs proves nothing of who asks. */
const showsNobody = (route: ProxiedRoute): boolean => trustsEverybody(route) || isForContentNetwork(route)

const isForContentNetwork = ({ server }: ProxiedRoute): boolean =>
  (nearest(server.scope, 'ssl_verify_client')?.parameters[0] ?? 'off') !== 'off' &&
  isOfContentNetwork(nearest(server.scope, 'ssl_client_certificate')?.parameters[0] ?? '')

/** The authorities that the system trusts for the internet, who sign for whoever asks. Those of `ssl_trusted_certificate` count for clients, too (ngx_ssl_trusted_certificate). */
const trustsEverybody = ({ server }: ProxiedRoute): boolean =>
  ['ssl_client_certificate', 'ssl_trusted_certificate'].some((name) =>
    /^\/(?:etc|usr|var)\/.*\b(?:ssl|pki|certs|ca-certificates)\/(?:.*\/)?(?:ca-certificates\.crt|(?:tls-)?ca-bundle(?:\.trust)?\.(?:crt|pem)|cert\.pem|cacert\.pem|ca-root-nss\.crt)$/.test(
      nearest(server.scope, name)?.parameters[0] ?? '',
    ),
  )

function atGate(gate: Gate, route: ProxiedRoute, around: NginxAround): Authenticated {
  if (gate.credentials.length === 0) return 'no'
  if (gate.satisfy === 'any') {
    // Whoever the list lets in by name needs nothing else (ngx_http_core_access_phase).
    const families = familiesOf(gate, route)
    const allows = gate.addresses.flatMap(({ name, parameters: [text = ''] }) => {
      const block = addressBlock(text)
      return name !== 'allow' || (block && !families.includes(block.version)) ? [] : [{ text, block }]
    })
    if (allows.some(({ text, block }) => text === 'all' || block?.prefixLength === 0)) return 'no'
    if (allows.length > 0) return 'partly'
  }
  const asked = gate.credentials.map((credential) => askedBy(credential, route, around).login)
  // With "satisfy any" the weakest credential is enough, else the strongest decides.
  return gate.satisfy === 'any' ? weakest(asked) : asked.reduce<Authenticated>(strongest, 'no')
}

/** Who asks for the login, and whether he does: an `auth_request` is as good as the program that answers it. */
function askedBy({ kind, directive, asks = [], refusal }: Credential, route: ProxiedRoute, { model, gateways, services }: NginxAround) {
  if (kind === 'unmodelled') return { login: 'unknown' as const, by: directive.name }
  const answers = asks.flatMap(({ target, ...asked }) =>
    peersOf(target, model.upstreams).map(({ host, socket, port = target.encrypted ? 443 : 80 }) =>
      askedProgram({ ...asked, host, socket, port, seen: route.clientPath, resolved: isResolved(route) }, gateways, services),
    ),
  )
  // A page that may be there or not, or a program that speaks FastCGI, decides where nothing is asked and nobody is turned away.
  const unasked = kind !== 'auth-request' || refusal !== undefined ? ('yes' as const) : ('unknown' as const)
  return {
    login: answers.length > 0 ? weakest(answers.map(({ login }) => login)) : unasked,
    by: answers.find(({ by }) => by)?.by ?? directive.name,
  }
}

const isResolved = ({ answer: { outcome } }: ProxiedRoute): boolean => outcome.kind === 'proxied' && outcome.resolved === true

/** Headers in which engines take a key (LocalAI: `core/http/middleware/auth.go`, a cookie too); one that does not look at a header is not opened by it. */
const keyHeaders: Readonly<Record<Engine, RegExp>> = {
  ollama: /^authorization$/i,
  vllm: /^authorization$/i,
  'llama.cpp': /^(?:authorization|x-api-key)$/i,
  localai: /^(?:authorization|x-api-key|xi-api-key|cookie)$/i,
}

/** A proxy that sends a key of its own opens the engine to all its clients. Passing on the client's, under whatever name, or dropping it is none. */
function keyPasses({ answer, service }: ProxiedRoute): boolean {
  return nearestAll(answer.scope, ['proxy_set_header']).every(({ parameters: [name = '', value = ''] }) => {
    if (!keyHeaders[service.engine].test(name)) return true
    const own = value.replace(/\$\{?(?:http|cookie|arg)_\w+\}?/g, '')
    return /^cookie$/i.test(name) ? !/\$|\btoken=[^;\s]/.test(own) : /^\s*(?:(?:bearer|basic)\s*)?$/i.test(own)
  })
}

function keeperOf(route: ProxiedRoute): string | undefined {
  const gate = route.answer.gates.at(-1)?.credentials[0]
  if (gate?.kind === 'basic') return nearest(route.answer.scope, 'auth_basic_user_file')?.parameters[0]
  return gate?.kind === 'auth-request' || gate?.kind === 'shared-key' ? gate.directive.parameters[0] : undefined
}

/** Who connects from here writes the address of a client into a header. Without PROXY protocol on the socket nobody can by that. */
const forgersOf = (route: ProxiedRoute): ProxyPath['forgers'] =>
  route.answer.gates
    .flatMap(({ trusts }) => trusts)
    .filter(({ header }) => header !== 'proxy_protocol' || route.listen.proxyProtocol)
    .flatMap(({ from }) => from.flatMap(({ parameters }) => addressBlock(parameters[0] ?? '') ?? []))

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
  // Nobody but nginx itself gets to one that is hidden, such as a page for errors.
  const lets = status === 0 && location?.scope.directives.some(({ name }) => name === 'allow') && !nearest(location.scope, 'internal')
  return {
    route,
    line: placeOf(directive),
    ...(lets &&
      location && {
        stranded: { name: location.directive.parameters.join(' '), line: placeOf(location.directive) },
      }),
  }
}
