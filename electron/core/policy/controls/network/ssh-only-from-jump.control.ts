import { printBind } from '#shared/model/listener.ts'
import type { LoginKey } from '../../../facts/access/access.ts'
import { networksToSet, subtract } from '../../../facts/firewall/address-set.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import { ownPortsLed } from '../../../facts/firewall/led-to.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { Process } from '../../../facts/processes/processes.ts'
import { containerAbove } from '../../../facts/services/container-above.ts'
import { defineControl, type Verdict } from '../../control.ts'
import { ownDoorsAmong } from '../programs/own-doors.ts'
import { type KeyBinding, keyBinding } from './bound-keys.ts'
import { type Door, sshDoors } from './doors.ts'
import { citeRule, doubtOf, isNearlyAll, knownValue, printRemotes, strangersTo, worst } from './flows.ts'
import { strangersTurnedAway, type TurnedAway } from './turned-away.ts'

export default defineControl({
  id: 'ssh-only-from-jump',
  item: 'INF-7',
  severity: 'high',
  concerns: 'servers',
  title: 'SSH can be reached from the jump host only',
  rationale:
    'The jump host is where second factors are asked and sessions are recorded. An SSH port that other networks reach lets a stolen key in without either.',
  needs: ['firewall', 'listeners'],
  uses: ['sshd', 'network', 'os', 'access', 'accounts', 'sshd-matches', 'audit-keys', 'processes'],
  remediation: { template: 'ufw-segment', otherFirewalls: 'nftables-segment' },
  references: ['NIST-800-53:AC-17(3)', 'NIST-800-53:SC-7', 'CIS-8:4.4', 'CIS-8:12.8', 'ISO-27001:A.8.22'],
  evaluate: ({ firewall, listeners, sshd, network, os, processes, ...others }, { fleet, host }) => {
    const doors = sshDoors(listeners, sshd, host.port, os, ownPortsLed(firewall.tables, knownValue(network)))
    const { jump } = fleet.networks
    if (jump.length === 0)
      return [
        {
          status: 'not-evaluated',
          subject: '',
          title: 'The network of the jump host is not named',
          reason: `The fleet file names no jump networks, so nothing says who may reach ${doors.map(printBind).join(', ')}.`,
          hint: 'Name the addresses of the jump hosts, as the servers see them, under networks.jump in the fleet file.',
          cite: doors.flatMap(({ cite }) => cite),
        },
      ]
    const keys = keyBinding({ sshd, ...others }, jump)
    const turnedAway = strangersTurnedAway(sshd, others['sshd-matches'], jump)
    return [
      ...doors.map((door) => judge(door, firewall, knownValue(network), jump, turnedAway, keys)),
      ...loginsBeside(knownValue(processes) ?? [], jump),
    ]
  },
})

function judge(
  door: Door,
  firewall: Firewall,
  network: Network | undefined,
  jump: readonly string[],
  turnedAway: TurnedAway | undefined,
  keys: KeyBinding,
): Verdict {
  const subject = printBind(door)
  const { accepted, undetermined } = strangersTo(
    firewall,
    network,
    { direction: 'in', protocol: 'tcp', port: door.port, address: door.address },
    jump,
  )
  const stranger = worst(accepted)
  if ((stranger || undetermined.length > 0) && turnedAway)
    return {
      status: 'pass',
      subject,
      title: 'sshd lets accounts in from the jump host only',
      reason: `The firewall does not stop other sources, but ${turnedAway.because}.`,
      cite: turnedAway.cite,
    }
  if (stranger && keys.state === 'bound')
    return {
      status: 'warning',
      subject,
      title: 'SSH is open, its keys bound to the jump host',
      reason: `New connections to ${subject} are accepted from ${printRemotes(stranger)}, and sshd takes nothing but keys: all ${keys.keys.length} have from= inside ${jump.join(', ')}. Whoever owns a file of keys can add one without it.`,
      hint: 'Let the firewall accept the port from the jump host only, or bind AllowUsers to it.',
      cite: [
        ...citeRule(stranger.by, firewall, `Accepts ${printRemotes(stranger)}. Expected only ${jump.join(', ')}.`),
        ...door.cite,
        ...keys.keys.slice(0, 3).map(({ line }) => ({ section: 'access', line })),
      ],
    }
  if (stranger) {
    const from = printRemotes(stranger)
    const held = keyWords(keys)
    return {
      status: 'fail',
      subject,
      title: isNearlyAll(stranger) ? `SSH is open to any IPv${stranger.family} address` : 'SSH is open beyond the jump host',
      reason: `New connections to ${subject} are accepted from ${from}. Expected only ${jump.join(', ')}.${held.reason}`,
      cite: [
        ...citeRule(stranger.by, firewall, `Accepts ${from}. Expected only ${jump.join(', ')}.`),
        ...door.cite,
        ...held.keys.map(({ line }) => ({
          section: 'access',
          line,
          note: `Expected from="${jump.join(',')}".`,
        })),
      ],
    }
  }
  const doubt = worst(undetermined)
  if (doubt)
    return {
      status: 'not-evaluated',
      subject,
      title: 'Who reaches SSH is not certain',
      reason: doubtOf(doubt),
      cite: [...citeRule(doubt.doubtBy ?? doubt.by, firewall), ...door.cite],
    }
  return {
    status: 'pass',
    subject,
    title: 'SSH is open to the jump host only',
    reason: `New connections to ${subject} from outside of ${jump.join(', ')} are stopped.`,
    cite: [{ section: firewall.section, line: firewall.line }, ...door.cite],
  }
}

/** Daemons by which people may get a shell here without sshd. In a container it is one of the container. */
function loginsBeside(processes: readonly Process[], jump: readonly string[]): readonly Verdict[] {
  return ownDoorsAmong(processes.filter((process) => !containerAbove(process, processes))).flatMap(
    ({ door: { subject, login }, process }) => {
      const from = login?.from === undefined ? undefined : networksToSet([login.from], 4)
      if (!login || (from && subtract(from, networksToSet(jump, 4)).length === 0)) return []
      return [
        {
          ...{ status: 'not-evaluated' as const, subject, title: `Whether ${login.name} gives shells is not known` },
          ...{ reason: login.reason, hint: login.hint, cite: [{ section: 'processes', line: process.line }] },
        },
      ]
    },
  )
}

/** Which keys are not held by `from=`. Where nobody uses it, it is not the way that this host goes. */
function keyWords(keys: KeyBinding): { readonly reason: string; readonly keys: readonly LoginKey[] } {
  if (keys.state === 'unknown' && keys.allBound)
    return {
      reason: ` All keys that were read have from= for it, but that may not hold everybody: ${keys.reason.replace(/\.$/, '')}.`,
      keys: [],
    }
  if (keys.state !== 'loose' || keys.keys.length === keys.of) return { reason: '', keys: [] }
  const shown = keys.keys.slice(0, 3)
  const named = shown.map(({ file, comment }) => `${file}${comment === '' ? '' : ` (${comment.slice(0, 40)})`}`)
  return { reason: ` Keys without from= for it: ${named.join(', ')}.`, keys: shown }
}
