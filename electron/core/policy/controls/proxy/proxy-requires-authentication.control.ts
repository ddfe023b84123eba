import { printRoute } from '#shared/model/engine-routes.ts'
import { defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import { forgersAmong } from './address-rules.ts'
import { authenticatedBy, weakest } from './authentication.ts'
import { CONTENT_NETWORK, misledPrograms, unknownPrograms } from './gateways.ts'
import type { Authenticated, ProxyPath } from './proxy-path.ts'
import { addressed, citeRoutes, disguise, type Front, frontsOf, listed, proxyNeeds, proxyUses, rest } from './proxy-paths.ts'

export default defineControl({
  id: 'proxy-requires-authentication',
  item: 'INF-3',
  severity: 'critical',
  title: 'Every route that the proxy forwards needs a login',
  rationale:
    'Whoever reaches the proxy can use what it forwards without a login: run prompts at your cost, read model settings, and on Ollama replace models. Authentication written inside one location protects no other location.',
  needs: proxyNeeds,
  uses: proxyUses,
  remediation: { template: 'nginx-ollama', otherEngines: 'nginx-openai', also: ['caddy-ollama', 'oauth2-proxy-nginx'] },
  references: [
    'NIST-800-53:IA-2',
    'NIST-800-53:AC-3',
    'CIS-8:6.3',
    'ISO-27001:A.8.5',
    'OWASP-LLM:LLM10',
    'https://nginx.org/en/docs/http/ngx_http_auth_basic_module.html',
  ],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    return rest(
      facts,
      picture,
      fronts.map((front) => judge(front, context)),
    )
  },
})

/** Where the same line asks others for a login, an address that needs none is one of two ways in, as with "satisfy any". */
function amongWays(way: ProxyPath, ways: readonly ProxyPath[]): Authenticated {
  const own = authenticatedBy(way)
  const named = way.lists.some((list) => list.kind === 'listed' && list.blocks.every(({ prefixLength }) => prefixLength > WIDEST))
  const otherwise = ways.some(
    (other) =>
      other.clientPath === way.clientPath &&
      other.line.section === way.line.section &&
      other.line.line === way.line.line &&
      authenticatedBy(other) === 'yes',
  )
  return own === 'no' && named && otherwise ? 'partly' : own
}

const knownKey = (open: readonly ProxyPath[]): string =>
  open.some(({ service }) => service.apiKey === 'placeholder')
    ? 'The key of the engine is one that guides print, so it keeps nobody out. '
    : ''

/** fc00::/7 is the widest network that is not the internet. */
const WIDEST = 6

function judge({ subject, routes, first }: Front, { fleet }: PolicyContext): Verdict {
  const byRoute = new Map<string, ProxyPath[]>()
  for (const route of routes) {
    const key = `${route.service.id} ${printRoute(route.route)}`
    byRoute.set(key, [...(byRoute.get(key) ?? []), route])
  }
  const total = byRoute.size
  const of = (wanted: Authenticated): readonly ProxyPath[] =>
    [...byRoute.values()].flatMap((ways) => {
      const worst = ways.find((way) => amongWays(way, ways) === wanted)
      return worst && weakest(ways.map((way) => amongWays(way, ways))) === wanted ? [worst] : []
    })
  const open = of('no')
  // Monitoring that only named addresses reach is no way in for users.
  const mild = (route: ProxyPath) => route.route.class === 'health' || (route.route.class === 'metadata' && addressed(route))
  const grave = open.filter((route) => !mild(route))
  if (grave.length > 0) {
    const stray = grave.find(({ socket }) => socket.subject !== subject)?.socket
    const elsewhere = stray ? `At ${stray.printed} another server answers this name, ${stray.subject}. ` : ''
    return {
      status: 'fail',
      subject,
      title: stray
        ? 'At another address it answers without a login'
        : open.length === total
          ? 'Every route answers without a login'
          : `${open.length} of ${total} routes answer without a login`,
      reason:
        `${elsewhere}Forwarded without authentication: ${names(open)}. ${knownKey(open)}${open.find(({ unfinished }) => unfinished)?.unfinished?.why ?? ''}`.trim() +
        disguise(open),
      cite: [
        ...citeRoutes(open, 'Passed on without a login. Expected auth_basic with a user file, auth_request or client certificates.'),
        ...open.flatMap(({ unfinished }) => unfinished?.line ?? []).slice(0, 1),
      ],
    }
  }
  const partly = of('partly')
  const forgers = (route: ProxyPath) => forgersAmong(route.forgers, fleet.networks.app)
  const forged = partly.filter((route) => forgers(route).length > 0)
  if (forged.length > 0)
    return {
      status: 'fail',
      subject,
      title: 'Clients can choose an address without login',
      reason: `Some addresses need no login. ${listed([...new Set(forged.flatMap(forgers))])} may state one of them in a header, and so needs none for ${names(forged)}.`,
      cite: citeRoutes(forged, 'An address or a login is enough, and clients choose the address. Expected a login always.'),
    }
  if (partly.length > 0)
    return {
      status: 'warning',
      subject,
      title: 'Some addresses need no login',
      reason: `Allowed addresses are let in without a login: ${names(partly)}. Behind another proxy every client has that proxy's address.`,
      cite: citeRoutes(partly, 'An address or a login is enough here. Expected a login always.'),
    }
  const unknown = of('unknown')
  const strangers = [...new Set(unknown.flatMap(({ loginBy }) => unknownPrograms(loginBy)))]
  const [misled] = unknown.flatMap(({ loginBy }) => misledPrograms(loginBy))
  if (misled !== undefined)
    return {
      status: 'not-evaluated',
      subject,
      title: `Clients write the URL that ${misled.name} judges`,
      reason: `${misled.name} lets in by its rules for the URL in ${misled.header}. It is the client's own here: ${wrote(first, misled.header)} What ${misled.name} lets pass elsewhere then passes here: ${names(unknown)}.`,
      cite: citeRoutes(unknown, 'No login that Gatehouse can prove.'),
    }
  const [carried] = unknown.filter(({ loginBy }) => loginBy.includes(CONTENT_NETWORK))
  if (carried !== undefined && strangers.length === 0)
    return {
      status: 'not-evaluated',
      subject,
      title: 'Whom a content network lets in is not known',
      reason: `The client certificate is that of ${CONTENT_NETWORK}. Whether visitors log in there is not known here: ${names(unknown)}. Expected a login of their own, or a note of who may pass there.`,
      cite: citeRoutes(unknown, 'No login that Gatehouse can prove.'),
    }
  if (unknown.length > 0)
    return {
      status: 'not-evaluated',
      subject,
      title: strangers.length > 0 ? 'A program that is not known decides' : 'Whether a login is needed is not known',
      reason:
        strangers.length > 0
          ? `Who gets in is up to ${listed(strangers)}, a program that Gatehouse does not know: ${names(unknown)}.`
          : `A script, a condition or a key that Gatehouse cannot follow decides for: ${names(unknown)}.`,
      cite: citeRoutes(unknown, 'No login that Gatehouse can prove.'),
    }
  if (open.length > 0)
    return {
      status: 'warning',
      severity: 'low',
      subject,
      title: open.every((route) => route.route.class === 'health')
        ? 'Health routes answer without a login'
        : 'Monitoring routes answer without a login',
      reason: `Only these need no login: ${names(open)}.`,
      cite: citeRoutes(open, 'Passed on without a login. Expected a login, or monitoring addresses only.'),
    }
  const by = [...new Set(routes.flatMap(({ loginBy }) => loginBy))].join(', ')
  return {
    status: 'pass',
    subject,
    title: 'Every forwarded route needs a login',
    reason: `All ${total} routes that ${first.program} forwards here need a login${by === '' ? '' : ` (${by})`}.`,
    cite: citeRoutes(routes, ''),
  }
}

/** How a client gets his own word there, and what keeps him from it. */
const wrote = ({ program }: ProxyPath, header: string): string =>
  program === 'Caddy'
    ? `Caddy passes it on as it comes, which it does with X-Forwarded-Host for all whom trusted_proxies names. Have it set by header_up, or trusted_proxies name nobody.`
    : `${program} sets none, or puts $http_host into it, which is another host than the one that is asked where the request line names that one (GET http://…). Have it set, by nginx to ${sound[header] ?? '$host'}.`

const sound: Readonly<Record<string, string>> = { 'X-Original-URL': '$scheme://$host$request_uri', 'X-Forwarded-Uri': '$request_uri' }

const names = (routes: readonly ProxyPath[]): string =>
  listed(routes.map(({ route, clientPath }) => printRoute(clientPath.includes('%0D%0A') ? route : { ...route, path: clientPath })))
