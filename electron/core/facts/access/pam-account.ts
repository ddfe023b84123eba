import { parseStack, type Stack } from '../pam/parse.ts'
import type { FileLine } from '../privileged/read-block.ts'

/** What sshd asks PAM of an account that has proven who it is, by key or by password. Lines point into section `access`. */
export interface PamAccount extends Stack {
  /** Of access.conf(5), in their order. */
  readonly rules: readonly AccessRule[]
  /** Why there may be more of them. */
  readonly rulesUnread?: string | undefined
}

/** A line of access.conf(5): `+` or `-`, users, and from where. */
export interface AccessRule {
  readonly allows: boolean
  readonly users: string
  readonly origins: string
  readonly line: number
}

/** Where distributions keep what the service `sshd` asks; each that is there is read. */
const STACKS = ['sshd', 'common-account', 'password-auth', 'system-auth', 'system-remote-login', 'system-login', 'base-account']

/** Piece of the `access` script: leaves `$pam`, the files that are there, with those of NFS. Words are split at ends of lines there. */
export const pamFilesScript = `pam=
for f in ${STACKS.map((name) => `/etc/pam.d/${name}`).join(' ')} /etc/security/access.conf /etc/security/access.d /etc/exports /etc/exports.d; do [ -e "$f" ] && pam="$pam
$f"; done
`
/** What grep(1) finds of them. */
export const pamPattern = '^-?account|^@include.*account|^[ \t]*[-+][ \t]*:'

const MAX_RULES = 1000

/** Rows are cut at `width`. */
export function parsePamAccount(lines: readonly FileLine[], closed: readonly string[], width: number): PamAccount | undefined {
  const all = lines.filter(({ file }) => file.startsWith('/etc/pam.d/'))
  // Its next line does not begin with a type, and was not printed.
  const cut = all.find(({ file, text, number }) => text.endsWith('\\') || file.length + String(number).length + text.length + 2 >= width)
  const stack = parseStack(
    all.map((line) => ({ ...line, text: line.text.replace(/\\$/, '') })),
    'account',
  )
  if (stack === undefined) return undefined
  const files = lines.filter(({ file }) => file === '/etc/security/access.conf' || /^\/etc\/security\/access\.d\/[^/]+\.conf$/.test(file))
  const rules = files
    // The file first, then those of the folder by their names (pam_access(8)).
    .toSorted((a, b) => Number(a.file.includes('.d/')) - Number(b.file.includes('.d/')) || (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))
    .flatMap(({ text, line }): AccessRule[] => {
      const [, sign, users, origins] = /^\s*([-+])\s*:([^:]*):(.*)$/.exec(text) ?? []
      return users === undefined || origins === undefined ? [] : [{ allows: sign === '+', users, origins, line }]
    })
  const shut = closed.find((path) => path.startsWith('/etc/security/access'))
  const long = files.some(({ file, text, number }) => file.length + String(number).length + text.length + 2 >= width)
  const unread = shut ?? (long || rules.length > MAX_RULES ? 'a line of access.conf' : undefined)
  const incomplete = cut ? `${cut.file} line ${cut.number} goes on` : closed.find((path) => path.startsWith('/etc/pam.d/'))
  return {
    ...stack,
    ...(incomplete !== undefined && { incomplete }),
    rules: rules.slice(0, MAX_RULES),
    ...(unread !== undefined && { rulesUnread: `${unread} was not read` }),
  }
}
