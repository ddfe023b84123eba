import { createHash } from 'node:crypto'
import type { BlockRow } from '../blocks.ts'
import { type KeyOption, readKeyOptions } from '../key-options.ts'
import type { KeysMissed, LoginKey } from './access.ts'

const KEY = /(?:^|\s)((?:ssh|ecdsa|sk)-[A-Za-z0-9@.-]{2,80})\s+(AAAA[A-Za-z0-9+/]{8,16384}={0,2})(?:\s+(.*))?$/

/** A value this long may have been cut. */
export const MAX_VALUE = 400

/** Rows of `grep -Hn`: `/home/ada/.ssh/authorized_keys:1:from="10.0.0.10" ssh-ed25519 AAAA… name`. Comments and broken lines are no keys. */
export function parseLoginKeys(rows: readonly BlockRow[]): readonly LoginKey[] {
  return rows.flatMap(({ text, line }): LoginKey[] => {
    const [, file, rest = ''] = /^(\/[^:]*authorized_keys[^:]*):\d{1,7}:\s*(.*)$/.exec(text) ?? []
    if (file === undefined || rest.startsWith('#')) return []
    const { options, end } = readKeyOptions(rest)
    const [, type, blob, comment = ''] = KEY.exec(rest.slice(end)) ?? []
    if (type === undefined || blob === undefined) return []
    const bytes = Buffer.from(blob, 'base64')
    const bits = type === 'ssh-rsa' ? rsaBits(bytes) : undefined
    return [
      {
        ...{ file, type, line, comment: comment.slice(0, 200), options: options.map(shortened) },
        fingerprint: `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`,
        ...(bits !== undefined && { bits }),
      },
    ]
  })
}

/** The script cuts rows here. */
const MAX_ROW = 4000

/**
 * Why sshd may know keys that are not among the rows: what find and grep complain of beside folders that are not there, a file that grep takes for
 * binary, a line that was cut. sudo's own words are none of it.
 */
export function missedKeys(rows: readonly BlockRow[]): KeysMissed | undefined {
  for (const { text, line } of rows) {
    if (/^\/[^:]*authorized_keys[^:]*:/.test(text)) {
      if (text.length >= MAX_ROW)
        return { reason: `A line of ${text.slice(0, text.indexOf(':')).slice(0, 120)} was too long to be read`, line }
    } else if (/^(?:\S*\/)?(?:find|grep): /.test(text) || /^Binary file /.test(text)) {
      if (!/: No such file or directory$/.test(text)) return { reason: `Keys were not read everywhere: ${text.slice(0, 160)}`, line }
    }
  }
  return undefined
}

const shortened = ({ name, value }: KeyOption): KeyOption => ({ name, ...(value !== undefined && { value: value.slice(0, MAX_VALUE) }) })

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
