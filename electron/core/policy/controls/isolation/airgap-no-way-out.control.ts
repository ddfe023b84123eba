import type { FactResult } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { INSIDE, leadsEverywhere, OVERLAY, TUNNEL } from '../../../facts/firewall/surroundings.ts'
import type { InterfaceAddress, Network } from '../../../facts/network/network.ts'
import type { Ask } from '../../../facts/network/next-start/next-start.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import { asideOf, bridgesOf } from '../network/behind-bridges.ts'
import { routedAnywhere } from '../network/exits.ts'
import { citeRule, knownValue, printRemotes, worst } from '../network/flows.ts'
import { insideNetworks, notAirGapped } from './air-gap.ts'
import { leaving, ownNetworksOf, routesBeyond } from './leaving.ts'

export default defineControl({
  id: 'airgap-no-way-out',
  item: 'INF-7',
  severity: 'critical',
  title: 'An air-gapped host has no route or no permission to the outside',
  rationale:
    'An air gap is a claim about packets. A default route with an open outbound policy means that a stolen account can send weights and prompts anywhere, whatever the documents say. A route that was only taken away by hand comes back with the next start or lease.',
  steps: 'Take the route away where the host is configured, or drop all that leaves except to networks inside.',
  needs: ['network'],
  uses: ['firewall', 'processes'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:SC-7(5)', 'CIS-8:12.2', 'CIS-8:13.4', 'ISO-27001:A.8.22'],
  evaluate: ({ network, firewall, processes }, context) => {
    const exempt = notAirGapped(context)
    if (exempt) return exempt
    const defaults = network.routes.filter(leadsEverywhere)
    const route = defaults.some(({ destination }) => /\/0$/.test(destination))
      ? 'A default route'
      : `A route to ${defaults[0]?.destination}`
    const routeLines = defaults.map(({ section, line }) => ({ section, line, note: 'Leads to everywhere. Expected none in an air gap.' }))
    const bridges = bridgesOf(network, knownValue(processes))
    if (defaults.length === 0) return [butAside(withoutRoute(network, firewall, insideOf(context), bridges), processes, network)]
    const rules = knownValue(firewall)
    if (rules === undefined) {
      const reason = `${route} exists, and whether rules stop what leaves is not known${firewall.known ? '' : `: ${firewall.reason}`}.`
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'A route leads out, rules are unknown',
          reason,
          hint: firewall.known ? undefined : firewall.hint,
          cite: routeLines,
        },
      ]
    }
    const found = leaving(rules, network, insideOf(context), bridges)
    const open = found.filter(({ accepted }) => accepted.length > 0)
    const first = open[0]
    const through = first && worst(first.accepted)
    if (first && through) {
      const verdict: Verdict = {
        status: 'fail',
        subject: '',
        title: 'The outside can be reached',
        reason: `${route} exists, and ${open.map(({ words }) => words).join(', ')} may leave to ${printRemotes(through)}. Expected no route, or rules that let out to networks inside only.`,
        hint: 'Remove the default route, or drop what leaves except to networks inside, what containers send (FORWARD, DOCKER-USER) as well.',
        cite: [...citeRule(through.by, rules, `Lets ${first.words} out to ${printRemotes(through)}.`), ...routeLines],
      }
      return [verdict]
    }
    const doubt = worst(found.flatMap(({ undetermined }) => undetermined))
    if (doubt !== undefined) {
      const reason = `${route} exists, and whether the rules let packets out depends on what Gatehouse does not model.`
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'Whether packets may leave is not certain',
          reason,
          cite: [...citeRule(doubt.by, rules), ...routeLines],
        },
      ]
    }
    const reason = `${route} exists, but the outbound rules drop HTTPS, HTTP, SSH, DNS and QUIC to every address that is neither private nor in the fleet file.`
    const cite = [{ section: rules.section, line: rules.line }, ...defaults.map(({ section, line }) => ({ section, line }))]
    return [butAside({ status: 'pass', subject: '', title: 'Rules let nothing out', reason, cite }, processes, network)]
  },
})

/** Routes and rules of this host say nothing of a container in a network that leads past it (macvlan, ipvlan), nor of another network namespace. */
function butAside(verdict: Verdict, processes: FactResult<readonly Process[]>, network: Network): Verdict {
  if (verdict.status !== 'pass') return verdict
  const base = { status: 'not-evaluated', subject: '', cite: verdict.cite } as const
  if (!processes.known)
    return {
      ...base,
      title: 'Whether others lead out is not known',
      reason: `${verdict.reason} Whether a container has a way of its own is not known: ${processes.reason}`,
      hint: processes.hint,
    }
  const [aside] = asideOf(processes.value, network)
  if (aside === undefined) return verdict
  const { process, why } = aside
  return {
    ...base,
    title: 'A network past this host may lead out',
    reason: `${verdict.reason} But of process ${process.pid} (${process.name.slice(0, 40)}) ${why}: its routes and rules are others, which were not read.`,
    hint: 'Attach it to a bridge of this host, whose rules hold it, or look in that network for a way out.',
    cite: [{ section: 'processes', line: process.line }, ...verdict.cite],
  }
}

/** A resolver or a mirror inside is no way out; outbound-only-to-storage judges what inside may be reached. */
function insideOf({ fleet }: PolicyContext): readonly string[] {
  const { app, jump, management, modelStorage, modelAdmins } = fleet.networks
  return [...app, ...jump, ...management, ...modelStorage, ...modelAdmins, ...insideNetworks]
}

/** No route leads out now. Whether one comes back is asked of what the host is told at its next start and by its network. */
function withoutRoute(
  network: Network,
  firewall: FactResult<Firewall>,
  inside: readonly string[],
  bridges: readonly InterfaceAddress[],
): Verdict {
  const now = 'No routing table of IPv4 or IPv6 has a default route, or what stands for one'
  const cite = [
    { section: 'routes', line: 0 },
    { section: 'routes-6', line: 0 },
  ]
  const pass = { status: 'pass', subject: '', title: 'No route leads out', cite } as const
  const rules = knownValue(firewall)
  const found = rules && leaving(rules, routedAnywhere(network), inside, bridges)
  const [lets, may] = [found?.some(({ accepted }) => accepted.length > 0), found?.some(({ undetermined }) => undetermined.length > 0)]
  if (found && !lets && !may) return { ...pass, reason: `${now}, and if one came, the outbound rules would drop what takes it.` }
  const held = lets ? 'the rules would let packets take it' : 'whether rules would stop what takes it is not certain'
  const { nextStart } = network
  const asks = nextStart?.known ? nextStart.value.asks : []
  const route = asks.find(({ kind }) => kind === 'route')
  if (route)
    return {
      status: lets ? 'fail' : 'not-evaluated',
      subject: '',
      title: 'The next start brings a route out',
      reason: `${now}, but ${route.file} asks for one ("${route.text.slice(0, 100)}"), and ${held}. Whoever took it away did so until the next start.`,
      hint: `Take the gateway out of ${route.file}; a route that is deleted by hand comes back with the host.`,
      cite: [{ ...route.cite, note: 'Asks for a route to everywhere. Expected none in an air gap.' }, ...cite],
    }
  const near = [...inside, ...ownNetworksOf(network)]
  const beyond = routesBeyond(network, near)
  const [away] = beyond
  const crossed =
    rules === undefined || leaving(rules, network, near, bridges).some((each) => each.accepted.length + each.undetermined.length > 0)
  if (away && crossed)
    return {
      status: 'not-evaluated',
      subject: '',
      title: 'Whether a route leads out is not known',
      reason: `${now}, but one leads to ${away.destination}, which is public and no network of this host. Whether it lies inside is not known, and ${rules ? 'rules do not stop all of what takes it' : held}.`,
      hint: 'Name it in the fleet file where it is yours; take the route away where it is not.',
      cite: beyond.map(({ section, line }) => ({ section, line, note: 'Leads to public addresses. Expected none in an air gap.' })),
    }
  const doubt = { status: 'not-evaluated', subject: '', title: 'Whether a route out comes back is not known' } as const
  const command = asks.find(({ kind }) => kind === 'command')
  if (command)
    return {
      ...doubt,
      reason: `${now}, but a line of ${command.file} adds one where it runs ("${command.text.slice(0, 100)}"), and ${held}.`,
      cite: [command.cite, ...cite],
    }
  const told = toldByOthers(network, asks)
  if (told)
    return {
      ...doubt,
      reason: `${now}, but ${told.interface ?? 'an interface'} takes ${WORDS[told.family]}, which may bring one at any time, and ${held}.`,
      hint: HINTS[told.family],
      cite: [told.cite, ...cite],
    }
  if (!nextStart?.known)
    return {
      ...doubt,
      reason: `${now}. ${nextStart?.reason ?? 'What the network is asked for at the next start was not read'}, and ${held}.`,
      hint: nextStart?.hint,
      cite,
    }
  const [unread] = nextStart.value.unread
  if (unread)
    return { ...doubt, reason: `${now}. Whether the next start brings one is not known: ${unread.why}`, cite: [...unread.cite, ...cite] }
  const [six] = linksWithSix(network)
  if (six !== undefined && nextStart.value.kernel === undefined)
    return { ...doubt, reason: `${now}. Whether ${six} takes one from routers of IPv6 was not shown, and ${held}.`, cite }
  const brief = nextStart.value.kernel?.find((link) => link.isForNow && linksWithSix(network).includes(link.interface))
  if (brief)
    return {
      ...doubt,
      reason: `${now}, and ${brief.interface} takes none from routers of IPv6, but no file that was read says so for the next start (accept_ra is 1 by itself), and ${held}.`,
      hint: HINTS[6],
      cite: [brief.cite, ...cite],
    }
  return {
    ...pass,
    reason: `${now}, and the configuration of the network asks for none.`,
    cite: [...cite, { section: 'network-files', line: 0 }],
  }
}

const WORDS = { 4: 'its address by DHCP', 6: 'what routers of IPv6 announce' } as const
const HINTS = {
  4: 'Give it a fixed address, or tell it to take no route: UseGateway=no (systemd-networkd), use-routes: false (netplan), never-default=true (NetworkManager).',
  6: 'Tell it to take none: IPv6AcceptRA=no (systemd-networkd), accept-ra: false (netplan with it), method=link-local or disabled (NetworkManager), and accept_ra=0 of the link in sysctl.d.',
} as const

/** By what it is told now, or told to ask for, or asks for by itself, unless it is told to take no route of that. */
function toldByOthers({ leased = [], addresses, bridges = [], nextStart }: Network, asks: readonly Ask[]) {
  const kinds = { 4: 'lease', 6: 'advertisement' } as const
  const withSix = linksWithSix({ addresses, bridges })
  const isMeant = ({ unsaid, interface: link }: Ask) => !unsaid || (link === undefined ? withSix.length > 0 : withSix.includes(link))
  for (const family of [4, 6] as const) {
    const own = asks.filter(({ kind }) => kind === kinds[family])
    const asked = own.find((ask) => !ask.refusesRoute && isMeant(ask))
    if (asked) return { family, interface: asked.interface, cite: asked.cite }
    const lease = leased.find(
      (each) => each.family === family && !own.some((ask) => ask.interface === undefined || ask.interface === each.interface),
    )
    if (lease) return { family, interface: lease.interface, cite: { section: lease.section, line: lease.line } }
  }
  const byKernel = nextStart?.known
    ? nextStart.value.kernel?.find((link) => link.takesRoute && withSix.includes(link.interface))
    : undefined
  return byKernel && { family: 6 as const, interface: byKernel.interface, cite: byKernel.cite }
}

/** Where a router of IPv6 may be heard: links out of this host that have an address of that family. */
const linksWithSix = ({ addresses, bridges = [] }: Pick<Network, 'addresses' | 'bridges'>): readonly string[] => [
  ...new Set(
    addresses.flatMap(({ interface: link, address }) =>
      address.includes(':') && !HEARS_NONE.test(link) && !bridges.includes(link) ? [link] : [],
    ),
  ),
]
const HEARS_NONE = new RegExp(`^lo$|${INSIDE.source}|${OVERLAY.source}|${TUNNEL.source}|^tun`)
