import type { BlockRow } from '../blocks.ts'
import { readKeyOptions } from '../key-options.ts'
import type { AuthorizedKey } from './audit-keys.ts'

/** Rows of `grep -nH`: `/home/audit/.ssh/authorized_keys:1:from="10.0.0.10" ssh-ed25519 AAAA… name`. */
export function parseAuthorizedKeys(rows: readonly BlockRow[]): readonly AuthorizedKey[] {
  return rows.flatMap(({ text, line }): AuthorizedKey[] => {
    const match = /^(\/[^:]*):\d{1,7}:\s*(.*)$/.exec(text)
    if (!match?.[1]) return []
    const [, file, rest = ''] = match
    const from = fromOf(rest)
    return [{ file, line, ...(from && { from }) }]
  })
}

/** The value of `from=`; of several, which sshd refuses, the first. */
const fromOf = (text: string): readonly string[] | undefined =>
  readKeyOptions(text)
    .options.find(({ name, value }) => name === 'from' && value !== undefined)
    ?.value?.split(',')
    .map((pattern) => pattern.trim())
    .filter(Boolean)
