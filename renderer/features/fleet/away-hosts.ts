import type { ChangedKey } from '#shared/model/prompt.ts'
import { couldNotLook, type HostView } from '../../stores/host-view.ts'

/** Hosts that the newest audit could not look at. A changed key that can be compared is said by itself; a stopped host is nobody's fault. */
export function awayHosts(hosts: readonly HostView[], changedKeys: readonly ChangedKey[]): readonly HostView[] {
  const compared = new Set(changedKeys.map(({ hop }) => hop))
  return hosts.filter(
    ({ name, state, progress, audit }) =>
      progress === undefined &&
      couldNotLook(state) &&
      state !== 'idle' &&
      state !== 'cancelled' &&
      !(state === 'key-changed' && compared.has(audit?.failure?.host ?? name)),
  )
}
