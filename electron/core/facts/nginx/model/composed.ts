/**
 * Paths that steps make of others, nearest first. No step is tried twice in a row of them: what it does again leads where it led. `cut`: there are more than there is room for.
 */
export function composed<Step extends object>(
  start: Iterable<readonly [path: string, by?: Step]>,
  steps: readonly Step[],
  {
    room,
    made,
    fits,
  }: {
    readonly room: number
    readonly made: (step: Step, of: string) => readonly string[]
    /** May this step come before that one, which what it leads to was made by, if by any? */
    readonly fits: (step: Step, next: Step | undefined) => boolean
  },
): { readonly paths: ReadonlySet<string>; readonly cut: boolean } {
  const open = [...start].map(([path, by]) => ({ path, row: by === undefined ? [] : [by] }))
  const paths = new Set(open.map(({ path }) => path))
  const most = paths.size + room
  for (const { path, row } of open)
    for (const step of steps) {
      if (row.includes(step) || !fits(step, row[0])) continue
      for (const one of made(step, path)) {
        if (paths.has(one)) continue
        if (paths.size >= most) return { paths, cut: true }
        paths.add(one)
        open.push({ path: one, row: [step, ...row] })
      }
    }
  return { paths, cut: false }
}
