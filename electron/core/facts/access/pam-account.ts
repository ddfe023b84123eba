import { parseStack, type Stack } from '../pam/parse.ts'
import type { FileLine } from '../privileged/read-block.ts'

/** What sshd asks PAM of an account that has proven who it is, by key or by password. Lines point into section `access`. */
export interface PamAccount extends Stack {
  /** Of access.conf(5), in their order. */
  readonly rules: readonly AccessRule[]
  /** Why there may be more of them. */
  readonly rulesUnread?: string | undefined
  /** Lists of pam_listfile(8), other files of pam_access(8), /etc/shells for pam_shells(8). Absent in audits that did not ask. */
  readonly named?: readonly NamedFile[]
}

/** A file that an argument of a module names, and was read: its lines, without those that are blank. */
export interface NamedFile {
  readonly file: string
  readonly texts: readonly string[]
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
/** What grep(1) finds of them, and of common-auth. */
export const pamPattern = '^-?a(ccount|uth)|^@include.*a(ccount|uth)|^[ \t]*[-+][ \t]*:'

/**
 * Piece of the script behind the grep(1) whose answer is `$trust`: files that modules are given, where there are such modules. A row with number 0 says that the
 * file was read: one without lines lets nobody in.
 */
export const namedFilesScript = `case $trust in *pam_listfile*|*accessfile=*|*pam_shells*)
for f in $(printf '%s\\n' "$trust" | sed -n -e 's/^[^#]*pam_listfile[^#]*[[:blank:]]file=\\([^[:blank:]]*\\).*/\\1/p' -e 's/^[^#]*[[:blank:]]accessfile=\\([^[:blank:]]*\\).*/\\1/p' -e 's/^[^#]*pam_shells.*/\\/etc\\/shells/p'); do
[ -f "$f" ] && [ -r "$f" ] && trust="$trust
$f:0:
$(grep -Hn '[^[:blank:]]' "$f")"
done ;;
esac
`

const MAX_RULES = 1000
/** Longer lists are cut where they are read. */
const MAX_NAMED_LINES = 2000

/** A line of access.conf(5); undefined where it is none. */
export function accessRule(text: string, line = 0): AccessRule | undefined {
  const [, sign, users, origins] = /^\s*([-+])\s*:([^:]*):(.*)$/.exec(text) ?? []
  return users === undefined || origins === undefined ? undefined : { allows: sign === '+', users, origins, line }
}

/** Files of which a row with number 0 says that they were read, as far as all of each is there. */
function namedFiles(lines: readonly FileLine[], width: number): readonly NamedFile[] {
  const read = new Set(lines.flatMap(({ file, number }) => (number === 0 ? file : [])))
  return [...read].flatMap((file) => {
    // What the pattern of the first grep found of it stands there a second time.
    const own = [...new Map(lines.flatMap((line) => (line.file === file && line.number > 0 ? [[line.number, line]] : []))).values()]
    const isCut = own.some(({ text, number }) => file.length + String(number).length + text.length + 2 >= width)
    return isCut || own.length > MAX_NAMED_LINES
      ? []
      : [{ file, texts: own.toSorted((a, b) => a.number - b.number).map(({ text }) => text) }]
  })
}

/** Rows are cut at `width`. */
export function parsePamAccount(lines: readonly FileLine[], closed: readonly string[], width: number): PamAccount | undefined {
  // What is asked for a proof says nothing here, but that its file was read, which others include.
  const all = lines
    .filter(({ file }) => file.startsWith('/etc/pam.d/'))
    .map((line) => (/^-?auth\b/.test(line.text) ? { ...line, text: '' } : line))
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
      const rule = accessRule(text, line)
      return rule ? [rule] : []
    })
  const shut = closed.find((path) => path.startsWith('/etc/security/access'))
  const long = files.some(({ file, text, number }) => file.length + String(number).length + text.length + 2 >= width)
  const unread = shut ?? (long || rules.length > MAX_RULES ? 'a line of access.conf' : undefined)
  const incomplete = cut ? `${cut.file} line ${cut.number} goes on` : closed.find((path) => path.startsWith('/etc/pam.d/'))
  return {
    ...stack,
    ...(incomplete !== undefined && { incomplete }),
    rules: rules.slice(0, MAX_RULES),
    named: namedFiles(lines, width),
    ...(unread !== undefined && { rulesUnread: `${unread} was not read` }),
  }
}
