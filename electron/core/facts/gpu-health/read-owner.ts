import type { BlockRow } from '../blocks.ts'
import type { GpuProcess } from './gpu-health.ts'

/** Account and cgroup of a process, from the rows that `collect.ts` prints of it. */
export function readOwner(rows: readonly BlockRow[]): Pick<GpuProcess, 'uid' | 'cgroup'> {
  const uid = rows.flatMap(({ text }) => /^uid (\d{1,10})$/.exec(text)?.[1] ?? [])[0]
  const cgroup = rows.flatMap(({ text }) => /^cgroup (\/.*)$/.exec(text)?.[1] ?? [])[0]
  return { uid: uid === undefined ? undefined : Number(uid), cgroup }
}
