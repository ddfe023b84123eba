import { isIP } from 'node:net'
import { speaksTls } from '#shared/model/engine-tls.ts'
import type { Host } from '#shared/model/fleet.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import type { Listener } from '#shared/model/listener.ts'
import { readCaddies } from '../facts/caddy/caddy.ts'
import { speaksTls as caddySpeaksTls, readServers } from '../facts/caddy/model/servers.ts'
import { addressBlock } from '../facts/network/address-block.ts'
import type { Listen } from '../facts/nginx/model/listen.ts'
import { isEncrypted, readHttp } from '../facts/nginx/model/servers.ts'
import type { Nginx } from '../facts/nginx/nginx.ts'
import { webServerNamed } from '../facts/programs/front-programs.ts'
import type { Program } from '../facts/programs/programs.ts'
import { unknownFronts } from '../facts/programs/unknown-fronts.ts'
import type { FactResults } from '../facts/registry.ts'
import { type HarmlessRequest, harmlessRequests } from './harmless-requests.ts'

/** One port of the host to be asked over the wire: in plain HTTP, or after handshakes inside TLS. */
export interface Question {
  /** Section that the answer becomes. */
  readonly id: string
  readonly port: number
  /** Name for the Host header, as a client would write it. */
  readonly name: string
  /** Who is expected to answer, for people. */
  readonly owner: string
  readonly requests: readonly HarmlessRequest[]
  readonly tls: boolean
  /** `tls` is a guess: where it is wrong, the other is tried. */
  readonly either?: true
}

const MAX_QUESTIONS = 8

type QuestionFacts = Pick<FactResults, 'services' | 'nginx' | 'caddy' | 'listeners' | 'programs' | 'containers' | 'processes'>

/**
 * What to ask of a host, from what its probe said: its inference servers and the proxies, where others can reach them. `names`: of the many that may share a
 * socket, these are asked for. Pure.
 */
export function questionsFor(facts: QuestionFacts, host: Host, names: readonly string[] = []): readonly Question[] {
  const services = facts.services.known ? facts.services.value.filter(({ running }) => running) : []
  const direct = services.flatMap((service) =>
    service.binds
      .filter((bind) => isAskable(bind, host))
      .map(({ port }) => {
        const tls = speaksTls(service)
        return { id: idOf(tls, port), port, name: hostHeader(host), owner: service.id, requests: harmlessRequests(service), tls }
      }),
  )
  const nginx = facts.nginx.known && facts.nginx.value.running && services.length > 0 ? facts.nginx.value : undefined
  const fronts = [
    ...(nginx ? frontsOf('nginx', ofNginx(nginx, host), host, names) : []),
    ...(services.length > 0 ? frontsOf('caddy', ofCaddies(facts.caddy, host), host, names) : []),
    ...(services.length > 0 && facts.listeners.known ? otherProxies(facts.listeners.value, host, facts.nginx.known) : []),
  ].map((front) => ({ ...front, requests: requestsThrough(services) }))
  const questions = new Map<string, Question>()
  const others = facts.programs.known ? facts.programs.value.flatMap((program) => ofProgram(program, host)) : []
  const strange = unknownProgramsOf(facts, services, host)
  for (const question of [...direct, ...fronts, ...others, ...strange])
    if (!questions.has(question.id)) questions.set(question.id, question)
  return [...questions.values()].filter(({ requests }) => requests.length > 0).slice(0, MAX_QUESTIONS)
}

/** A notebook or a dashboard is asked for the one thing that shows whether it knows who asks. */
const ofProgram = ({ id, binds, telling }: Program, host: Host): readonly Question[] =>
  binds
    .filter((bind) => isAskable(bind, host))
    .slice(0, 2)
    .map(({ port }) => ({
      id: idOf(false, port),
      port,
      name: hostHeader(host),
      owner: id,
      requests: telling.map((path) => ({ method: 'GET', path, readsBody: false })),
      tls: false,
    }))

const idOf = (tls: boolean, port: number): string => `wire-${tls ? 'tls' : 'http'}-${port}`

/** A socket as something of the host shows it. */
interface Bound extends Pick<Listener, 'address' | 'port' | 'scope'> {
  /** `listeners` for what `ss` printed. */
  readonly section?: string | undefined
}

/**
 * May this socket take a connection to the address of the fleet file? A socket on another address of the host does not, nor one of the other family:
 * `ss` prints `[::]` for a socket that takes IPv6 alone, and `*` for both. Names of hosts cannot be compared.
 */
function isAskable({ scope, address, section = 'listeners' }: Bound, host: Pick<Host, 'address'>): boolean {
  const family = isIP(host.address.replace(/%.*$/, ''))
  if (scope === 'loopback' || family === 0) return scope !== 'loopback'
  if (scope === 'specific') return isSame(address, host.address)
  if (address === '0.0.0.0') return family === 4
  return address !== '::' || section !== 'listeners' || family === 6
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [addressBlock(one), addressBlock(other)]
  return one === other || (a !== undefined && a.version === b?.version && a.bits === b.bits)
}

const hostHeader = ({ address }: Host): string => (address.includes(':') ? `[${address.replace(/%.*$/, '')}]` : address)

/** Two names of one TLS socket at most: each may show another certificate. */
const MAX_NAMES = 2

/** A site of a proxy at one of its sockets. */
interface Site {
  readonly port: number
  readonly tls: boolean
  /** Names that it answers to, as written: patterns, too. */
  readonly names: readonly string[]
}

function frontsOf(owner: string, sites: readonly Site[], host: Host, wanted: readonly string[]): readonly Omit<Question, 'requests'>[] {
  const sockets = new Map<string, { readonly port: number; readonly tls: boolean; readonly names: Set<string> }>()
  for (const { port, tls, names } of sites) {
    const socket = sockets.get(idOf(tls, port)) ?? { port, tls, names: new Set<string>() }
    sockets.set(idOf(tls, port), socket)
    const plain = names.filter((one) => /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(one))
    // The same name on 0.0.0.0 and [::] is one question.
    socket.names.add(plain.find((one) => wanted.includes(one)) ?? plain[0] ?? hostHeader(host))
  }
  return [...sockets].flatMap(([id, { port, tls, names }]) =>
    asked([...names], wanted, tls ? MAX_NAMES : 1).map((name, at) => ({ id: at === 0 ? id : `${id}-${at + 1}`, port, name, owner, tls })),
  )
}

function ofNginx(nginx: Nginx, host: Host): readonly Site[] {
  const { servers } = readHttp(nginx)
  return servers.flatMap(({ listens, names }) =>
    listens
      .filter((listen) => takesAddress(listen, host) && listen.port !== 0 && !listen.proxyProtocol && !listen.datagrams)
      .map((listen) => ({ port: listen.port, tls: isEncrypted(servers, listen), names })),
  )
}

/** Each name of a server of Caddy is a site: a client that names none of them, or an address, gets no certificate. Of `*.example` any name of one more label does. */
const ofCaddies = (caddy: FactResults['caddy'], host: Host): readonly Site[] =>
  readCaddies(caddy)
    .flatMap(({ config }) => readServers(config))
    .flatMap((server) =>
      server.listens
        .filter(({ scope, address, port }) => scope !== 'unix' && port !== 0 && isAskable({ scope, port, address: address || '*' }, host))
        .flatMap((listen) => {
          const site = { port: listen.port, tls: caddySpeaksTls(server, listen) }
          return server.hosts.length === 0
            ? [{ ...site, names: [] }]
            : server.hosts.map((name) => ({ ...site, names: [name.replace(/^\*\./, 'gatehouse-probe.')] }))
        }),
    )

/** The first names, the last of which gives way to one that is wanted. */
function asked(names: readonly string[], wanted: readonly string[], limit: number): readonly string[] {
  const first = names.slice(0, limit)
  const missed = names.slice(limit).find((name) => wanted.includes(name))
  return missed === undefined || first.some((name) => wanted.includes(name)) ? first : [...first.slice(0, -1), missed]
}

/** nginx takes IPv4 on `*`, IPv6 on `[::]`, both where that says `ipv6only=off`. */
const takesAddress = ({ scope, address, port, bothFamilies }: Listen, host: Host): boolean =>
  scope !== 'unix' && isAskable({ scope, port, address: bothFamilies ? '*' : address === '*' ? '0.0.0.0' : address }, host)

/** Where TLS is tried first. */
const TLS_PORTS = [443, 8443]

/** Proxies whose configuration is not asked for here: what they are is seen by their process, what they speak by asking. */
const otherProxies = (listeners: readonly Listener[], host: Host, nginxIsRead: boolean): readonly Omit<Question, 'requests'>[] =>
  listeners.flatMap((listener) => {
    const { protocol, port, processes } = listener
    const owner = processes.find(({ name }) => webServerNamed(name) !== undefined || (!nginxIsRead && name === 'nginx'))?.name
    if (protocol !== 'tcp' || owner === undefined || !isAskable(listener, host)) return []
    const tls = TLS_PORTS.includes(port)
    return [{ id: idOf(tls, port), port, name: hostHeader(host), owner, tls, either: true }]
  })

/** A program that nobody knows may hand on requests to a model: what it answers to the routes of these engines tells. */
function unknownProgramsOf(facts: QuestionFacts, services: readonly InferenceService[], host: Host): readonly Question[] {
  const requests = requestsThrough(services).map((request) => ({ ...request, readsBody: false }))
  return unknownFronts(services, facts)
    .filter(({ asked }) => asked)
    .flatMap(({ program, listeners }) =>
      listeners
        .filter((listener) => isAskable(listener, host))
        .slice(0, 2)
        .map(({ port }) => ({
          ...{ id: idOf(false, port), port, name: hostHeader(host), owner: program, requests, tls: false, either: true as const },
        })),
    )
}

/** The routes of every engine that may be behind a proxy, each once. */
function requestsThrough(services: readonly InferenceService[]): readonly HarmlessRequest[] {
  const byPath = new Map(services.flatMap(harmlessRequests).map((request) => [request.path, request]))
  return [...byPath.values()].slice(0, 8)
}
