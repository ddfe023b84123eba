import type { LogLine, LogPiece, ServiceLog } from '#shared/model/service-log.ts'
import { LOG_LINES } from './logs-command.ts'
import { redactMessage } from './redact/redact-message.ts'

/**
 * Lines of `journalctl --output=json` (systemd.io/JOURNAL_EXPORT_FORMATS, JSON): a field that holds more than 4096 bytes is null, one that is not printable
 * text an array of bytes. Content is taken out of each. Pure, never throws.
 */
export function parseJournal(text: string): ServiceLog {
  const lines: LogLine[] = []
  let unreadable = 0
  for (const raw of text.split('\n')) {
    if (raw.trim() === '') continue
    const line = lineOf(raw)
    if (line === undefined) unreadable++
    else lines.push(line)
  }
  return { lines, more: lines.length >= LOG_LINES, unreadable }
}

function lineOf(raw: string): LogLine | undefined {
  let entry: unknown
  try {
    entry = JSON.parse(raw)
  } catch {
    return undefined
  }
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return undefined
  const field = (name: string): unknown => (Object.hasOwn(entry, name) ? Reflect.get(entry, name) : undefined)
  const word = (name: string, shape: RegExp): string | undefined => {
    const value = field(name)
    return typeof value === 'string' && shape.test(value) ? value : undefined
  }
  const cursor = word('__CURSOR', /^[\w;=-]{1,400}$/)
  if (cursor === undefined || field('MESSAGE') === undefined) return undefined
  const micros = Number(word('__REALTIME_TIMESTAMP', /^\d{1,17}$/) ?? Number.NaN)
  const at = new Date(micros / 1000)
  // `_PID` is what journald itself saw (systemd.journal-fields(7), trusted fields): no service can claim to be process 1.
  const ofInit = word('_PID', /^1$/) !== undefined
  return {
    id: cursor,
    at: Number.isNaN(at.getTime()) ? null : at.toISOString(),
    priority: Number(word('PRIORITY', /^[0-7]$/) ?? Number.NaN) || (word('PRIORITY', /^0$/) ? 0 : null),
    by: word('SYSLOG_IDENTIFIER', /^[\w.@/-]{1,40}$/) ?? '',
    pieces: piecesOf(field('MESSAGE'), ofInit),
  }
}

function piecesOf(message: unknown, ofInit: boolean): LogPiece[] {
  if (typeof message === 'string') return redactMessage(message, ofInit)
  if (message === null) return [{ text: '[not printed: longer than 4096 bytes]' }]
  if (Array.isArray(message) && message.length > 0 && message.every(isByte))
    return redactMessage(Buffer.from(message).toString('utf8'), ofInit)
  // A field that an entry has several times.
  if (Array.isArray(message))
    return message.slice(0, 20).flatMap((one) => (Array.isArray(one) && !one.every(isByte) ? [] : piecesOf(one, ofInit)))
  return []
}

const isByte = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255
