import { memo } from 'react'
import type { ItemId } from '#shared/model/checklist.ts'
import { outcomeWords } from '../../ui/outcome-words.ts'
import { ToneIcon } from '../../ui/tone-icon.tsx'
import { type CellKind, cellName } from './cell-view.ts'

interface MatrixCellProps {
  readonly host: string
  readonly item: ItemId
  readonly column: number
  readonly kind: CellKind
  readonly stale: boolean
  /** Not what the filter asks for: shown without its tint. */
  readonly aside: boolean
  /** The one cell in the tab order. */
  readonly reachable: boolean
  readonly crossed: boolean
  readonly choose: (host: string, item: ItemId) => void
  readonly open: (host: string, item: ItemId) => void
}

/** Drawn again only when one of its few plain values changes. */
export const MatrixCell = memo(({ host, item, column, kind, stale, aside, reachable, crossed, choose, open }: MatrixCellProps) => {
  const words = kind === 'running' || kind === 'waiting' ? null : outcomeWords[kind]
  const tone = words?.tone ?? (kind === 'running' ? 'run' : 'wait')
  return (
    <td aria-colindex={column} className={crossed ? 'cross' : ''}>
      <button
        type="button"
        className={`cell ${tone} ${stale ? 'stale' : ''} ${aside ? 'aside' : ''}`}
        tabIndex={reachable ? 0 : -1}
        data-cell={`${item} ${host}`}
        aria-label={cellName(item, host, { kind, stale })}
        onFocus={() => choose(host, item)}
        onClick={() => open(host, item)}
      >
        {kind === 'waiting' ? (
          <span className="skeleton" />
        ) : (
          <>
            <ToneIcon tone={tone} />
            <span>{words?.short ?? 'Running'}</span>
          </>
        )}
      </button>
    </td>
  )
})
