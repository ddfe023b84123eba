import { isIP } from 'node:net'
import type { Host } from '#shared/model/fleet.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { isEncrypted, readHttp } from '../facts/nginx/model/servers.ts'
import type { Nginx } from '../facts/nginx/nginx.ts'
import type { FactResults } from '../facts/registry.ts'
import { type HarmlessRequest, harmlessRequests } from './harmless-requests.ts'

/** One port of the host to be asked over the wire, in plain HTTP. */
export interface Question {
  /** Section that the answer becomes. */
  readonly id: string
  readonly port: number
  /** Name for the Host header, as a client would write it. */
  readonly name: string
  /** Who is expected to answer, for people. */
  readonly owner: string
  readonly requests: readonly HarmlessRequest[]
}

/** Facts that say what is worth asking. In the order of the registry. */
export const factsForQuestions = [
  'system',
  'network',
  'accounts',
  'listeners',
  'processes',
  'units',
  'containers',
  'services',
  'nginx',
] as const

const MAX_QUESTIONS = 8

/** What to ask of a host, from what its probe said: its inference servers and the proxy, where others can reach them. Pure. */
export function questionsFor(facts: Pick<FactResults, 'services' | 'nginx'>, host: Host): readonly Question[] {
  const services = facts.services.known ? facts.services.value : []
  const questions = new Map<string, Question>()
  for (const service of services.filter(({ running }) => running)) {
    for (const bind of service.binds) {
      if (bind.scope === 'loopback' || (bind.scope === 'specific' && isElsewhere(bind.address, host))) continue
      const question = { port: bind.port, name: hostHeader(host), owner: service.id, requests: harmlessRequests(service) }
      questions.set(`${bind.port}`, { id: `wire-http-${bind.port}`, ...question })
    }
  }
  if (facts.nginx.known && facts.nginx.value.running && services.length > 0) {
    for (const front of plainFronts(facts.nginx.value, host))
      if (!questions.has(`${front.port}`)) questions.set(`${front.port}`, { ...front, requests: requestsThrough(services) })
  }
  return [...questions.values()].filter(({ requests }) => requests.length > 0).slice(0, MAX_QUESTIONS)
}

/** A socket on another address of the host is not behind the address that is asked. Names of hosts cannot be compared. */
const isElsewhere = (bound: string, host: Host): boolean => isIP(host.address) !== 0 && bound !== host.address

const hostHeader = ({ address }: Host): string => (address.includes(':') ? `[${address.replace(/%.*$/, '')}]` : address)

function plainFronts(nginx: Nginx, host: Host): readonly Omit<Question, 'requests'>[] {
  const { servers } = readHttp(nginx)
  return servers.flatMap((server) =>
    server.listens.flatMap((listen) => {
      const { scope, address, port, proxyProtocol } = listen
      if (scope === 'loopback' || scope === 'unix' || port === 0 || proxyProtocol || isEncrypted(servers, listen)) return []
      if (scope === 'specific' && isElsewhere(address, host)) return []
      const name = server.names.find((one) => /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/.test(one)) ?? hostHeader(host)
      return [{ id: `wire-http-${port}`, port, name, owner: 'nginx' }]
    }),
  )
}

/** The routes of every engine that may be behind a proxy, each once. */
function requestsThrough(services: readonly InferenceService[]): readonly HarmlessRequest[] {
  const byPath = new Map(services.flatMap(harmlessRequests).map((request) => [request.path, request]))
  return [...byPath.values()].slice(0, 8)
}
