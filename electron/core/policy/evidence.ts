import type { Evidence } from '#shared/model/finding.ts'
import type { Citation } from '../facts/citation.ts'
import type { SectionOutput } from '../probe/section.ts'
import { printedRows, rowsOf } from './section-rows.ts'

const NEIGHBOURS = 2
const MAX_LINES = 40
const MAX_WHOLE_LINES = 12
const MAX_LINE_LENGTH = 400

/** Controls, DEL, C1, bidirectional and invisible characters are drawn, so that no line can look like what it is not (Trojan Source). */
export const visible = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0
    if (character === '\t') return character
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    return code === 0x7f ? '\u2421' : `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
  })

/** Cuts a long line, keeping the token in sight. */
function clip(text: string, token: string | undefined): string {
  if (text.length <= MAX_LINE_LENGTH) return text
  const at = token ? text.indexOf(token) : -1
  const start = at < MAX_LINE_LENGTH - 80 ? 0 : at - 80
  const end = start + MAX_LINE_LENGTH - 2
  return `${start > 0 ? '…' : ''}${text.slice(start, end).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '')}${end < text.length ? '…' : ''}`
}

function lineOf(number: number, raw: string, citation: Citation | undefined): Evidence['lines'][number] {
  const token = citation?.token === undefined ? undefined : visible(citation.token)
  const text = clip(visible(raw), token)
  return {
    number,
    text,
    ...(citation?.note === undefined ? {} : { note: visible(citation.note) }),
    ...(token && text.includes(token) ? { token } : {}),
  }
}

/**
 * Scripts that gather several small things begin each row with a mark, so that a host cannot begin a block of its own (`facts/blocks.ts`). The host did not say
 * it, so nobody who reads the row is shown it. Output of a single command has no such header above, and keeps its first character.
 */
export function withoutMark(lines: readonly string[], number: number): string {
  const text = lines[number - 1] ?? ''
  if (!isRow(text)) return text
  let above = number - 2
  while (above >= 0 && isRow(lines[above] ?? '')) above--
  return /^@[a-z]/.test(lines[above] ?? '') ? text.slice(1) : text
}

/** `:` marks what oauth2-proxy reads from a file of its own. */
const isRow = (text: string): boolean => text.startsWith('=') || text.startsWith(':')

/** Which lines to show: the cited ones first, then their neighbours, as far as the limit goes. */
function chosenNumbers(cited: readonly number[], count: number): number[] {
  const chosen = new Set(cited.filter((line) => line >= 1 && line <= count).slice(0, MAX_LINES))
  const citedLines = [...chosen]
  for (let distance = 1; distance <= NEIGHBOURS; distance++) {
    for (const line of citedLines) {
      for (const near of [line - distance, line + distance]) {
        if (near >= 1 && near <= count && chosen.size < MAX_LINES) chosen.add(near)
      }
    }
  }
  if (cited.includes(0) && chosen.size === 0) for (let line = 1; line <= Math.min(count, MAX_WHOLE_LINES); line++) chosen.add(line)
  return [...chosen].sort((a, b) => a - b)
}

/** What one section says about a finding. Without any line of stdout, that of stderr (why it failed) is shown. */
export function evidenceOf(output: SectionOutput, citations: readonly Citation[]): Evidence {
  const stdout = printedRows(output)
  const lines = stdout.length > 0 ? stdout : rowsOf(output.stderr)
  const numbers = chosenNumbers(stdout.length > 0 ? citations.map(({ line }) => line) : [0], lines.length)
  return {
    section: output.id,
    command: visible(output.command),
    exitCode: output.exitCode,
    sha256: output.sha256,
    durationMs: output.durationMs,
    lines: numbers.map((number) =>
      lineOf(
        number,
        withoutMark(lines, number),
        citations.find(({ line }) => line === number),
      ),
    ),
  }
}

/** One piece of evidence per section, in the order of the citations. Sections that the probe does not have are left out. */
export function evidenceFor(citations: readonly Citation[], outputs: ReadonlyMap<string, SectionOutput>): Evidence[] {
  const bySection = new Map<string, Citation[]>()
  for (const citation of citations) bySection.set(citation.section, [...(bySection.get(citation.section) ?? []), citation])
  return [...bySection].flatMap(([id, cited]) => {
    const output = outputs.get(id)
    return output ? [evidenceOf(output, cited)] : []
  })
}
