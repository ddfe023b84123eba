import { classOfPath, routesOf } from '#shared/model/engine-routes.ts'
import type { InferenceService } from '#shared/model/inference-service.ts'
import { printBind } from '#shared/model/listener.ts'
import type { Citation } from '../../../facts/citation.ts'
import { loopbackRoutes } from '../../../facts/loopback/collect.ts'
import type { LoopbackPort } from '../../../facts/loopback/loopback.ts'
import { unknownFronts } from '../../../facts/programs/unknown-fronts.ts'
import { credentialsSeen, engineSeen, isForeignPage, speaksAsEngine, type WireAnswer, type WireEndpoint } from '../../../facts/wire/wire.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { serviceName } from '../inference/service-words.ts'
import { exposedBinds, hidesSockets, listed, socketsNotSeen } from '../proxy/proxy-paths.ts'

export default defineControl({
  id: 'endpoint-answer-authenticated',
  item: 'INF-3',
  severity: 'critical',
  title: 'Inference endpoints answer nobody who shows no credentials',
  rationale:
    'A route that answers without credentials is open to every machine that reaches the port, whatever the configuration says. Gatehouse asked it over the network and got an answer, and so does anyone else there.',
  steps: 'Bind the server to 127.0.0.1 behind a proxy that asks for a login on every route; set its key where no proxy stands before it.',
  needs: ['services'],
  uses: ['wire', 'loopback', 'programs', 'listeners', 'containers', 'processes'],
  references: ['NIST-800-53:IA-2', 'NIST-800-53:AC-14', 'NIST-800-53:CA-8', 'CIS-8:6.3', 'ISO-27001:A.8.5', 'OWASP-LLM:LLM10'],
  evaluate: ({ services, wire, loopback, programs, listeners, containers, processes }) => {
    if (services.length === 0) return [notApplicable('No inference server on this host', 'No inference server was found on this host.', [])]
    if (!wire.known)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Not asked over the network',
          reason: wire.reason,
          hint: wire.hint,
          cite: wire.sections.map((section) => ({ section, line: 0 })),
        },
      ]
    const ports = loopback.known ? loopback.value.ports : []
    // Notebooks and dashboards have controls of their own.
    const others = new Set((programs.known ? programs.value : []).flatMap(({ binds }) => binds.map(({ port }) => port)))
    const own = new Set(services.flatMap(({ binds }) => binds.map(({ port }) => port)))
    const unknown = unknownFronts(services, { listeners, programs, containers, processes })
    const strange = new Set(unknown.flatMap((front) => front.listeners.map(({ port }) => port)))
    // Of a program that nobody knows, only that it answers as an engine says anything.
    const endpoints = wire.value.endpoints.filter(
      (endpoint) => own.has(endpoint.port) || (!others.has(endpoint.port) && (!strange.has(endpoint.port) || speaksAsEngine(endpoint))),
    )
    const verdicts = [
      ...endpoints.flatMap((endpoint) => judge(fromTheHost(endpoint, services, ports), ownerOf(endpoint, services))),
      ...services.flatMap((service) => unasked(service, wire.value.endpoints)),
      ...services.filter(hidesSockets).map(socketsNotSeen),
    ]
    return verdicts.length > 0 ? verdicts : [nobody(endpoints)]
  },
})

/**
 * Where the jump host got no answer from an engine's own port, what the host answered to itself stands in: the same server, the same key, and a
 * port that is bound for others.
 */
function fromTheHost(endpoint: WireEndpoint, services: readonly InferenceService[], ports: readonly LoopbackPort[]): WireEndpoint {
  const own = ownerOf(endpoint, services) !== undefined
  const asked = ports.find(({ port }) => port === endpoint.port)
  if (endpoint.tcp === 'connected' || endpoint.tcp === 'refused' || !own || asked === undefined) return endpoint
  return {
    ...endpoint,
    from: 'the host itself',
    tcp: 'connected',
    answers: asked.answers,
    section: 'loopback',
    line: asked.answers[0]?.line ?? 0,
  }
}

const ownerOf = ({ port }: WireEndpoint, services: readonly InferenceService[]): InferenceService | undefined =>
  services.find((service) => exposedBinds(service).some((bind) => bind.port === port))

/**
 * What answers of an engine's own port prove, whoever was answered: the jump host asks more routes than the host asks itself. Those that every such server has
 * follow the ones that both ask; one that a flag opens stands for itself.
 */
function provenBy(open: readonly WireAnswer[], owner: InferenceService | undefined): (answer: WireAnswer) => string | undefined {
  if (owner === undefined || !open.some(({ path }) => loopbackRoutes.includes(path))) return () => undefined
  const byFlag = new Set(routesOf(owner).flatMap(({ path, onlyWith }) => (onlyWith ? [path] : [])))
  return ({ method, path, status }) => (loopbackRoutes.includes(path) || byFlag.has(path) ? `${method} ${path} ${status}` : '')
}

/** A socket of the other family, or on another address of the host, is beyond the address that was asked. */
const unasked = (service: InferenceService, endpoints: readonly WireEndpoint[]): readonly Verdict[] =>
  exposedBinds(service)
    .filter(({ port, basis }) => service.running && basis === 'observed' && !endpoints.some((endpoint) => endpoint.port === port))
    .slice(0, 4)
    .map((bind) => ({
      status: 'not-evaluated',
      subject: printBind(bind),
      title: `Port ${bind.port} listens where it was not asked`,
      reason: `${serviceName(service)} listens on ${printBind(bind)}, which was not asked: Gatehouse asks a few ports of the address in the fleet file.`,
      hint: 'Name the host by an address that this socket takes.',
      cite: [{ section: bind.section, line: bind.line, token: bind.token }],
    }))

const notApplicable = (title: string, reason: string, cite: readonly Citation[]): Verdict => ({
  status: 'not-applicable',
  subject: '',
  title,
  reason,
  cite,
})

/** Silence proves nothing about authentication, and nothing stands open: who may connect at all is judged from the rules. */
function nobody(endpoints: readonly WireEndpoint[]): Verdict {
  const tried = endpoints.map(({ port, tcp }) => `${port} (${tcp === 'refused' ? 'refused' : 'no answer'})`)
  const reason =
    tried.length === 0
      ? 'No inference server or proxy of this host listens where the network could reach it.'
      : `Asked from ${endpoints[0]?.from}, port ${listed(tried)}: nothing to show credentials to.`
  return notApplicable('Nothing answers the jump host', reason, [
    { section: 'wire', line: 0 },
    ...endpoints.map(({ section, line }) => ({ section, line })),
  ])
}

/** That a server lives may be told to anyone. */
const tellsMore = ({ path }: WireAnswer): boolean => classOfPath(path) !== 'health'

/** 403 refuses a client for whatever reason, an address above all (RFC 9110, 15.5.4), and a redirect to HTTPS asks nobody anything. */
const asksWho = (answer: WireAnswer): boolean => answer.status !== 403 && !leadsToHttps(answer)

function leadsToHttps({ path, status = 0, headers }: WireAnswer): boolean {
  const to = URL.canParse(headers.location ?? '') ? new URL(headers.location ?? '') : undefined
  return status >= 300 && status < 400 && to?.protocol === 'https:' && to.pathname === path
}

function judge(endpoint: WireEndpoint, owner: InferenceService | undefined): readonly Verdict[] {
  const { address, port, from, tcp, section, line } = endpoint
  const base = { subject: `${address}:${port}` }
  const where = { section, line }
  if (tcp === 'not-forwarded')
    return [
      {
        ...base,
        status: 'not-evaluated',
        title: `The jump host does not forward to port ${port}`,
        reason: `${from} would not connect to ${base.subject}: ${endpoint.reason ?? 'it gave no reason'}.`,
        hint: `To have it asked, let the audit account forward to ${base.subject} (PermitOpen, AllowTcpForwarding on ${from}).`,
        cite: [where],
      },
    ]
  if (tcp !== 'connected') return []
  const seenOf = owner === undefined ? engineSeen : credentialsSeen
  const seen = (kind: ReturnType<typeof credentialsSeen>) => endpoint.answers.filter((answer) => seenOf(answer) === kind)
  const asked = (answers: readonly WireAnswer[]) => listed(answers.map(({ method, path, status }) => `${method} ${path} (${status})`))
  const open = seen('none').filter(tellsMore)
  const demanded = [...seen('demanded'), ...seen('elsewhere')]
  // Where a key is in force, numbers and names beside it are a leak, and no way in.
  const leaks = demanded.length > 0 && open.every(({ path }) => classOfPath(path) === 'metadata')
  const proves = provenBy(open, owner)
  if (open.length > 0)
    return [
      {
        ...base,
        status: leaks ? 'warning' : 'fail',
        ...(leaks && { severity: 'low' as const }),
        title: leaks ? `Port ${port} tells some without credentials` : `Port ${port} answers without credentials`,
        reason: `From ${from}, with nothing to show: ${asked(open)}. Expected 401, or no connection at all.`,
        cite: open.map((answer) => ({
          section,
          line: answer.line,
          note: 'Answered without credentials. Expected 401.',
          token: String(answer.status),
          proves: proves(answer),
        })),
      },
    ]
  const unclear = seen('unclear').filter(tellsMore)
  if (demanded.length > 0 && unclear.length === 0 && !demanded.some(asksWho))
    return [
      {
        ...base,
        status: 'not-applicable',
        ...(demanded.every(leadsToHttps)
          ? {
              title: `Port ${port} only leads to HTTPS`,
              reason: `From ${from}: ${asked(demanded)}, each to its own path in HTTPS. Nothing else answers here.`,
            }
          : {
              title: `Port ${port} refuses ${from}`.slice(0, 47),
              reason: `From ${from}: ${asked(demanded)}. That may be for the address or for a missing key, so it says nothing about credentials.`,
            }),
        cite: demanded.map((answer) => ({ section, line: answer.line })),
      },
    ]
  if (demanded.length > 0 && unclear.length === 0)
    return [
      {
        ...base,
        status: 'pass',
        title: `Port ${port} wants credentials`,
        reason: `From ${from}, with nothing to show: ${asked(demanded)}${seen('none').length > 0 ? `; only ${asked(seen('none'))} says that it lives` : ''}.`,
        cite: demanded.map((answer) => ({ section, line: answer.line })),
      },
    ]
  if (unclear.length > 0)
    return [
      {
        ...base,
        status: 'not-evaluated',
        title: `Whether port ${port} asks anyone is not known`,
        reason: `From ${from}: ${listed(unclear.map(({ method, path, status, failure }) => `${method} ${path} (${status ?? failure ?? 'no answer'})`))}.`,
        cite: [where, ...unclear.map((answer) => ({ section, line: answer.line }))],
      },
    ]
  const pages = endpoint.answers.filter(isForeignPage).filter(tellsMore)
  if (pages.length > 0)
    return [
      {
        ...base,
        status: 'not-applicable',
        title: `Port ${port} shows pages, and no engine`,
        reason: `From ${from}: ${asked(pages)}, each a web page, which no engine has there. An application or a login answers; what it passes on is not asked here.`,
        cite: pages.map((answer) => ({ section, line: answer.line })),
      },
    ]
  return []
}
