import { fnmatch } from '../../fnmatch.ts'
import type { FilterFiles } from '../../os/os.ts'
import { isWholeNft, parseNft } from '../nft/parse.ts'
import type { Table } from '../ruleset.ts'

export interface NftFile {
  readonly tables: readonly Table[]
  /** It empties the rule set before, so what others loaded until then is gone. */
  readonly flushes: boolean
}

type Row = FilterFiles['files'][number]['rows'][number]

const MAX_ROWS = 5000

/**
 * What `nft -f` makes of a file, put into the form of a listing: includes and variables resolved, one statement a line (nft(8), INPUT FILE FORMATS). A reason
 * where it says more than tables in blocks: rules that are added by commands are not followed.
 */
export function readNftFile(path: string, { files, sealed }: FilterFiles): NftFile | string {
  const rows: Row[] = []
  const trouble = collect(path, { files, sealed }, rows, [])
  if (trouble) return trouble
  const lines = statements(substituted(rows))
  const text = lines.map(({ value }) => value).join('\n')
  if (!isWholeNft(text)) return `${path} breaks off inside a table.`
  const strange = topLevel(lines).find((line) => !/^(?:(?:flush|delete|destroy|add) )?table \w+ \S+$|^flush ruleset(?: \w+)?$/.test(line))
  if (strange !== undefined) return `${path} says more than tables in blocks: ${strange.slice(0, 100)}`
  const tables = parseNft(text, 'os').map((table) => moved(table, lines))
  const names = tables.map(({ family, name }) => `${family} ${name}`)
  if (new Set(names).size < names.length) return `${path} writes a table in several parts.`
  return { tables, flushes: topLevel(lines).some((line) => /^flush ruleset$/.test(line)) }
}

/** Rows of the file and of what it includes, in the order in which nft reads them. */
function collect(path: string, filter: Pick<FilterFiles, 'files' | 'sealed'>, rows: Row[], above: readonly string[]): string | undefined {
  const file = filter.files.find((each) => each.path === path)
  if (!file) return `${path} could not be read.`
  if (!file.whole) return `${path} is too long to be followed.`
  if (above.includes(path) || rows.length > MAX_ROWS) return `${path} includes itself.`
  for (const row of file.rows) {
    const value = withoutComment(row.value)
    const [, pattern] = /^\s*include\s+"([^"]+)"\s*;?\s*$/.exec(value) ?? []
    if (pattern === undefined) {
      if (/\binclude\b/.test(value)) return `${path} includes in a way that is not followed.`
      rows.push({ value, line: row.line })
      continue
    }
    const whole = pattern.startsWith('/') ? pattern : `/etc/${pattern}`
    const folder = whole.slice(0, whole.lastIndexOf('/') + 1)
    const included = filter.files.filter((each) => fnmatch(whole, each.path, true) === true).map((each) => each.path)
    const hidden = filter.sealed.some(({ value: closed }) => closed === folder || fnmatch(whole, closed, true) !== false)
    const known = /^\/etc\/nftables\.d\/$|^\/etc\/nftables\/$/.test(folder) && /[*?[]/.test(whole)
    if (hidden || (included.length === 0 && !known)) return `${whole}, which ${path} includes, could not be read.`
    for (const next of included.sort()) {
      const trouble = collect(next, filter, rows, [...above, path])
      if (trouble) return trouble
    }
  }
  return undefined
}

/** Outside of a string. */
const withoutComment = (text: string): string => text.replace(/("[^"]*")|#.*/g, (_, string: string | undefined) => string ?? '')

/** `define NAME = value` gone, `$NAME` replaced by the value that it has there. */
function substituted(rows: readonly Row[]): Row[] {
  const values = new Map<string, string>()
  const replaced: Row[] = []
  for (let index = 0; index < rows.length; index += 1) {
    const { line } = rows[index] as Row
    let value = rows[index]?.value ?? ''
    // Goes on in the next line: at a backslash, and inside the braces of a value.
    while (index + 1 < rows.length && (/\\\s*$/.test(value) || (/^\s*(?:re)?define\s/.test(value) && depthOf(value) > 0))) {
      index += 1
      value = `${value.replace(/\\\s*$/, '')} ${rows[index]?.value ?? ''}`
    }
    value = value.replace(/\$(\w+)/g, (whole, name: string) => values.get(name) ?? whole)
    const [, name, given = ''] = /^\s*(?:re)?define\s+(\w+)\s*=\s*(.*?)\s*;?\s*$/.exec(value) ?? []
    if (name === undefined) replaced.push({ value, line })
    else values.set(name, given)
  }
  return replaced
}

const depthOf = (text: string): number => [...text].reduce((depth, mark) => depth + (mark === '{' ? 1 : mark === '}' ? -1 : 0), 0)

/** One statement a line; the policy of a chain stands behind its hook, as it is listed. */
function statements(rows: readonly Row[]): Row[] {
  const lines: Row[] = []
  let head: number | undefined
  for (const { value, line } of rows) {
    for (const part of value.split(/;(?=(?:[^"]*"[^"]*")*[^"]*$)/)) {
      const statement = spaced(part).replace(/\s+/g, ' ').trim()
      if (statement === '') continue
      const [, policy, rest = ''] = /^policy (accept|drop)\b\s*(.*)$/.exec(statement) ?? []
      const above = head === undefined ? undefined : lines[head]
      if (policy !== undefined && head !== undefined && above) {
        lines[head] = { ...above, value: `${above.value}; policy ${policy};` }
        if (rest !== '') lines.push({ value: rest, line })
        continue
      }
      if (/\btype \w+ hook /.test(statement)) head = lines.length
      lines.push({ value: statement, line })
    }
  }
  return lines
}

/** `{ 22: accept, 80:drop }` as it is listed, with a blank before the colon. */
const spaced = (text: string): string =>
  text.replace(/"[^"]*"|(?<=[\w"]):(?=\s|(?:accept|drop|continue|return|jump|goto)\b)/g, (found) => (found === ':' ? ' : ' : found))

/** Statements outside of all blocks; of a block the words before it. */
function topLevel(lines: readonly Row[]): readonly string[] {
  const found: string[] = []
  let depth = 0
  for (const { value } of lines) {
    let outside = ''
    for (const mark of value.replace(/"[^"]*"/g, '""')) {
      if (mark === '{') depth += 1
      else if (mark === '}') depth -= 1
      else if (depth === 0) outside += mark
    }
    if (outside.trim() !== '') found.push(outside.trim())
  }
  return found
}

/** Lines of the text become lines of what the host printed. */
function moved(table: Table, lines: readonly Row[]): Table {
  const at = <T extends { readonly line: number }>(each: T): T => ({ ...each, line: lines[each.line - 1]?.line ?? 0 })
  const chains = Object.entries(table.chains).map(([name, chain]) => [name, { ...at(chain), rules: chain.rules.map(at) }] as const)
  return { ...table, chains: Object.assign(Object.create(null), Object.fromEntries(chains)) }
}
