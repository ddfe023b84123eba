import type { BlockRow } from '../blocks.ts'
import type { FileLine } from '../privileged/read-block.ts'
import type { JobScript, TimedCommand } from './access.ts'

/** What `systemctl show -p Id,ExecStart,…` prints of services that timers start: blocks apart by empty rows. */
export function parseTimed(rows: readonly BlockRow[]): readonly TimedCommand[] {
  const found: TimedCommand[] = []
  let open: { command: string; line: number }[] = []
  let unit = ''
  for (const { text, line } of rows) {
    const command = /^Exec[A-Za-z]+=\{ path=\/.*? ; argv\[\]=(.*?) ; (?:ignore_errors|flags)=/.exec(text)?.[1]
    if (command !== undefined) open.push({ command, line })
    unit = /^Id=(.+)$/.exec(text)?.[1] ?? unit
    if (text !== '') continue
    if (unit !== '') found.push(...open.map((one) => ({ ...one, unit })))
    open = []
    unit = ''
  }
  return found
}

/** Scripts of jobs with the lines in them that fetch models; what is a comment or is only printed is left out. */
export const parseScripts = (read: readonly BlockRow[], unread: readonly BlockRow[], lines: readonly FileLine[]): readonly JobScript[] => [
  ...read.flatMap(({ text, line }): JobScript[] =>
    text.startsWith('/')
      ? [
          {
            path: text,
            line,
            read: true,
            fetches: lines.filter((one) => one.file === text && !/^\s*(?:#|echo |printf |logger )/.test(one.text)),
          },
        ]
      : [],
  ),
  ...unread.flatMap(({ text, line }): JobScript[] => (text.startsWith('/') ? [{ path: text, line, read: false, fetches: [] }] : [])),
]
