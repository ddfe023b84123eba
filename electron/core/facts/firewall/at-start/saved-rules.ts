import type { SectionOutput } from '../../../probe/section.ts'
import type { FilterFiles } from '../../os/os.ts'
import type { Unread } from '../firewalld/files.ts'

export type SavedFile = FilterFiles['files'][number]

/** What `netfilter-persistent save` and the like wrote: rows of `grep -rsH . /etc/iptables`, which root alone may read. Undefined where nothing lies there, or nobody asked. */
export const readSavedRules = (output: SectionOutput): readonly SavedFile[] | Unread | undefined => readRows(output, 1)

/** What ufw loads when it starts: rows of `grep -sH` over its files, which root alone may read; one of them may be missing. Undefined where it is off, or nobody asked. */
export const readUfwFiles = (output: SectionOutput): readonly SavedFile[] | Unread | undefined => readRows(output, 2)

function readRows({ state, exitCode, stdout, sudoers, command }: SectionOutput, worst: number): readonly SavedFile[] | Unread | undefined {
  if (state === 'not-run') return undefined
  if (state !== 'ok' || exitCode === null || exitCode > worst)
    return { unread: state === 'denied' ? `sudo refused "${command}".` : `"${command}" was not read whole.`, sudoers }
  const files = new Map<string, { value: string; line: number }[]>()
  for (const [index, row] of stdout.split('\n').entries()) {
    const [, path, value] = /^(\/etc\/(?:iptables|ufw)\/[^:]+):(.*)$/.exec(row) ?? []
    if (path === undefined || value === undefined) continue
    const rows = files.get(path) ?? []
    rows.push({ value, line: index + 1 })
    files.set(path, rows)
  }
  return files.size === 0 ? undefined : [...files].map(([path, rows]) => ({ path, line: rows[0]?.line ?? 0, whole: true, rows }))
}
