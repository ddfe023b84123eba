import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { exits, routedAnywhere } from './exits.ts'
import { citeRule, doubtOf, isNearlyAll, knownValue, printRemotes, strangersTo, worst } from './flows.ts'

export default defineControl({
  id: 'outbound-only-to-storage',
  item: 'INF-7',
  severity: 'medium',
  title: 'Outbound rules lead to model storage and package sources only',
  rationale:
    'A rule that lets HTTPS or DNS out to anywhere is all that stolen weights and prompts need. Model storage and package sources have addresses that a rule can name.',
  needs: ['firewall'],
  uses: ['network'],
  remediation: { template: 'ufw-segment', otherFirewalls: 'nftables-segment' },
  references: ['NIST-800-53:SC-7(5)', 'NIST-800-53:AC-4', 'CIS-8:13.4', 'ISO-27001:A.8.22', 'OWASP-LLM:LLM02'],
  evaluate: ({ firewall, network }, { fleet }) => {
    const { app, jump, management, modelStorage, modelAdmins } = fleet.networks
    return judge(firewall, routedAnywhere(knownValue(network)), [...app, ...jump, ...management, ...modelStorage, ...modelAdmins])
  },
})

function judge(firewall: Firewall, network: Network | undefined, named: readonly string[]): Verdict[] {
  const found = exits.map((exit) => ({
    exit,
    ...strangersTo(firewall, network, { direction: 'out', protocol: exit.protocol, port: exit.port }, named),
  }))
  const open = found.filter(({ accepted }) => accepted.some(isNearlyAll))
  if (open.length === exits.length)
    return [
      {
        status: 'not-applicable',
        subject: '',
        title: 'No rule narrows outbound traffic',
        reason: 'Everything may leave, which the check of the outbound default judges.',
        cite: [{ section: firewall.section, line: firewall.line }],
      },
    ]
  if (open.length > 0)
    return open.flatMap(({ exit, accepted }) => {
      const stranger = worst(accepted)
      if (stranger === undefined) return []
      const to = printRemotes(stranger)
      return [
        {
          status: 'warning' as const,
          subject: `${exit.protocol}/${exit.port}`,
          title: `${exit.words} leaves to ${to}`.slice(0, 47),
          reason: `New connections to port ${exit.port} are let out to ${to}. Expected only model storage and package sources.`,
          hint: 'Name the addresses of model storage, package sources and resolvers in the rule.',
          cite: citeRule(stranger.by, firewall, `Lets ${exit.words} out to ${to}.`),
        },
      ]
    })
  const doubt = worst(found.flatMap(({ undetermined }) => undetermined))
  if (doubt !== undefined)
    return [
      {
        status: 'not-evaluated',
        subject: '',
        title: 'Where traffic may leave to is not certain',
        reason: doubtOf(doubt),
        cite: citeRule(doubt.doubtBy ?? doubt.by, firewall),
      },
    ]
  return [
    {
      status: 'pass',
      subject: '',
      title: 'Outbound rules lead to named networks only',
      reason: 'HTTPS, HTTP, SSH and DNS reach no more than some addresses, which rules name.',
      cite: [{ section: firewall.section, line: firewall.line }],
    },
  ]
}
