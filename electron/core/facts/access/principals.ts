import { isWithin } from '../../is-within.ts'
import type { FileLine } from '../privileged/read-block.ts'
import type { NamedFile } from './pam-account.ts'

/** Where files of AuthorizedPrincipalsFile lie by custom: sshd_config(5) names no place for them. */
const PLACES = ['auth_principals', 'authorized_principals', 'principals'].map((name) => `/etc/ssh/${name}`)

/** Files that say for which names of a certificate sshd lets an account in. */
export interface Principals {
  /** Files and folders that were read whole, but for `unread`. */
  readonly places: readonly string[]
  readonly files: readonly NamedFile[]
  /** What the audit account may not read below them. */
  readonly unread: readonly string[]
}

/** Piece of the script that adds to `$trust`, where there is such a file or folder. A row with number 0 says that it was looked into. */
export const principalsScript = `for f in ${PLACES.join(' ')}; do [ -e "$f" ] && trust="$trust
$f:0:
$(grep -rHn '[^[:blank:]]' "$f" 2>&1)"; done
`

/** Of rows of the script: those that grep numbered, and its complaints. Undefined where there was no such place, or it was not looked for. */
export function parsePrincipals(lines: readonly FileLine[], texts: readonly string[]): Principals | undefined {
  const places = PLACES.filter((place) => lines.some(({ file, number }) => file === place && number === 0))
  if (places.length === 0) return undefined
  const files = new Map<string, string[]>()
  for (const { file, number, text } of lines)
    if (number > 0 && places.some((place) => isWithin(file, place))) files.set(file, [...(files.get(file) ?? []), text])
  const unread = texts.flatMap((text) => {
    const path = /(\/etc\/ssh\/[^:]+): (?:Permission denied|warning|binary file matches)|^Binary file (\/etc\/ssh\/\S+) matches/.exec(text)
    return path?.[1] ?? path?.[2] ?? []
  })
  return { places, files: [...files].map(([file, own]) => ({ file, texts: own })), unread }
}
