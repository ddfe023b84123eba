import type { OtherScan } from '#shared/model/scan-report.ts'
import { visible } from '#shared/words.ts'
import type { FileIdentity } from '../../store/model.repo.ts'
import { identityOf } from '../hashes/parse-hashes.ts'

export type OtherScanner = OtherScan['scanner']

export interface FoundScanner {
  readonly scanner: OtherScanner
  readonly program: string
  /** Root alone can change it. */
  readonly safe: boolean
}

export interface ScannerRun {
  readonly index: number
  readonly status: number
  readonly output: string
  /** Of the file before and after; undefined when it was not there, or is no file. */
  readonly before: FileIdentity | undefined
  readonly after: FileIdentity | undefined
}

export interface ScannerAnswer {
  readonly found: readonly FoundScanner[]
  readonly runs: readonly ScannerRun[]
  readonly finished: boolean
}

const MAX_DETAILS = 5
const MAX_DETAIL_CHARS = 300

const scannerNamed = (word: string): OtherScanner | undefined => (word === 'picklescan' || word === 'modelscan' ? word : undefined)

/** Reads what `scannerScript` prints. Never throws; lines of others than the script are output of the run that they stand in. */
export function readScannerAnswer(text: string, nonce: string): ScannerAnswer {
  const found: FoundScanner[] = []
  const runs: ScannerRun[] = []
  let finished = false
  let open: { readonly index: number; readonly before: FileIdentity | undefined; readonly lines: string[] } | undefined
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${nonce} `)) {
      open?.lines.push(line)
      continue
    }
    const [kind, first = '', second = '', ...rest] = line.slice(nonce.length + 1).split(' ')
    if (kind === 'z') finished = true
    const scanner = scannerNamed(first)
    const program = [second, ...rest].join(' ')
    if ((kind === 's' || kind === 'u') && scanner && program.startsWith('/')) found.push({ scanner, program, safe: kind === 's' })
    if (kind === 'b' && /^\d{1,5}$/.test(first)) open = { index: Number(first), before: identityOf(second), lines: [] }
    if (kind === 'e' && open && open.index === Number(first)) {
      const { index, before, lines } = open
      const status = /^\d{1,3}$/.test(second) ? Number(second) : -1
      runs.push({ index, status, output: lines.join('\n'), before, after: identityOf(rest[0] ?? '') })
      open = undefined
    }
  }
  return { found, runs, finished }
}

type Judged = Pick<OtherScan, 'verdict' | 'detail'>

/** What a scanner said of a file. What neither its status nor its words say clearly is `failed`, never `nothing`. */
export function verdictOf(scanner: OtherScanner, { status, output }: Pick<ScannerRun, 'status' | 'output'>): Judged {
  const lines = output.split('\n').map((line) => line.trim())
  if (status === 124 || status === 137) return { verdict: 'failed', detail: 'It took more than a minute' }
  return scanner === 'picklescan' ? ofPicklescan(status, lines) : ofModelscan(status, lines)
}

/**
 * Statuses 0 nothing, 1 found, 2 failed (its README); `FILE: dangerous import 'posix system' FOUND`. A file that it cannot parse ends with 0 and a
 * warning (seen with 1.0.4).
 */
function ofPicklescan(status: number, lines: readonly string[]): Judged {
  const imports = lines.flatMap((line) => / import '([^']{1,300})' FOUND$/.exec(line)?.[1] ?? [])
  if (status === 1 || imports.length > 0) return { verdict: 'found', detail: listed(imports) }
  if (status !== 0) return failed(status, lines)
  const warning = lines.find((line) => /^(?:WARNING|ERROR): /.test(line))
  if (warning !== undefined) return { verdict: 'not-judged', detail: shown(warning) }
  const count = (name: string) => Number(lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? Number.NaN)
  if (count('Scanned files') === 0) return { verdict: 'not-judged', detail: 'It scanned nothing in it' }
  return count('Scanned files') > 0 && count('Infected files') === 0 ? { verdict: 'nothing', detail: '' } : failed(status, lines)
}

/**
 * Statuses 0 nothing, 1 found, 2 failed, 3 no supported file, 4 usage (its README). It ends with 0 also when it skipped the file (seen with 0.8.6), so
 * only a file that it says to have scanned counts.
 */
function ofModelscan(status: number, lines: readonly string[]): Judged {
  const issues = lines.flatMap((line) => /^- Description: (.{1,300})$/.exec(line)?.[1] ?? [])
  if (status === 1 || issues.length > 0) return { verdict: 'found', detail: listed(issues) }
  if (status === 3) return { verdict: 'not-judged', detail: 'It does not know this kind of file' }
  if (status !== 0 || lines.some((line) => line.startsWith('--- Errors'))) return failed(status, lines)
  if (!lines.some((line) => /^Scanning .* using .* model scan$/.test(line))) return { verdict: 'not-judged', detail: 'It skipped the file' }
  return lines.some((line) => line.startsWith('No issues found')) ? { verdict: 'nothing', detail: '' } : failed(status, lines)
}

function failed(status: number, lines: readonly string[]): Judged {
  const last = lines.findLast((line) => line !== '') ?? ''
  return { verdict: 'failed', detail: shown(`It ended with ${status}${last === '' ? '' : `: ${last}`}`) }
}

function listed(all: readonly string[]): string {
  const different = [...new Set(all)]
  const more = different.length > MAX_DETAILS ? ` and ${different.length - MAX_DETAILS} more` : ''
  return shown(`${different.slice(0, MAX_DETAILS).join(', ')}${more}`)
}

/** Text of the host for people's eyes. */
const shown = (text: string): string => visible(text).replaceAll('\n', '·').slice(0, MAX_DETAIL_CHARS)
