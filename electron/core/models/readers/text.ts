import type { ByteSource } from '../byte-source.ts'
import { Unreadable } from './unreadable.ts'

/** The whole of a small text. @throws {Unreadable} when it has more than `maxBytes` or is no UTF-8 */
export async function readText(source: ByteSource, maxBytes: number, signal?: AbortSignal): Promise<string> {
  if (source.size > maxBytes) throw new Unreadable(`a text of more than ${maxBytes} bytes is not read`)
  const bytes = await source.read(0, source.size, signal)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Unreadable('it is no UTF-8')
  }
}
