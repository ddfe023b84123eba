import type { LogPiece } from '#shared/model/service-log.ts'
import { visible } from '#shared/words.ts'
import { redact } from '../../facts/secrets.ts'
import { jsonPieces } from './json-line.ts'
import { llamaCppPieces } from './llama-cpp.ts'
import { localAiPieces } from './localai.ts'
import { nginxPieces } from './nginx.ts'
import { ollamaPieces } from './ollama.ts'
import { removed } from './shapes.ts'
import { vllmPieces } from './vllm.ts'

/** journald splits longer lines itself (LineMax=, journald.conf(5)); what is longer here is taken out. */
const MAX_CHARACTERS = 16_384
const COLOUR = /\p{Cc}\[[0-9;]{0,20}m/gu

const readers = [ollamaPieces, vllmPieces, llamaCppPieces, localAiPieces, nginxPieces, jsonPieces]

/** Shapes of keys that the names beside them do not give away: JSON web tokens, AWS, Slack, and long runs without a blank; digests stay. */
const KEYS =
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?|\bAKIA[0-9A-Z]{16}\b|\bxox[abp]-[\w-]{10,}|(?<![\w:/.-])(?!sha256)[A-Za-z0-9+_]{40,}={0,2}(?![\w/.-])/g
const withoutKeys = (text: string): string => redact(text).replace(KEYS, '‹redacted›')

/**
 * A message of a service without its content. What is shown is known to be harmless: a line of a shape that nobody described is taken out as a whole. `ofInit`: systemd
 * itself says it, of the unit, and it is shown but for secrets. Pure, bounded, never throws.
 */
export function redactMessage(message: string, ofInit: boolean): LogPiece[] {
  const plain = message.replace(COLOUR, '')
  const line = plain.slice(0, MAX_CHARACTERS).trimEnd()
  if (line === '') return []
  const pieces = ofInit
    ? [{ text: line }]
    : (readers.map((read) => read(line)).find((read) => read !== undefined) ?? [removed('line of an unknown shape', line)])
  const rest = plain.slice(MAX_CHARACTERS)
  return joined([...pieces, ...(rest === '' ? [] : [removed('rest of the line', rest)])])
}

/** Texts beside each other become one, so that a secret is seen as a whole. */
function joined(pieces: readonly LogPiece[]): LogPiece[] {
  const out: LogPiece[] = []
  for (const piece of pieces) {
    const last = out.at(-1)
    if ('text' in piece && last !== undefined && 'text' in last) out[out.length - 1] = { text: last.text + piece.text }
    else out.push(piece)
  }
  return out
    .filter((piece) => !('text' in piece) || piece.text !== '')
    .map((piece) => ('text' in piece ? { text: visible(withoutKeys(piece.text)) } : piece))
}
