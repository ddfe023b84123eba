import { forwardedSubject } from '#shared/model/forwarded-subject.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { type Aside, asideOf, bridgesOf, sentBehind } from './behind-bridges.ts'
import { exits, routedAnywhere } from './exits.ts'
import { citeRule, doubtOf, isNearlyAll, knownValue, printRemotes, strangersAmong, strangersTo, worst } from './flows.ts'
import { forwardedOpenly, forwardedPerhaps } from './forwarded-verdicts.ts'

export default defineControl({
  id: 'outbound-only-to-storage',
  item: 'INF-7',
  severity: 'medium',
  title: 'Outbound rules lead to model storage and package sources only',
  rationale:
    'A rule that lets HTTPS or DNS out to anywhere is all that stolen weights and prompts need. Model storage and package sources have addresses that a rule can name.',
  needs: ['firewall'],
  uses: ['network', 'processes'],
  remediation: { template: 'ufw-segment', otherFirewalls: 'nftables-segment' },
  references: ['NIST-800-53:SC-7(5)', 'NIST-800-53:AC-4', 'CIS-8:13.4', 'ISO-27001:A.8.22', 'OWASP-LLM:LLM02'],
  evaluate: ({ firewall, network, processes }, { fleet }) => {
    const { app, jump, management, modelStorage, modelAdmins } = fleet.networks
    const named = [...app, ...jump, ...management, ...modelStorage, ...modelAdmins]
    const own = judge(firewall, routedAnywhere(knownValue(network)), named)
    if (own.some(({ status }) => status === 'not-applicable')) return own
    const forwarded = network.known ? judgeBridges(firewall, network.value, knownValue(processes) ?? [], named) : []
    const unread = [network, processes].flatMap((fact) => (fact.known ? [] : [fact.reason]))
    return [...own, ...forwarded, ...unread.slice(0, 1).map(notKnown)]
  },
})

/** What containers and machines send is forwarded, past the rules for what the host itself sends. */
function judgeBridges(firewall: Firewall, network: Network, processes: readonly Process[], named: readonly string[]): readonly Verdict[] {
  const routed = routedAnywhere(network)
  const bridges = bridgesOf(network, processes)
  const names = [...new Set(bridges.map((bridge) => bridge.interface))]
  const verdicts = names.flatMap((name): readonly Verdict[] => {
    const found = exits.map((exit) => {
      const pieces = bridges.filter((bridge) => bridge.interface === name).flatMap((each) => sentBehind(each, firewall, routed, exit))
      return { exit, ...strangersAmong(pieces, named) }
    })
    const open = found.flatMap(({ exit, accepted }) => accepted.filter(isNearlyAll).map((piece) => ({ exit, piece })))
    const [first] = open
    if (!first) return forwardedPerhaps(name, worst(found.flatMap(({ undetermined }) => undetermined)), firewall)
    const words = [...new Set(open.map(({ exit }) => exit.words))].join(', ')
    const reason = `${words} of what is behind ${name} is forwarded to ${printRemotes(first.piece)}, which rules for what this host itself sends do not stop. Expected only model storage and package sources.`
    const cite = citeRule(first.piece.by, firewall, `Forwards ${first.exit.words} to ${printRemotes(first.piece)}.`)
    return [forwardedOpenly(name, `Containers behind ${name} reach anywhere`, reason, cite)]
  })
  return [...verdicts, ...asideOf(processes, network).slice(0, 1).map(pastRules)]
}

const pastRules = ({ process, why }: Aside): Verdict => ({
  status: 'not-evaluated',
  subject: forwardedSubject('other networks'),
  title: 'Some packets leave past these rules',
  reason: `Of process ${process.pid} (${process.name.slice(0, 40)}) ${why}: what it sends passes other rules than those of this host, which were not read.`,
  cite: [{ section: 'processes', line: process.line }],
})

const notKnown = (reason: string): Verdict => ({
  status: 'not-evaluated',
  subject: forwardedSubject('bridges'),
  title: 'What containers send is not known',
  reason: `Rules for what this host itself sends do not hold what is forwarded. Which containers send past them is not known: ${reason}`,
  cite: [],
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
