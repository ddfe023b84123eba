import type { PamEntry, PamModule } from '../pam/pam.ts'
import { parseStack } from '../pam/parse.ts'
import { authenticates, type PamResult } from '../pam/run-stack.ts'
import type { FileLine } from '../privileged/read-block.ts'

/** A stack of PAM that says yes to somebody who proved nothing. Lines point into section `access`. */
export interface OpenStack {
  readonly file: string
  /** The conditions under which it does. Empty: whoever comes. */
  readonly onlyIf: readonly string[]
  readonly line: number
}

/** What sshd asks, with all that it includes. */
export const SSHD = '/etc/pam.d/sshd'

/** What login, su, sudo and sshd ask, as distributions divide it. */
const FILES = [...['common-auth', 'system-auth', 'password-auth'].map((name) => `/etc/pam.d/${name}`), SSHD]

/** RHEL includes it behind what asks; it is about sessions (authselect), and is not read. */
const BEHIND = '/etc/pam.d/postlogin was not read'

/** They ask nobody: what they say depends on who comes, from where or when. A program of one's own that is given the password is a proof. */
const isCondition = ({ name, arguments: words }: PamModule): boolean =>
  /^pam_(?:succeed_if|access|listfile|localuser|rhosts|wheel|usertype|shells|securetty|rootok)$/.test(name) ||
  (/^pam_(?:exec|script)$/.test(name) && !words.includes('expose_authtok'))
/** What the rest says of somebody without a proof (Linux-PAM 1.5.2, asked): the first let everybody in, the second have no say. */
function withoutProof({ name, arguments: words }: PamModule): PamResult {
  if (/^pam_(?:permit|cap|echo)$/.test(name) || (name === 'pam_faillock' && !words.includes('authfail'))) return 'success'
  return /^pam_(?:env|faildelay|group|mail|nologin|keyinit|issue|warn|sepermit|umask)$/.test(name) ? 'ignore' : 'auth_err'
}

/** Open branches of a stack that are followed at most: two to the power of this. */
const MAX_OPEN = 8

/** Follows each stack while every module that asks for a proof gets none; a stack that is not all there tells nothing. */
export function parseOpenStacks(lines: readonly FileLine[], width: number): readonly OpenStack[] {
  return FILES.flatMap((file) => {
    const stack = parseStack(lines, 'auth', file)
    // The next line of one that goes on was not printed.
    const cut = lines.some(
      ({ file: own, text, number }) =>
        own === file && (text.endsWith('\\') || own.length + String(number).length + text.length + 2 >= width),
    )
    const found = stack && !cut && (stack.incomplete ?? BEHIND) === BEHIND ? openBy(stack.entries) : undefined
    return found ? [{ file, ...found }] : []
  })
}

function openBy(entries: readonly PamEntry[]): Omit<OpenStack, 'file'> | undefined {
  const modules = flat(entries)
  const open = modules.filter(isCondition)
  // An audit that did not ask for the stack has of it that one alone (`pam-cap.ts`).
  if (open.length > MAX_OPEN || modules.every(({ name }) => name === 'pam_cap')) return undefined
  // As few conditions as there need be.
  const branches = [...Array(2 ** open.length).keys()].map((bits) => new Set(open.filter((_, at) => (bits >> at) & 1)))
  const yes = branches
    .toSorted((a, b) => a.size - b.size)
    .find((said) => authenticates(entries, (module) => (said.has(module) ? 'success' : withoutProof(module))))
  if (!yes) return undefined
  const [by] = yes.size > 0 ? yes : modules.filter((module) => withoutProof(module) === 'success')
  return { onlyIf: [...yes].map(({ name, arguments: words }) => [name, ...words].join(' ')), line: (by ?? modules[0])?.line ?? 0 }
}

const flat = (entries: readonly PamEntry[]): readonly PamModule[] =>
  entries.flatMap((entry) => ('substack' in entry ? flat(entry.substack) : [entry]))
