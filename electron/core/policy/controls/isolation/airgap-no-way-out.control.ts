import type { Route } from '../../../facts/network/network.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeRule, knownValue, printRemotes, strangersTo, worst } from '../network/flows.ts'
import { insideNetworks, notAirGapped } from './air-gap.ts'

/** Ways out that models, prompts and tunnels use. */
const exits = [
  { protocol: 'tcp', port: 443, words: 'HTTPS' },
  { protocol: 'tcp', port: 80, words: 'HTTP' },
  { protocol: 'tcp', port: 22, words: 'SSH' },
  { protocol: 'udp', port: 53, words: 'DNS' },
  { protocol: 'udp', port: 443, words: 'QUIC' },
] as const

export default defineControl({
  id: 'airgap-no-way-out',
  item: 'INF-7',
  severity: 'critical',
  title: 'An air-gapped host has no route or no permission to the outside',
  rationale:
    'An air gap is a claim about packets. A default route with an open outbound policy means that a stolen account can send weights and prompts anywhere, whatever the documents say.',
  needs: ['network'],
  uses: ['firewall'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:SC-7(5)', 'CIS-8:12.2', 'CIS-8:13.4', 'ISO-27001:A.8.22'],
  evaluate: ({ network, firewall }, context) => {
    const exempt = notAirGapped(context)
    if (exempt) return exempt
    const defaults = network.routes.filter(leadsEverywhere)
    const route = defaults.some(({ destination }) => /\/0$/.test(destination))
      ? 'A default route'
      : `A route to ${defaults[0]?.destination}`
    const routeLines = defaults.map(({ section, line }) => ({ section, line, note: 'Leads to everywhere. Expected none in an air gap.' }))
    if (defaults.length === 0) {
      const reason = 'No routing table of IPv4 or IPv6 has a default route, or what stands for one.'
      const cite = [
        { section: 'routes', line: 0 },
        { section: 'routes-6', line: 0 },
      ]
      return [{ status: 'pass', subject: '', title: 'No route leads out', reason, cite }]
    }
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
    const { app, jump, management, modelStorage, modelAdmins } = context.fleet.networks
    // A resolver or a mirror inside is no way out; outbound-only-to-storage judges what inside may be reached.
    const inside = [...app, ...jump, ...management, ...modelStorage, ...modelAdmins, ...insideNetworks]
    const found = exits.map((exit) => ({
      exit,
      ...strangersTo(rules, network, { direction: 'out', protocol: exit.protocol, port: exit.port }, inside),
    }))
    const open = found.filter(({ accepted }) => accepted.length > 0)
    const first = open[0]
    const through = first && worst(first.accepted)
    if (first && through) {
      const verdict: Verdict = {
        status: 'fail',
        subject: '',
        title: 'The outside can be reached',
        reason: `${route} exists, and ${open.map(({ exit }) => exit.words).join(', ')} may leave to ${printRemotes(through)}. Expected no route, or rules that let out to networks inside only.`,
        hint: 'Remove the default route, or drop what leaves except to networks inside.',
        cite: [...citeRule(through.by, rules, `Lets ${first.exit.words} out to ${printRemotes(through)}.`), ...routeLines],
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
    return [{ status: 'pass', subject: '', title: 'Rules let nothing out', reason, cite }]
  },
})

/** VPNs send everything their way without a default route: by two halves (`0.0.0.0/1`, `128.0.0.0/1`), by `2000::/3`, or by all but private ranges. */
const leadsEverywhere = ({ destination, family }: Route): boolean =>
  Number(destination.split('/')[1]) < (family === 4 ? 8 : 16) && !/^(?:22[4-9]|2[3-5]\d)\.|^f[cdef]/i.test(destination)
