import type { BlockRow } from '../blocks.ts'
import type { PathEntry } from '../path-entry.ts'
import type { SudoGrant } from '../privileged/privileged.ts'
import { readNumbered } from '../privileged/read-block.ts'
import { parseDoas } from './doas.ts'
import { exportsPattern, type OpenExport, parseExports } from './exports.ts'
import { namedFilesScript, type PamAccount, pamFilesScript, pamPattern, parsePamAccount } from './pam-account.ts'
import { type OpenStack, parseOpenStacks } from './pam-auth.ts'
import {
  CAPABILITY_FILE,
  capabilityPattern,
  type InheritingProgram,
  type LoginCapabilities,
  leadsToRoot,
  parseLoginCapabilities,
} from './pam-cap.ts'
import { type Principals, parsePrincipals, principalsScript } from './principals.ts'

/** What becomes root by other rules than those of sudo. Lines point into section `access`. */
export interface Trust {
  /** Rules of doas(1), where it is set up. */
  readonly doas?: { readonly grants: readonly SudoGrant[]; readonly incomplete?: string | undefined } | undefined
  /** Groups whose members su asks for no password (pam_wheel(8)). */
  readonly trusted: readonly { readonly group: string; readonly line: number }[]
  /** Absent in audits that did not ask, and where sshd has no file of its own in /etc/pam.d. */
  readonly pam?: PamAccount | undefined
  /** Absent in audits that did not ask. */
  readonly openStacks?: readonly OpenStack[]
  /** Absent where nothing of it lies in the usual places, and in audits that did not ask. */
  readonly principals?: Principals | undefined
  /** Folders that NFS gives away with root in them. Absent in audits that did not ask. */
  readonly exports?: readonly OpenExport[]
  /** Absent in audits that did not ask. */
  readonly capabilities?: LoginCapabilities
  readonly inheriting?: readonly InheritingProgram[]
  /** Folders and files of libraries that every program loads (ld.so(8)). */
  readonly libraries: readonly { readonly file: string; readonly path: string; readonly line: number }[]
}

/** A program that is another account or in another group for whoever starts it, or holds capabilities with which it becomes root (capabilities(7)). */
export interface Raised {
  readonly path: string
  /** `setuid root`, `setgid docker`, `cap_setuid=ep`. */
  readonly by: string
  /** Whose bits it has: not of capabilities, nor in audits that asked for no more than root’s. */
  readonly entry?: PathEntry
  readonly line: number
}

/** Longer rows are cut. */
export const WIDTH = 400

/** Programs of the distributions that have such a bit. */
const usual = [
  ...['mount', 'umount', 'su', 'sudo', 'passwd', 'chsh', 'chfn', 'chage', 'newgrp', 'gpasswd', 'pkexec', 'fusermount', 'fusermount3'],
  ...['expiry', 'unix_chkpwd', 'crontab', 'at', 'ssh-agent', 'write', 'bsd-write', 'wall', 'dotlockfile', 'locate', 'plocate'],
  ...['postdrop', 'postqueue'],
]

/** Extended regular expression: what getcap(8) prints of a program whose capabilities lead further. */
export const RAISING = 'set[ug]id|setfcap|dac|own|mknod|bpf|sys_(ad|pt|mo|ra)| =[eip]'

/**
 * Piece of the `access` script; leaves `$trust` and `$raised`, whose paths are looked at. Everybody may read these files; one that is closed is named by grep.
 * Programs that are setuid or setgid on every host are left out.
 */
export const trustScript = `${pamFilesScript}trust=$(grep -rHnE '^[ \t"]*(permit|deny)|pam_wheel.*trust|^AdminId|^/([^lu]|usr/lo)|${pamPattern}|${exportsPattern}|${capabilityPattern}' $pam /etc/pam.d/common-auth ${CAPABILITY_FILE} /etc/doas.conf /etc/doas.d /etc/pam.d/su /etc/polkit-1/localauthority.conf.d /etc/ld.so.preload /etc/ld.so.conf.d 2>&1)
${namedFilesScript}${principalsScript}raised=$({ find /usr/bin /usr/sbin /usr/local /opt /bin /sbin -xdev -maxdepth 3 -type f -perm /6000 ${usual.map((name) => `! -name ${name}`).join(' ')} -exec stat -c '%a/%U/%G/%n' {} +; getcap -r /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin $(find /opt -xdev -maxdepth 3 -type f -perm /111); } 2>/dev/null)
`

/** The rows of `@trust`. */
export function parseTrust(rows: readonly BlockRow[]): Trust {
  const lines = readNumbered({ rows, exitCode: 0, line: 0 })
  const shut = rows.flatMap(({ text }) => /(\/etc\/(?:pam\.d|security)\/[^:\s]+): Permission denied/.exec(text)?.[1] ?? [])
  const of = (folder: string) => lines.filter(({ file }) => file.startsWith(folder))
  const closed = rows.flatMap(({ text }) => /(\/etc\/doas\.(?:conf|d)\S*): Permission denied/.exec(text)?.[1] ?? [])[0]
  // Alpine’s doas reads /etc/doas.d/*.conf as well.
  const rules = lines.filter(({ file }) => /^\/etc\/doas\.(?:conf$|d\/[^/]+\.conf$)/.test(file))
  return {
    doas:
      rules.length > 0 || closed
        ? { ...parseDoas(rules), ...(closed && { incomplete: `${closed.slice(0, 100)} may not be read` }) }
        : undefined,
    // Without a name it is wheel, or the group with gid 0 where there is none.
    trusted: of('/etc/pam.d/su').flatMap(({ file, text, line }) =>
      file !== '/etc/pam.d/su' || !/pam_wheel.*trust/.test(text) || /^\s*#/.test(text) || /\bdeny\b/.test(text)
        ? []
        : (/\bgroup=(\S+)/.exec(text)?.[1] === undefined ? ['wheel', 'root'] : [/\bgroup=(\S+)/.exec(text)?.[1] ?? '']).map((group) => ({
            group,
            line,
          })),
    ),
    exports: parseExports(lines),
    capabilities: parseLoginCapabilities(lines, shut),
    principals: parsePrincipals(
      lines,
      rows.map(({ text }) => text),
    ),
    pam: parsePamAccount(lines, shut, WIDTH),
    openStacks: parseOpenStacks(lines, WIDTH),
    // ld.so.preload takes several in a line.
    libraries: of('/etc/ld.so.').flatMap(({ file, text, line }) =>
      text.split(/[\s:]+/).flatMap((path) => (path.startsWith('/') ? [{ file, path, line }] : [])),
    ),
  }
}

/** The rows of `@raised`: a mode before the path, or a path alone, which is setuid root; getcap puts what it found behind it, before libcap 2.41 with ` = `. */
export const parseRaised = (rows: readonly BlockRow[]): readonly Raised[] =>
  rows.flatMap(({ text, line }): readonly Raised[] => {
    const raised = parseSpecial(text, line)
    if (raised.length > 0) return raised
    const [, path, held] = /^(\/[^\s]+)(?: (?:= )?((?:cap_\S+|=\S+)(?: cap_\S+)*))?$/.exec(text) ?? []
    if (path === undefined) return []
    // Inherited ones alone give nothing to who has none (`pam-cap.ts`).
    const own = held
      ?.split(' ')
      .filter((clause) => /[+=][ei]*p/.test(clause) && (clause.startsWith('=') || clause.split(/[,+=]/).some(leadsToRoot)))
    return own?.length === 0 ? [] : [{ path, by: own?.join(' ') ?? 'setuid root', line }]
  })

/** `4755/root/docker//opt/agent`: both of its bits count. */
export function parseSpecial(text: string, line: number): readonly Raised[] {
  const [, bits, owner, group, path] = /^([0-7]{4,5})\/([^/\s]{1,256})\/([^/\s]{1,256})\/(\/[^\s].*)$/.exec(text) ?? []
  if (bits === undefined || owner === undefined || group === undefined || path === undefined) return []
  const mode = Number.parseInt(bits, 8)
  const entry: PathEntry = { path, type: 'file', owner, group, mode, line }
  const starts = (mode & 0o111) !== 0
  return [
    ...((mode & 0o4000) !== 0 && starts ? [{ path, by: `setuid ${owner}`, entry, line }] : []),
    // Without the bit to start it, that of the group asks for locks instead (chmod(2)).
    ...((mode & 0o2000) !== 0 && (mode & 0o010) !== 0 ? [{ path, by: `setgid ${group}`, entry, line }] : []),
  ]
}

/** Rows `-/home` and `+/home/ada`: on a file system that is mounted nosuid no such bit counts, nor do capabilities (mount(8)). */
export function withoutNosuid<T extends { readonly path: string }>(raised: readonly T[], rows: readonly BlockRow[]): readonly T[] {
  const mounts = rows.map(({ text }) => ({ nosuid: text.startsWith('-'), at: text.slice(1).replace(/\/$/, '') }))
  return raised.filter(({ path }) => {
    const over = mounts.filter(({ at }) => path.startsWith(`${at}/`))
    const longest = Math.max(...over.map(({ at }) => at.length))
    // What was mounted last lies on top.
    return over.findLast(({ at }) => at.length === longest)?.nosuid !== true
  })
}
