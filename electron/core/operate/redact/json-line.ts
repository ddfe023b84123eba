import type { LogPiece } from '#shared/model/service-log.ts'
import { isShape, removed, requestPath } from './shapes.ts'

/** Fields of structured logs that are shown, where their value has the shape: those of Gatehouse's own access log, and what zerolog and uvicorn add. */
const fields: Readonly<Record<string, (value: string) => LogPiece[] | undefined>> = {
  ...Object.fromEntries(['timestamp', 'time', 'ts'].map((key) => [key, only(/^[\d:.TZ+-]{8,40}$/)])),
  ...Object.fromEntries(['level', 'method', 'logger'].map((key) => [key, only(/^[A-Za-z.]{1,20}$/)])),
  ...Object.fromEntries(
    [
      'http_status',
      'status',
      'request_bytes',
      'response_bytes',
      'request_duration_s',
      'upstream_duration_s',
      'duration',
      'latency',
      'pid',
    ].map((key) => [
      key,
      (value: string) => (isShape('num', value) || isShape('dur', value) || value === '-' || value === '' ? [{ text: value }] : undefined),
    ]),
  ),
  ...Object.fromEntries(['client_ip', 'remote_addr', 'ip'].map((key) => [key, only(/^[0-9A-Fa-f.:]{2,45}$/)])),
  request_id: only(/^[0-9a-f-]{8,36}$/),
  authenticated_user: only(/^[\w.@-]{0,64}$/),
  server: only(/^[\w.-]{0,120}$/),
  ...Object.fromEntries(['endpoint', 'uri', 'url', 'path'].map((key) => [key, requestPath])),
}

function only(shape: RegExp): (value: string) => LogPiece[] | undefined {
  return (value) => (shape.test(value) ? [{ text: value }] : undefined)
}

/** A line that is one JSON object: the known fields, and how much else there was. Undefined: none. */
export function jsonPieces(line: string): LogPiece[] | undefined {
  if (!line.startsWith('{')) return undefined
  let parsed: unknown
  try {
    parsed = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const shown: LogPiece[] = []
  let others = ''
  for (const [key, value] of Object.entries(parsed)) {
    const read = Object.hasOwn(fields, key) ? fields[key] : undefined
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
    const pieces = text === undefined ? undefined : read?.(text)
    if (pieces === undefined) others += `${key}${text ?? JSON.stringify(value)}`
    else shown.push({ text: `${shown.length === 0 ? '' : ', '}${key}: ` }, ...pieces)
  }
  return [...shown, ...(others === '' ? [] : [{ text: shown.length === 0 ? '' : ', ' }, removed('other fields', others)])]
}
