import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { DefaultVerdict } from '../../../facts/firewall/verdicts.ts'
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
  evaluate: ({ firewall }) => {
    const all = firewall.defaults.in
    const of = (family: 4 | 6) => all.filter((each) => each.family === family)
    const [four, six] = [of(4), of(6)]
    if (six.length === 0) return [none('No IPv6 address on the network', 'No interface but loopback has an IPv6 address.')]
    const unsure = four.find(({ verdict }) => verdict === 'undetermined')
    if (!four.some(stops) && unsure) return [doubtful('How IPv4 is filtered is not certain', unsure, firewall)]
    if (!four.some(stops))
      return [none('IPv4 is not filtered either', 'The default for inbound IPv4 is not to stop, so there is nothing to compare.')]
    const open = six.find((each) => each.verdict === 'accept' && four.some((other) => other.interface === each.interface && stops(other)))
    if (open) {
      const strict = four.find((each) => each.interface === open.interface && stops(each))
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

const stops = ({ verdict }: DefaultVerdict) => verdict === 'drop' || verdict === 'reject'

const doubtful = (title: string, doubt: DefaultVerdict, firewall: Firewall): Verdict => ({
  ...{ status: 'not-evaluated', subject: '', title },
  reason: doubtOf(doubt),
  cite: citeRule(doubt.doubtBy ?? doubt.by, firewall),
})

const none = (title: string, reason: string): Verdict => ({ status: 'not-applicable', subject: '', title, reason, cite: [] })
