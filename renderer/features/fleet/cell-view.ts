import type { ItemId } from '#shared/model/checklist.ts'
import type { Outcome } from '#shared/status.ts'
import type { HostView } from '../../stores/host-view.ts'
import { outcomeWords } from '../../ui/outcome-words.ts'

/** What a cell of the matrix draws. */
export type CellKind = Outcome | 'running' | 'waiting'

export interface CellView {
  readonly kind: CellKind
  readonly stale: boolean
}

/** Without earlier results a cell is a skeleton until its value lands; the first one of a host that is being read says so. */
export function cellOf(host: HostView, item: ItemId, first: boolean): CellView {
  if (host.results === 'none' && host.progress !== undefined) {
    return { kind: first && host.progress.stage !== 'waiting' ? 'running' : 'waiting', stale: false }
  }
  return { kind: host.items[item] ?? 'not-evaluated', stale: host.results === 'stale' }
}

/** Name for readers: "INF-1 on gpu-02: Fail". */
export function cellName(item: ItemId, host: string, { kind, stale }: CellView): string {
  const word = kind === 'running' ? 'Running' : kind === 'waiting' ? 'Waiting' : outcomeWords[kind].word
  return `${item} on ${host}: ${word}${stale ? ', last known' : ''}`
}
