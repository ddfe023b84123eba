import { createHash } from 'node:crypto'
import type { Citation } from '../facts/citation.ts'
import type { SectionOutput } from '../probe/section.ts'
import { printedRows } from './section-rows.ts'

/**
 * Words that differ from one audit to the next although nothing has changed: process ids, file descriptors, queue lengths, packet
 * counters, times, and the days left until a date. Everything else of a line is what was found.
 */
const noise: readonly (readonly [RegExp, string])[] = [
  // Which secret it is says nothing about whether one stands there.
  [/‹(redacted|short|word|placeholder)-[0-9a-f]+›/g, '‹$1›'],
  [/\b(pid|ppid|fd|ino|sk|MainPID|ExecMainPID|ControlPID)=\d+/g, '$1='],
  [/\b((?:start|stop)_time)=\[[^\]]*\]/g, '$1='],
  [/"(Id|ID|Pid|Status|RunningFor|CreatedAt|StartedAt|Created|Size)":(?:"[^"]*"|\d+)/g, '"$1":'],
  [/<(pid|used_memory)>[^<]*</g, '<$1><'],
  [/\bpackets \d+ bytes \d+/g, 'packets bytes'],
  [/\[\d+:\d+\]/g, '[:]'],
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2}| UTC)?/g, ''],
  [/\b\d{2}:\d{2}:\d{2}\b/g, ''],
  [/\b\d+ (day|hour|minute|week|month)s?\b/g, '$1'],
]

/** Where numbers stand in the rows of a section, without words around them. */
const rowNoise: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  // State, receive queue, send queue of ss.
  listeners: [[/^(\S+\s+\S+)\s+\d+\s+\d+\s/, '$1 ']],
  'listeners-proc': [[/^\s*\d+:/, '']],
  // pid and ppid of ps, and the rows about one process.
  processes: [
    [/^\s*\d+\s+\d+\s/, ''],
    [/^(@[a-z]+) \d+/, '$1'],
  ],
}

function stable(text: string, section?: string): string {
  const rules = [...((section && rowNoise[section]) || []), ...noise]
  return rules
    .reduce((line, [pattern, replacement]) => line.replace(pattern, replacement), text)
    .replace(/\s+/g, ' ')
    .trim()
}

interface Found {
  readonly control: string
  readonly subject: string
  readonly status: string
  readonly severity: string
  readonly title: string
  readonly cite: readonly Citation[]
}

/**
 * The first 128 bits (hex) of SHA-256 over what was found: the verdict, and the lines that prove it. Offending lines (those with a note) stand for all where
 * there are any, with those of which it is known what they prove. An absence, which cites a whole section, is its verdict alone: what else that section says
 * does not matter to it.
 */
export function evidenceDigest(found: Found, outputs: ReadonlyMap<string, SectionOutput>): string {
  const proofOf = ({ section, line, proves }: Citation): string => {
    const output = outputs.get(section)
    return proves ?? `${section}\0${stable((output && printedRows(output)[line - 1]) ?? '', section)}`
  }
  const proofs = found.cite.filter(({ proves }) => proves !== '')
  const deciding = proofs.some(({ note }) => note !== undefined)
    ? proofs.filter(({ note, proves }) => note !== undefined || proves !== undefined)
    : proofs
  const cited = deciding.filter(({ line, proves }) => line > 0 || proves !== undefined).map(proofOf)
  const parts = [found.control, found.subject, found.status, found.severity, stable(found.title), ...[...new Set(cited)].sort()]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
