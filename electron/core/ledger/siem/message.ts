import type { LedgerRecord } from '../record.ts'

/** How a record is written for others: its own line, ArcSight's Common Event Format (revision 26), or a syslog message (RFC 5424). */
export const ledgerFormats = ['jsonl', 'cef', 'syslog'] as const
export type LedgerFormat = (typeof ledgerFormats)[number]

export interface Console {
  /** Name of this computer. */
  readonly name: string
  /** Version of Gatehouse. */
  readonly version: string
}

/** One line without its newline, whatever stands in the record. */
export function ledgerMessage(record: LedgerRecord, format: LedgerFormat, from: Console): string {
  if (format === 'jsonl') return JSON.stringify(record)
  return format === 'cef' ? cef(record, from) : syslog(record, from, oneLine(record.detail))
}

/** CEF as the text of a syslog message: what collectors of CEF listen for. */
export const cefOverSyslog = (record: LedgerRecord, from: Console): string => syslog(record, from, cef(record, from))

/** What a person should look at: something was not proven, was refused, or nobody can say. */
const isAlarming = ({ action, detail }: LedgerRecord): boolean =>
  action.endsWith('.refused') || (action.endsWith('.verdict') && /^(?:unknown|rolled-back-not-proven)\b/.test(detail))

/** No text of a record may end its line or move a terminal. */
const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ')
const inHeader = (text: string): string => oneLine(text).replace(/[\\|]/g, '\\$&')
const inExtension = (text: string): string => oneLine(text).replace(/[\\=]/g, '\\$&')

function cef(record: LedgerRecord, { version }: Console): string {
  const { seq, at, who, action, host, subject, detail, hash } = record
  const header = ['CEF:0', 'Gatehouse', 'Gatehouse', version, action, action.replaceAll(/[.-]/g, ' '), isAlarming(record) ? '8' : '3']
  const extension = {
    ...{ rt: String(Date.parse(at)), externalId: String(seq), suser: who, dhost: host, act: action },
    ...{ cs1Label: 'subject', cs1: subject, cs2Label: 'hash', cs2: hash, msg: detail },
  }
  const pairs = Object.entries(extension).filter(([, value]) => value !== '')
  const [first, ...rest] = header.map(inHeader)
  return `${[first, ...rest].join('|')}|${pairs.map(([key, value]) => `${key}=${inExtension(value)}`).join(' ')}`
}

/** Facility 13 is "log audit"; severity 4 a warning, 5 a notice. */
const FACILITY = 13
/** RFC 5612: the enterprise number for examples; Gatehouse has none of its own. */
const SD_ID = 'gatehouse@32473'

function syslog(record: LedgerRecord, from: Console, text: string): string {
  const { seq, at, who, action, host, subject, hash } = record
  const priority = FACILITY * 8 + (isAlarming(record) ? 4 : 5)
  const parameters = Object.entries({ seq: String(seq), who, host, subject, hash }).map(
    ([name, value]) => `${name}="${oneLine(value).replace(/["\\\]]/g, '\\$&')}"`,
  )
  const header = [`<${priority}>1`, at, printable(from.name, 255), 'gatehouse', '-', printable(action, 32)]
  return `${header.join(' ')} [${SD_ID} ${parameters.join(' ')}] \uFEFF${text}`
}

const printable = (text: string, length: number): string => text.replace(/[^!-~]/g, '').slice(0, length) || '-'
