import type { ItemId } from '#shared/model/checklist.ts'
import type { Walkthrough } from '#shared/model/walkthrough.ts'
import { loudest, type Outcome } from '#shared/status.ts'
import type { HostView } from '../../stores/host-view.ts'
import { outcomeWords, type Tone } from '../../ui/outcome-words.ts'

export type Step = Walkthrough['steps'][number]

/** The loudest result of an item on any host, and on how many it is so. */
export function resultOf(hosts: readonly HostView[], item: ItemId): { readonly outcome: Outcome; readonly hosts: number } {
  const all = hosts.flatMap(({ audit }) => audit?.items.filter(({ id }) => id === item).map(({ status }) => status) ?? [])
  const outcome = loudest(all)
  return { outcome, hosts: all.filter((status) => status === outcome).length }
}

/** What the list says of a step: what was found once it is recorded, else that it is to do. */
export function stepState(step: Step, hosts: readonly HostView[]): { readonly tone: Tone; readonly word: string } {
  if (step.outdated) return { tone: 'warn', word: 'Changed' }
  if (step.record === null) return step.draft === null ? { tone: 'unknown', word: 'To do' } : { tone: 'wait', word: 'Draft' }
  if (step.record.outcome === 'not-applicable') return { tone: 'na', word: 'N/A' }
  const { outcome, hosts: count } = resultOf(hosts, step.item)
  const { tone, noun, word } = outcomeWords[outcome]
  return { tone, word: outcome === 'pass' ? word : `${count} ${noun}` }
}

/** Who answered for the step that was recorded last; empty before the first. */
export const lastName = (steps: readonly Step[]): string =>
  steps
    .flatMap(({ record }) => record ?? [])
    .reduce((last, one) => (one.recordedAt > last.recordedAt ? one : last), { recordedAt: '', name: '' }).name

/** The step after (or before) this one. */
export function stepFrom(steps: readonly Step[], item: ItemId, delta: number): ItemId {
  const at = steps.findIndex((step) => step.item === item)
  return steps[Math.min(Math.max(at + delta, 0), steps.length - 1)]?.item ?? item
}

/** The next step that is not recorded, going round; this one when all others are. */
export function nextToDo(steps: readonly Step[], item: ItemId): ItemId {
  const at = steps.findIndex((step) => step.item === item)
  const round = [...steps.slice(at + 1), ...steps.slice(0, at)]
  return round.find(({ record }) => record === null)?.item ?? item
}
