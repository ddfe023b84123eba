import type { Listener } from '#shared/model/listener.ts'
import { printBind } from '#shared/model/listener.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import { type Citation, defineControl, type Verdict } from '../../control.ts'
import { citeRule, knownValue, mergeWildcards, printRemotes, strangersTo, worst } from '../network/flows.ts'
import { exporterPorts, isExporterProcess } from './exporters.ts'

export default defineControl({
  id: 'metrics-not-open',
  item: 'MON-3',
  severity: 'medium',
  title: 'Exporters answer the management network only',
  rationale:
    'Exporters ask nobody for a password. What they tell, programs, models, load by the minute, is a plan of the machine, and dcgm-exporter has had a flaw in its debug pages.',
  needs: ['listeners'],
  uses: ['firewall', 'network'],
  references: ['NIST-800-53:SC-7', 'NIST-800-53:AC-4', 'CIS-8:4.4', 'ISO-27001:A.8.20', 'https://prometheus.io/docs/operating/security/'],
  evaluate: ({ listeners, firewall, network }, { fleet }): readonly Verdict[] => {
    const doors = mergeWildcards(
      listeners.flatMap((listener) => {
        const name = nameOf(listener)
        const { protocol, scope, address, port, line } = listener
        return name && protocol === 'tcp'
          ? [{ name, scope, address, port, cite: [{ section: 'listeners', line }] as readonly Citation[] }]
          : []
      }),
    )
    if (doors.length === 0)
      return [
        {
          status: 'not-applicable',
          subject: '',
          title: 'No exporter listens',
          reason: 'No port of a known exporter is open on this host.',
          cite: [],
        },
      ]
    return doors.map((door) => judge(door, firewall, knownValue(network), fleet.networks.management))
  },
})

function nameOf({ port, processes }: Listener): string | undefined {
  const own = processes.find(({ name }) => isExporterProcess(name))?.name
  return own ?? (processes.every(({ name }) => name === 'docker-proxy') ? exporterPorts[port] : undefined)
}

interface Door {
  readonly name: string
  readonly scope: Listener['scope']
  readonly address: string
  readonly port: number
  readonly cite: readonly Citation[]
}

function judge(door: Door, rules: FactResult<Firewall>, network: Network | undefined, management: readonly string[]): Verdict {
  const subject = `${door.name} ${printBind(door)}`
  if (door.scope === 'loopback')
    return {
      status: 'pass',
      subject,
      title: 'The exporter answers this host only',
      reason: `${subject} is bound to loopback.`,
      cite: door.cite,
    }
  if (!rules.known)
    return {
      status: 'not-evaluated',
      subject,
      title: 'Who reaches the exporter is not known',
      reason: `${subject} is open beyond loopback, and ${rules.reason}.`,
      hint: rules.hint,
      cite: door.cite,
    }
  const firewall = rules.value
  const { accepted, undetermined } = strangersTo(
    firewall,
    network,
    { direction: 'in', protocol: 'tcp', port: door.port, address: door.address },
    management,
  )
  const open = worst(accepted)
  if (open) {
    const from = printRemotes(open)
    const expected = management.length > 0 ? management.join(', ') : 'loopback, since the fleet file names no management network'
    return {
      status: 'fail',
      subject,
      title: 'An exporter is open to strangers',
      reason: `${subject} answers ${from}. Expected ${expected}.`,
      cite: [...door.cite, ...citeRule(open.by, firewall, `Accepts ${from}.`)],
    }
  }
  if (worst(undetermined))
    return {
      status: 'not-evaluated',
      subject,
      title: 'Who reaches the exporter is not certain',
      reason: `Whether strangers reach ${subject} hangs on rules that are not modelled.`,
      cite: door.cite,
    }
  return {
    status: 'pass',
    subject,
    title: 'The exporter is closed to strangers',
    reason: `Only ${management.join(', ') || 'nobody'} gets through to ${subject}.`,
    cite: [...door.cite, { section: firewall.section, line: firewall.line }],
  }
}
