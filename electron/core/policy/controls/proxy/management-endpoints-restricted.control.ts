import { isManagement, printRoute } from '#shared/model/engine-routes.ts'
import { defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import { beyond, clientNetworks, forgersAmong } from './address-rules.ts'
import { authenticatedBy } from './authentication.ts'
import type { ProxyPath, WithheldPath } from './proxy-path.ts'
import { citeOnce, citeRoutes, disguise, type Front, frontsOf, listed, proxyNeeds, proxyUses, rest } from './proxy-paths.ts'

export default defineControl({
  id: 'management-endpoints-restricted',
  item: 'INF-4',
  severity: 'critical',
  title: 'Management routes are forwarded only for model administrators',
  rationale:
    'A user who may chat must not be able to pull, create, copy, delete or push models: with these routes he replaces what everyone else runs, fills the disk, or sends weights away.',
  needs: proxyNeeds,
  uses: proxyUses,
  remediation: { template: 'nginx-ollama', otherEngines: 'nginx-openai', also: ['caddy-ollama', 'oauth2-proxy-nginx'] },
  references: [
    'NIST-800-53:AC-6',
    'NIST-800-53:CM-5',
    'CIS-8:6.8',
    'ISO-27001:A.8.2',
    'OWASP-LLM:LLM03',
    'https://nginx.org/en/docs/http/ngx_http_access_module.html',
  ],
  evaluate: (facts, context) => {
    const { fronts, picture } = frontsOf(facts, context)
    return rest(
      facts,
      picture,
      fronts.flatMap((front) => [judge(front, context), ...strandedLocations(front)]),
    )
  },
})

type Networks = PolicyContext['fleet']['networks']

/** What a client must show, by the words for whom it is open to. */
const withWhat = {
  'to anyone': '',
  'at any address': ', whether with a login is not known',
  'to every user': ' to whoever may log in',
} as const

/** How well one route keeps strangers out. */
type Restriction = 'open' | 'by-login' | 'spoofable' | 'beyond' | 'unknown' | 'no-admins' | 'no-login' | 'restricted'

const louder: readonly Restriction[] = ['open', 'spoofable', 'beyond', 'by-login', 'unknown', 'no-admins', 'no-login', 'restricted']

function restrictionOf(path: ProxyPath, keepers: ReadonlySet<string>, { modelAdmins: admins, app }: Networks): Restriction {
  const login = authenticatedBy(path)
  if (path.lists.some((list) => list.kind === 'listed' && list.blocks.length === 0)) return 'restricted'
  const named = path.lists.flatMap((list) => (list.kind === 'listed' ? [list] : []))
  if (named.length === 0) {
    if (path.addressUnknown || path.lists.some((list) => list.kind === 'unknown')) return 'unknown'
    return path.keeper !== undefined && login === 'yes' && !keepers.has(path.keeper) ? 'by-login' : 'open'
  }
  if (clientNetworks(path.forgers, app).length > 0) return 'spoofable'
  if (path.addressDoubt !== undefined) return 'unknown'
  if (admins.length === 0) return 'no-admins'
  // Several lists must all let a client in, so one that is narrow enough is enough.
  if (named.every((list) => beyond(list.blocks, admins).length > 0)) return 'beyond'
  return login === 'yes' ? 'restricted' : login === 'unknown' ? 'unknown' : 'no-login'
}

function judge({ subject, routes, withheld, first }: Front, { fleet }: PolicyContext): Verdict {
  const management = routes.filter((route) => isManagement(route.route))
  const admins = fleet.networks.modelAdmins
  if (management.length === 0) {
    const closed = withheld.filter((route) => isManagement(route.route))
    return {
      status: 'pass',
      subject,
      title: 'No management route is forwarded',
      reason: closed.length > 0 ? `${first.program} answers ${listed(closed.map(asked))} by itself.` : 'The engine offers none here.',
      cite: citeOnce(
        closed.map(({ line }) => line),
        '',
      ),
    }
  }
  const keepers = new Set(routes.filter(({ route }) => route.class === 'inference').flatMap(({ keeper }) => keeper ?? []))
  const rated = management.map((route) => ({ route, restriction: restrictionOf(route, keepers, fleet.networks) }))
  const worst = louder.find((one) => rated.some(({ restriction }) => restriction === one)) ?? 'restricted'
  const concerned = rated.filter(({ restriction }) => restriction === worst).map(({ route }) => route)
  const names = listed(concerned.map(asked), 10)
  const cite = (note: string) => citeRoutes(concerned, note)
  switch (worst) {
    case 'open': {
      const count = new Set(concerned.map(asked)).size
      const logins = concerned.map(authenticatedBy)
      const whom = logins.includes('no') ? 'to anyone' : logins.includes('unknown') ? 'at any address' : 'to every user'
      const routeWord = count === 1 ? '1 management route' : `${count} management routes`
      return {
        status: 'fail',
        subject,
        title: `${routeWord} open ${whom}`,
        reason: `Forwarded from any address${withWhat[whom]}: ${names}.${disguise(concerned)}`,
        cite: cite('Also passes management routes on. Expected named inference routes only, or allow and deny for administrators.'),
      }
    }
    case 'spoofable':
      return {
        status: 'fail',
        subject,
        title: 'Clients can choose their own address',
        reason: `${listed(forgersAmong(forgers(concerned), fleet.networks.app))} may state another address in a header, and so pass the list that guards ${names}.`,
        cite: cite('Guarded by a list of addresses that clients can forge.'),
      }
    case 'beyond':
      return {
        status: 'fail',
        severity: 'high',
        subject,
        title: 'Management is open beyond admin hosts',
        reason: `allow names more than networks.modelAdmins (${admins.join(', ')}) for ${names}.`,
        cite: citeAddresses(concerned, `Expected only ${admins.join(', ')}.`),
      }
    case 'by-login':
      return {
        status: 'warning',
        subject,
        title: 'Management is guarded by login only',
        reason: `Accounts of their own guard ${names}, from any address. Expected administrators' hosts only.${disguise(concerned)}`,
        cite: cite('No allow and deny in effect here.'),
      }
    case 'unknown':
      return {
        status: 'not-evaluated',
        subject,
        title: 'Who may manage models is not known',
        reason:
          concerned.find(({ addressDoubt }) => addressDoubt !== undefined)?.addressDoubt ??
          `A script or a condition that Gatehouse cannot follow decides for ${names}.`,
        cite: cite('Whether this is restricted is not known.'),
      }
    case 'no-admins':
      return {
        status: 'not-evaluated',
        subject,
        title: 'The fleet file names no model admins',
        reason: `${first.program} restricts ${names} by address, but nothing says which hosts may manage models.`,
        hint: 'Set networks.modelAdmins in the fleet file.',
        cite: citeAddresses(concerned, 'Compared with nothing.'),
      }
    case 'no-login':
      return {
        status: 'warning',
        subject,
        title: 'Admin hosts need no login for management',
        reason: `Whoever is on an administrators' host may call ${names} without a login.`,
        cite: cite('Restricted by address alone. Expected a login as well.'),
      }
    case 'restricted':
      return {
        status: 'pass',
        subject,
        title: 'Management is for administrators only',
        reason: `Forwarded only from ${admins.join(', ') || 'no address'} and with a login: ${names}.`,
        cite: citeAddresses(concerned, ''),
      }
  }
}

const forgers = (paths: readonly ProxyPath[]) => paths.flatMap((path) => path.forgers)

const asked = ({ route }: Pick<ProxyPath, 'route'> | WithheldPath): string => printRoute(route)

const citeAddresses = (paths: readonly ProxyPath[], note: string) =>
  citeOnce(
    paths.flatMap(({ listLines }) => listLines),
    note,
    6,
  )

/** Blocks that let hosts in for a management route and then lead nowhere. */
function strandedLocations({ subject, withheld }: Front): readonly Verdict[] {
  const stranded = new Map<string, WithheldPath[]>()
  for (const path of withheld) {
    if (!path.stranded || !isManagement(path.route)) continue
    stranded.set(path.stranded.name, [...(stranded.get(path.stranded.name) ?? []), path])
  }
  return [...stranded].map(([name, paths]) => ({
    status: 'warning',
    severity: 'low',
    subject: `${subject} ${name}`,
    title: 'Location lets hosts in but leads nowhere',
    reason: `location ${name} has allow and deny but neither proxy_pass nor a login, and inherits none: ${listed(paths.map(asked))} gets 404 from the document root, for the allowed hosts too.`,
    rationale:
      'Nothing is exposed by this, but only by accident: whoever adds proxy_pass here to make it work opens the route to the allowed hosts without a login, since auth_basic inside another location does not apply.',
    cite: paths
      .slice(0, 1)
      .flatMap(({ stranded: found }) =>
        found ? [{ ...found.line, note: 'No proxy_pass and no login. Expected both, or deny all alone.', token: 'location' }] : [],
      ),
  }))
}
