import { createHash } from 'node:crypto'
import type { BlockRow } from '../blocks.ts'
import type { LoginKey } from './access.ts'

const KEY = /(?:^|\s)((?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]{2,80})\s+(AAAA[A-Za-z0-9+/]{8,16384}={0,2})(?:\s+(.*))?$/

/** Rows of `grep -Hn`: `/home/ada/.ssh/authorized_keys:1:from="10.0.0.10" ssh-ed25519 AAAA… name`. Comments and broken lines are no keys. */
export function parseLoginKeys(rows: readonly BlockRow[]): readonly LoginKey[] {
  return rows.flatMap(({ text, line }): LoginKey[] => {
    const [, file, rest = ''] = /^(\/[^:]*authorized_keys[^:]*):\d{1,7}:\s*(.*)$/.exec(text) ?? []
    if (file === undefined || rest.startsWith('#')) return []
    const end = optionsEnd(rest)
    const [, type, blob, comment = ''] = KEY.exec(rest.slice(end)) ?? []
    if (type === undefined || blob === undefined) return []
    const bytes = Buffer.from(blob, 'base64')
    const bits = type === 'ssh-rsa' ? rsaBits(bytes) : undefined
    return [
      {
        ...{ file, type, line, comment: comment.slice(0, 200), options: optionsOf(rest.slice(0, end)) },
        fingerprint: `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`,
        ...(bits !== undefined && { bits }),
      },
    ]
  })
}

/** Options end at the first blank outside of quotes; a line that begins with a type of key has none. */
function optionsEnd(text: string): number {
  if (/^(?:ssh|ecdsa|sk)-/.test(text)) return 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\' && text[at + 1] === '"') at++
    else if (text[at] === '"') quoted = !quoted
    else if (!quoted && /\s/.test(text[at] ?? '')) return at
  }
  return text.length
}

function optionsOf(text: string): LoginKey['options'] {
  return [...text.matchAll(/([A-Za-z0-9@.-]{1,60})(?:="((?:[^"\\]|\\.)*)")?(?:,|$)/g)].map(([, name = '', value]) => ({
    name: name.toLowerCase(),
    ...(value !== undefined && { value: value.replaceAll('\\"', '"').slice(0, 400) }),
  }))
}

/** `string type, mpint e, mpint n` (RFC 4253, section 6.6). */
function rsaBits(blob: Buffer): number | undefined {
  let at = 0
  for (let field = 0; field < 3; field++) {
    if (at + 4 > blob.length) return undefined
    const length = blob.readUInt32BE(at)
    if (field === 2) {
      const first = blob.findIndex((byte, index) => index >= at + 4 && byte !== 0)
      if (first < 0 || at + 4 + length > blob.length) return undefined
      return (at + 4 + length - first - 1) * 8 + (32 - Math.clz32(blob[first] ?? 0))
    }
    at += 4 + length
  }
  return undefined
}
