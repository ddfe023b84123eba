import { unnamedPort } from '../../../facts/firewall/defaults.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { bridgesOf, sentBehind } from './behind-bridges.ts'
import { judgeDefault } from './default-deny.ts'
import { routedAnywhere } from './exits.ts'
import { citeRule, isNearlyAll, knownValue, printRemotes } from './flows.ts'
import { forwardedOpenly, forwardedPerhaps } from './forwarded-verdicts.ts'

export default defineControl({
  id: 'firewall-default-deny-outbound',
  item: 'INF-7',
  severity: 'medium',
  title: 'The firewall denies outbound traffic that no rule allows',
  rationale:
    'Whoever gets a foothold in an inference server sends weights and prompts out over any port that is open. Only model storage and package sources need to be reached.',
  needs: ['firewall'],
  uses: ['network', 'processes'],
  remediation: { template: 'ufw-segment', otherFirewalls: 'nftables-segment' },
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-4', 'CIS-8:13.4', 'ISO-27001:A.8.20', 'OWASP-LLM:LLM02'],
  evaluate: ({ firewall, network, processes }) => {
    const own = judgeDefault(firewall, 'out')
    if (own[0]?.status !== 'pass' || !network.known) return own
    return [...own, ...judgeBridges(firewall, network.value, knownValue(processes) ?? [])]
  },
})

/** What containers and machines send is forwarded, past the default for what the host itself sends. Where whose that is was not read, `outbound-only-to-storage` says so. */
function judgeBridges(firewall: Firewall, network: Network, processes: readonly Process[]): readonly Verdict[] {
  const routed = routedAnywhere(network)
  const bridges = bridgesOf(network, processes)
  const port = unnamedPort(firewall.tables)
  return [...new Set(bridges.map((bridge) => bridge.interface))].flatMap((name): readonly Verdict[] => {
    const sent = bridges
      .filter((bridge) => bridge.interface === name)
      .flatMap((bridge) => (['tcp', 'udp'] as const).flatMap((protocol) => sentBehind(bridge, firewall, routed, { protocol, port })))
      .filter(isNearlyAll)
    const open = sent.find(({ verdict }) => verdict === 'accept')
    if (!open)
      return forwardedPerhaps(
        name,
        sent.find(({ verdict }) => verdict === 'undetermined'),
        firewall,
      )
    const reason = `What no rule names is forwarded from ${name} to ${printRemotes(open)}, past the default for what this host itself sends. Expected drop or reject.`
    return [
      forwardedOpenly(
        name,
        `Containers behind ${name} leave by default`,
        reason,
        citeRule(open.by, firewall, 'Forwards what no rule names.'),
      ),
    ]
  })
}
