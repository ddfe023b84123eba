/** A line of three texts, and in which of them it stands. */
export interface ConflictRow {
  readonly key: number
  readonly planned: boolean
  readonly now: boolean
  readonly wanted: boolean
  /** `moved`: the plan and the host do not agree about it. */
  readonly kind: 'same' | 'moved' | 'planned'
  readonly text: string
}

/** Lines as `shared/model/push-conflict.ts` has them. */
export const conflictRows = (lines: readonly string[]): readonly ConflictRow[] =>
  lines.map((line, key): ConflictRow => {
    const [planned, now, wanted] = [line[0] === 'P', line[1] === 'N', line[2] === 'T']
    const kind = planned !== now ? 'moved' : now === wanted ? 'same' : 'planned'
    return { key, planned, now, wanted, kind, text: line.slice(4) }
  })

/** "owner 0:0, mode 644, 1a2b3c4d5e6f…" */
export function stateText(state: string): string {
  const [content = '', uid, gid, mode] = state.split(':')
  if (uid === undefined) return state === 'absent' ? 'not there' : state
  if (content === 'link') return `a link, ${uid.slice(0, 12)}…`
  return `owner ${uid}:${gid}, mode ${mode}${/^[0-9a-f]{64}$/.test(content) ? `, SHA-256 ${content.slice(0, 12)}…` : ''}`
}
