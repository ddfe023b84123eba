import type { HardeningGroup, HardeningRow } from '#shared/model/host-hardening.ts'
import { outcomeWords, type Tone } from '../../../ui/outcome-words.ts'
import { plainText } from '../../../ui/plain-text.ts'

/** Words for the tab Hardening. Pure, tested without a window. */

export interface RowState {
  readonly word: string
  readonly tone: Tone
}

/** Is there something to do or to find out about this setting? */
export const isOpen = ({ verdict }: HardeningRow): boolean =>
  verdict !== undefined && verdict.status !== 'pass' && verdict.status !== 'not-applicable'

/** What is said of a value: by the control that judges it, or why none does. */
export function stateOf(row: HardeningRow): RowState {
  const { cuda, verdict, value } = row
  if (verdict !== undefined && isOpen(row)) {
    const { word, tone } = outcomeWords[verdict.status]
    return { word: cuda === 'breaks' ? 'Breaks CUDA' : word, tone }
  }
  if (value === undefined && verdict === undefined) return { word: 'Not shown', tone: 'unknown' }
  if (cuda === 'would-break') return { word: 'Off, for CUDA', tone: 'na' }
  if (verdict?.status === 'pass') return { word: 'Holds', tone: 'pass' }
  return verdict === undefined ? { word: 'Not judged', tone: 'na' } : { word: outcomeWords[verdict.status].word, tone: 'na' }
}

/** An empty value is a value: `CapabilityBoundingSet=` gives nothing. What was printed on several lines is one list. */
export const valueWords = ({ value }: HardeningRow): string =>
  value === undefined ? 'Not shown' : value === '' ? 'empty' : plainText(value.replaceAll('\n', ', '), 300)

export const cudaWords: Readonly<Record<NonNullable<HardeningRow['cuda']>, string>> = {
  breaks: 'Set like this it keeps the server from the GPU.',
  'would-break': 'Guides recommend it, but it would keep this server from the GPU. It is never asked for.',
}

/** Rows of which something is said that is not well. */
export const onlyOpen = (groups: readonly HardeningGroup[]): HardeningGroup[] =>
  groups.map((group) => ({ ...group, rows: group.rows.filter(isOpen) })).filter(({ rows }) => rows.length > 0)
