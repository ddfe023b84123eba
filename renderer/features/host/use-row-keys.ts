import type { Verdict } from '#shared/model/verdict.ts'
import { useKeys } from '../../stores/use-keys.ts'
import type { OpenFinding } from './verdict-link.tsx'

/** J and K step through the rows of a tab, O opens the loudest finding about the chosen one. */
export function useRowKeys(
  keys: readonly string[],
  selected: string | undefined,
  onSelect: (key: string) => void,
  finding: Verdict | undefined,
  onFinding: OpenFinding,
): void {
  const step = (by: number) => () => {
    const at = selected === undefined ? -1 : keys.indexOf(selected)
    const next = keys[Math.min(Math.max(at + by, 0), keys.length - 1)]
    if (next !== undefined) onSelect(next)
  }
  const several = keys.length > 1
  useKeys({
    j: several ? step(1) : undefined,
    k: several ? step(-1) : undefined,
    o: finding === undefined ? undefined : () => onFinding(finding),
  })
}
