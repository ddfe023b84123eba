import type { ModelFormat } from '#shared/model/model-format.ts'

/** UTF-8 without control characters, but for a character cut at the end. */
export function looksLikeText(head: Uint8Array): boolean {
  if (head.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0c && byte !== 0x0d)) return false
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true })
    return true
  } catch {
    return false
  }
}

/** What a text is by how it begins; whether it is more is found by reading it. */
export function textKind(head: Uint8Array): ModelFormat {
  const text = new TextDecoder().decode(head).trimStart()
  // A Jinja template begins with two braces, and a vocabulary may begin with [PAD].
  if (/^(?:\{\s*["}]|\[\s*(?:["{[\]\d-]|true|false|null))/.test(text)) return 'json'
  if (/^#!.*\bpython/.test(text)) return 'python'
  return text.startsWith('#!') ? 'script' : 'text'
}
