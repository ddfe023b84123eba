import { type Listener, printBind } from '#shared/model/listener.ts'
import type { Firewall } from '../../../facts/firewall/firewall.ts'
import type { Network } from '../../../facts/network/network.ts'
import type { Verdict } from '../../control.ts'
import { isHeld } from '../proxy/other-proxies.ts'
import { citeRule, printRemotes, strangersTo, worst } from './flows.ts'

/**
 * Ports that systemd holds until somebody connects: what it starts then may forward to a model, as systemd-socket-proxyd does, and before that nobody sees it. Where rules keep
 * strangers from them, it does not matter.
 */
export function heldSockets(
  listeners: readonly Listener[],
  sshPort: number,
  firewall: Firewall,
  network: Network | undefined,
  allowed: readonly string[],
): readonly Verdict[] {
  return listeners
    .filter((listener) => listener.protocol === 'tcp' && listener.scope !== 'loopback' && isHeld(listener) && listener.port !== sshPort)
    .flatMap(({ section = 'listeners', ...listener }) => {
      const { address, port, line } = listener
      const { accepted, undetermined } = strangersTo(firewall, network, { direction: 'in', protocol: 'tcp', port, address }, allowed)
      const stranger = worst(accepted) ?? worst(undetermined)
      if (!stranger) return []
      const gets = stranger.verdict === 'accept' ? `${printRemotes(stranger)} gets there` : 'who gets there is not certain'
      return {
        status: 'not-evaluated',
        subject: `systemd ${port}`,
        title: 'A socket unit may lead to the model',
        reason: `systemd holds ${printBind(listener)} for a socket unit, and ${gets}. What it starts when somebody connects, and where that leads, is not known.`,
        cite: [...citeRule(stranger.doubtBy ?? stranger.by, firewall), { section, line }],
      }
    })
}
