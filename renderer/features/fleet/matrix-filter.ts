import { type ChecklistItem, checklist, type ItemId } from '#shared/model/checklist.ts'
import type { Outcome } from '#shared/status.ts'
import type { HostView } from '../../stores/host-view.ts'

export interface MatrixFilter {
  readonly outcome: Outcome | null
  /** Part of a host's name, address or engine. */
  readonly text: string
}

/** What counts in the totals: the outcome of a cell, with everything that is not current as not evaluated. */
export function countedOutcome(host: Pick<HostView, 'items' | 'results'>, item: ItemId): Outcome {
  const outcome = host.items[item] ?? 'not-evaluated'
  return host.results === 'current' || outcome === 'not-applicable' ? outcome : 'not-evaluated'
}

/** Hosts and items with at least one cell that the filter asks for. */
export function filterMatrix(
  hosts: readonly HostView[],
  { outcome, text }: MatrixFilter,
): { readonly hosts: readonly HostView[]; readonly items: readonly ChecklistItem[] } {
  const wanted = text.trim().toLowerCase()
  const named =
    wanted === '' ? hosts : hosts.filter(({ name, address, engines }) => `${name} ${address} ${engines}`.toLowerCase().includes(wanted))
  if (outcome === null) return { hosts: named, items: checklist }
  const has = (host: HostView, item: ItemId) => countedOutcome(host, item) === outcome
  const kept = named.filter((host) => checklist.some(({ id }) => has(host, id)))
  return { hosts: kept, items: checklist.filter(({ id }) => kept.some((host) => has(host, id))) }
}
