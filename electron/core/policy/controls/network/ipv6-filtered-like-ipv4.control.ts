import { defaultsOf } from '../../../facts/firewall/defaults.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { DefaultVerdict } from '../../../facts/firewall/verdicts.ts'
import type { Network } from '../../../facts/network/network.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { citeRule, doubtOf } from './flows.ts'

export default defineControl({
  id: 'ipv6-filtered-like-ipv4',
  item: 'INF-7',
  severity: 'high',
  title: 'IPv6 is filtered as strictly as IPv4',
  rationale:
    'Rules in a table of family ip, or in iptables without ip6tables, leave every port open over IPv6. Each neighbour on the link has a link-local address to use it with.',
  needs: ['firewall', 'network'],
  remediation: { template: 'ufw-segment', otherFirewalls: 'nftables-segment' },
  references: ['NIST-800-53:SC-7', 'CIS-8:4.4', 'ISO-27001:A.8.20', 'https://wiki.nftables.org/wiki-nftables/index.php/Nftables_families'],
  evaluate: ({ firewall, network }) => {
    const of = (family: 4 | 6) => firewall.defaults.in.filter((each) => each.family === family)
    const six = of(6)
    const four = [...of(4), ...withSixAlone(of(4), six).flatMap((name) => asWithFour(firewall, network, name))]
    if (six.length === 0) return [none('No IPv6 address on the network', 'No interface but loopback has an IPv6 address.')]
    const unsure = four.find(({ verdict }) => verdict === 'undetermined')
    if (!four.some(stops) && unsure) return [doubtful('How IPv4 is filtered is not certain', unsure, firewall)]
    if (!four.some(stops))
      return [none('IPv4 is not filtered either', 'The default for inbound IPv4 is not to stop, so there is nothing to compare.')]
    const stricter = (each: DefaultVerdict) =>
      four.find((other) => other.interface === each.interface && other.protocol === each.protocol && stops(other))
    const open = six.find((each) => each.verdict === 'accept' && stricter(each))
    if (open) {
      const strict = stricter(open)
      return [
        {
          status: 'fail',
          subject: '',
          title: 'IPv6 is open while IPv4 is filtered',
          reason: `On ${open.interface ?? 'every interface'}, traffic that no rule names is stopped in IPv4 and accepted in IPv6.`,
          cite: [
            ...citeRule(open.by, firewall, 'Accepts IPv6 that no rule names. Expected the default of IPv4.'),
            ...citeRule(strict?.by, firewall),
          ],
        },
      ]
    }
    const doubt = six.find(({ verdict }) => verdict === 'undetermined')
    if (doubt) return [doubtful('How IPv6 is filtered is not certain', doubt, firewall)]
    return [
      {
        status: 'pass',
        subject: '',
        title: 'IPv6 is stopped by default like IPv4',
        reason: 'Traffic that no rule names is stopped in IPv4 and in IPv6.',
        cite: [...citeRule(six[0]?.by, firewall), ...citeRule(four.find(stops)?.by, firewall)],
      },
    ]
  },
})

/** Interfaces that have an address of IPv6 and none of IPv4. */
const withSixAlone = (four: readonly DefaultVerdict[], six: readonly DefaultVerdict[]): readonly string[] => [
  ...new Set(six.flatMap(({ interface: name }) => (name === undefined || four.some((each) => each.interface === name) ? [] : [name]))),
]

/** What IPv4 would meet there, if it were given an address (192.0.2.0/24 is for documents, RFC 5737). */
const asWithFour = (firewall: Firewall, { inVrf }: Network, name: string): readonly DefaultVerdict[] => {
  const four = { family: 4, destination: '0.0.0.0/0', interface: name, table: 'main', section: 'routes', line: 0 } as const
  const given: Network = {
    addresses: [{ interface: name, address: '192.0.2.1', prefixLength: 24, line: 0 }],
    routes: [four],
    defaultRoute: true,
    ...(inVrf && { inVrf }),
  }
  return defaultsOf(firewall, given, 'in')
}

const stops = ({ verdict }: DefaultVerdict) => verdict === 'drop' || verdict === 'reject'

const doubtful = (title: string, doubt: DefaultVerdict, firewall: Firewall): Verdict => ({
  ...{ status: 'not-evaluated', subject: '', title },
  reason: doubtOf(doubt),
  cite: citeRule(doubt.doubtBy ?? doubt.by, firewall),
})

const none = (title: string, reason: string): Verdict => ({ status: 'not-applicable', subject: '', title, reason, cite: [] })
