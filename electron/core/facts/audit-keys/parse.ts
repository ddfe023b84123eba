import type { BlockRow } from '../blocks.ts'
import type { AuthorizedKey } from './audit-keys.ts'

/** What a line begins with that has no options. */
const KEY_TYPE = /^(?:ssh-|ecdsa-|sk-)\S+\s/

/** Rows of `grep -nH`: `/home/audit/.ssh/authorized_keys:1:from="10.0.0.10" ssh-ed25519 AAAA… name`. */
export function parseAuthorizedKeys(rows: readonly BlockRow[]): readonly AuthorizedKey[] {
  return rows.flatMap(({ text, line }): AuthorizedKey[] => {
    const match = /^(\/[^:]*):\d{1,7}:\s*(.*)$/.exec(text)
    if (!match?.[1]) return []
    const [, file, rest = ''] = match
    const from = KEY_TYPE.test(rest) ? undefined : fromOf(rest)
    return [{ file, line, ...(from && { from }) }]
  })
}

/** The value of `from=` among options that end at the first blank outside of quotes; the first of several holds, as in sshd. */
function fromOf(text: string): readonly string[] | undefined {
  let at = 0
  while (at < text.length && !/\s/.test(text[at] ?? '')) {
    const option = /^([A-Za-z-]+)(?:="((?:[^"\\]|\\.)*)")?(?:,|(?=\s)|$)/.exec(text.slice(at))
    if (!option) return undefined
    if (option[1]?.toLowerCase() === 'from' && option[2] !== undefined)
      return option[2]
        .replaceAll('\\"', '"')
        .split(',')
        .map((pattern) => pattern.trim())
        .filter(Boolean)
    at += option[0].length
  }
  return undefined
}
