import type { SectionOutput } from '../../../probe/section.ts'
import { type BlockRow, readBlocks } from '../../blocks.ts'
import type { FilterFiles } from '../../os/os.ts'
import { TOO_LONG } from '../../privileged/collect.ts'
import { readCommand } from '../../privileged/read-block.ts'
import type { Unread } from '../firewalld/files.ts'

export type SavedFile = FilterFiles['files'][number]

/** What `netfilter-persistent save` and the like wrote: rows of `grep -rsH . /etc/iptables`, which root alone may read. Undefined where nothing lies there, or nobody asked. */
export function readSavedRules({ state, exitCode, stdout, sudoers, command }: SectionOutput): readonly SavedFile[] | Unread | undefined {
  if (state === 'not-run') return undefined
  if (state !== 'ok' || exitCode === null || exitCode > 1)
    return { unread: state === 'denied' ? `sudo refused "${command}".` : `"${command}" was not read whole.`, sudoers }
  const rows = stdout.split('\n').map((text, index) => ({ text, line: index + 1 }))
  return filesOf(rows, /^(\/etc\/iptables\/[^:]+):(.*)$/)
}

/** What ufw loads when it starts: rows of `grep -n` over its files, which root alone may read; some of them may be missing. Undefined where it is off, or nobody asked. */
export function readUfwFiles(output: SectionOutput): readonly SavedFile[] | Unread | undefined {
  const isAsked = readBlocks(output.stdout).has('ufw')
  if (output.state === 'not-run' || (!isAsked && (output.state === 'ok' || output.state === 'denied'))) return undefined
  const printed = readCommand(output, 'ufw', 'Files of ufw')
  if (!printed.known) return { unread: `${printed.reason}.`, sudoers: output.sudoers }
  const { rows } = printed.value
  if (printed.value.exitCode > 2 || rows.some(({ text }) => text.endsWith(TOO_LONG)))
    return { unread: 'they were not read whole.', sudoers: output.sudoers }
  return filesOf(rows, /^(\/etc\/ufw\/[^:]+):\d+:(.*)$/)
}

/** `pattern` takes the path and the line of a file out of a row. */
function filesOf(all: readonly BlockRow[], pattern: RegExp): readonly SavedFile[] | undefined {
  const files = new Map<string, { value: string; line: number }[]>()
  for (const { text, line } of all) {
    const [, path, value] = pattern.exec(text) ?? []
    if (path === undefined || value === undefined) continue
    const rows = files.get(path) ?? []
    rows.push({ value, line })
    files.set(path, rows)
  }
  return files.size === 0 ? undefined : [...files].map(([path, rows]) => ({ path, line: rows[0]?.line ?? 0, whole: true, rows }))
}
