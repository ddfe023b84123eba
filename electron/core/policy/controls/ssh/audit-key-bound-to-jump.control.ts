import { defineControl, type PolicyContext, type Verdict } from '../../control.ts'
import { isInside, keysElsewhere } from '../network/bound-keys.ts'
import { sshDoors } from '../network/doors.ts'
import { citeRule, doubtOf, knownValue, printRemotes, strangersTo, worst } from '../network/flows.ts'
import { strangersTurnedAway } from '../network/turned-away.ts'

export default defineControl({
  id: 'audit-key-bound-to-jump',
  item: 'INF-7',
  severity: 'low',
  concerns: 'servers',
  title: 'The key of Gatehouse is accepted from the jump host only',
  rationale:
    'The key of the audit account opens every host and lies on the desk of an admin. Bound to the jump host by from=, by sshd or by the rules, a copy of it opens nothing from elsewhere.',
  steps: 'Begin its line in authorized_keys with from= and the addresses of the jump host.',
  needs: ['sshd', 'audit-keys'],
  uses: ['firewall', 'listeners', 'network', 'sshd-matches', 'os'],
  references: ['NIST-800-53:AC-17(3)', 'NIST-800-53:IA-5', 'CIS-8:12.8', 'ISO-27001:A.8.5', 'https://man.openbsd.org/sshd#from='],
  evaluate: (
    { sshd, 'audit-keys': { keys }, firewall, listeners, network, os, 'sshd-matches': matches },
    { fleet, host }: PolicyContext,
  ): readonly Verdict[] => {
    const { jump } = fleet.networks
    const base = { subject: 'authorized_keys' }
    const cite = keys.slice(0, 4).map(({ line }) => ({ section: 'os', line }))
    const notKnown = (reason: string, verdictTitle = 'Where the key is accepted from is not known'): readonly Verdict[] => [
      { ...base, status: 'not-evaluated', title: verdictTitle, reason, cite: [...cite, { section: 'sshd', line: 0 }] },
    ]
    if (jump.length === 0)
      return notKnown(
        'The fleet file names no jump networks, so nothing says where the key may be used.',
        'The network of the jump host is not named',
      )
    const bound = strangersTurnedAway({ known: true, value: sshd }, matches, jump)
    if (bound)
      return [
        {
          ...base,
          status: 'pass',
          title: 'sshd binds accounts to the jump host',
          reason: `Others are turned away: ${bound.because}.`,
          cite: bound.cite,
        },
      ]
    const loose = keys.filter(({ from }) => from === undefined || !isInside(from, jump))
    const elsewhere = keysElsewhere(sshd.settings)
    if (elsewhere === undefined && keys.length > 0 && loose.length === 0)
      return [
        {
          ...base,
          status: 'pass',
          title: 'The key is bound to the jump host',
          reason: `Every key of the audit account has from= inside ${jump.join(', ')}.`,
          cite,
        },
      ]
    const rules = knownValue(firewall)
    if (rules === undefined)
      return notKnown(firewall.known ? '' : `The keys are not bound to the jump host for certain, and ${firewall.reason}.`)
    const doors = sshDoors(knownValue(listeners) ?? [], { known: true, value: sshd }, host.port, os)
    const strangers = doors.map(({ address, port }) =>
      strangersTo(rules, knownValue(network), { direction: 'in', protocol: 'tcp', port, address }, jump),
    )
    const open = worst(strangers.flatMap(({ accepted }) => accepted))
    const doubt = worst(strangers.flatMap(({ undetermined }) => undetermined))
    if (!open && !doubt)
      return [
        {
          ...base,
          status: 'pass',
          title: 'The rules let nobody else use the key',
          reason: `SSH can be reached from ${jump.join(', ')} only.`,
          cite: citeRule(undefined, rules),
        },
      ]
    if (elsewhere !== undefined) return notKnown(elsewhere)
    if (keys.length === 0) return notKnown('The audit account has no authorized_keys that it may read.')
    if (!open) return notKnown(`The keys are not bound to the jump host, and who reaches SSH is not certain. ${doubtOf(doubt)}`)
    return [
      {
        ...base,
        status: 'warning',
        title: 'The key of Gatehouse works from elsewhere',
        reason: `${loose.length} of ${keys.length} keys of the audit account are not bound by from= to ${jump.join(', ')}, and SSH can be reached from ${printRemotes(open)}.`,
        hint: `Begin the line in authorized_keys with from="${jump.join(',')}".`,
        cite: loose.slice(0, 4).map(({ line }) => ({ section: 'os', line, note: `Expected from="${jump.join(',')}".` })),
      },
    ]
  },
})
