import type { Output } from '#shared/ipc/contracts.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import type { Waiver } from '#shared/model/waiver.ts'
import { waiverState } from '../policy/decisions.ts'

/** Waivers beside how each stands at `now` (milliseconds since the epoch) against what is found of its host. */
export function standingWaivers(
  waivers: readonly Waiver[],
  hosts: readonly { readonly name: string; readonly findings: readonly FindingBrief[] }[],
  now: number,
): Output<'waiver:list'> {
  const byName = new Map(hosts.map((host) => [host.name, host]))
  return waivers.map((waiver) => {
    const finding = byName.get(waiver.host)?.findings.find((it) => it.control === waiver.control && it.subject === waiver.subject)
    return { ...waiver, state: waiverState(waiver, finding, now) }
  })
}
