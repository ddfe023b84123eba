import type { BlockRow } from '../blocks.ts'
import type { SudoGrant } from '../privileged/privileged.ts'
import { readNumbered } from '../privileged/read-block.ts'
import { parseDoas } from './doas.ts'
import { exportsPattern, type OpenExport, parseExports } from './exports.ts'
import { namedFilesScript, type PamAccount, pamFilesScript, pamPattern, parsePamAccount } from './pam-account.ts'
import { type Principals, parsePrincipals, principalsScript } from './principals.ts'

/** What becomes root by other rules than those of sudo. Lines point into section `access`. */
export interface Trust {
  /** Rules of doas(1), where it is set up. */
  readonly doas?: { readonly grants: readonly SudoGrant[]; readonly incomplete?: string | undefined } | undefined
  /** Groups whose members su asks for no password (pam_wheel(8)). */
  readonly trusted: readonly { readonly group: string; readonly line: number }[]
  /** Absent in audits that did not ask, and where sshd has no file of its own in /etc/pam.d. */
  readonly pam?: PamAccount | undefined
  /** Absent where nothing of it lies in the usual places, and in audits that did not ask. */
  readonly principals?: Principals | undefined
  /** Folders that NFS gives away with root in them. Absent in audits that did not ask. */
  readonly exports?: readonly OpenExport[]
  /** Folders and files of libraries that every program loads (ld.so(8)). */
  readonly libraries: readonly { readonly file: string; readonly path: string; readonly line: number }[]
}

/** A program that is root for whoever starts it, or holds capabilities with which it becomes root (capabilities(7)). */
export interface Raised {
  readonly path: string
  /** `setuid root`, `cap_setuid=ep`. */
  readonly by: string
  readonly line: number
}

/** Longer rows are cut. */
const WIDTH = 400

/**
 * Piece of the `access` script; leaves `$trust` and `$raised`, whose paths are looked at. Everybody may read these files; one that is closed is named by grep.
 * Programs that are setuid on every host are left out.
 */
export const trustScript = `${pamFilesScript}trust=$(grep -rHnE '^[ \t"]*(permit|deny)|pam_wheel.*trust|^AdminId|^/([^lu]|usr/lo)|${pamPattern}|${exportsPattern}' $pam /etc/doas.conf /etc/doas.d /etc/pam.d/su /etc/polkit-1/localauthority.conf.d /etc/ld.so.preload /etc/ld.so.conf.d 2>&1)
${namedFilesScript}${principalsScript}raised=$({ find /usr/bin /usr/sbin /usr/local /opt /bin /sbin -xdev -maxdepth 3 -type f -user 0 -perm -4000 | grep -vE '/(u?mount|su|sudo|passwd|ch(sh|fn)|newgrp|gpasswd|pkexec|fusermount3?)$'; getcap -r /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin | grep -E 'set[ug]id|setfcap|dac|own|mknod|bpf|sys_(ad|pt|mo|ra)| =[eip]'; } 2>/dev/null)
for name in trust raised; do
  printf '@%s\\n' "$name"
  eval 'printf "%s\\n" "$'$name'"' | list ${WIDTH}
done
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
    principals: parsePrincipals(
      lines,
      rows.map(({ text }) => text),
    ),
    pam: parsePamAccount(lines, shut, WIDTH),
    // ld.so.preload takes several in a line.
    libraries: of('/etc/ld.so.').flatMap(({ file, text, line }) =>
      text.split(/[\s:]+/).flatMap((path) => (path.startsWith('/') ? [{ file, path, line }] : [])),
    ),
  }
}

/** The rows of `@raised`: a path alone is setuid; getcap puts what it found behind it, before libcap 2.41 with ` = `. */
export const parseRaised = (rows: readonly BlockRow[]): readonly Raised[] =>
  rows.flatMap(({ text, line }): readonly Raised[] => {
    const [, path, held] = /^(\/[^\s]+)(?: (?:= )?(cap_\S+|=\S+))?$/.exec(text) ?? []
    if (path === undefined) return []
    // Inherited ones alone give nothing to who has none.
    if (held !== undefined && !/[+=][ei]*p/.test(held)) return []
    return [{ path, by: held ?? 'setuid root', line }]
  })
