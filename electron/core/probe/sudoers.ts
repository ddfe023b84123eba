import type { PrivilegedCommand, SectionSpec, SudoProgram } from './section.ts'

/**
 * Sudoers text of exact commands, after sudoers(5). Arguments are matched by fnmatch(3) against all words joined by single blanks, so
 * `*?[]!` keep a backslash for fnmatch, a backslash needs two for each of the two readers, and `,:=#` and blanks, which would end a word or
 * begin a comment, are escaped for sudoers alone. A blank inside a word is therefore not told from the blank between two words.
 * `""` as the only argument means that none is allowed.
 */
const escapedForSudo = (word: string): string => word.replaceAll('\\', '\\\\\\\\').replace(/[*?[\]!,:=# \t]/g, '\\$&')

/** Of a command with its arguments (`MAX_LEN` of tokens.rs in sudo-rs). */
const LONGEST_OF_SUDO_RS = 1024

/**
 * sudo-rs takes arguments as they are, word by word (sudoers-rs(5)): none may hold a blank, nor `*` and `?`, since it has no wildcards and says so, nor begin as
 * a regular expression does.
 */
function commandOfSudoRs(path: string, args: readonly string[]): string | undefined {
  if (args.some((word) => word === '' || word === '""' || /^\^|[\s*?]/.test(word))) return undefined
  if ([path, ...args].join(' ').length > LONGEST_OF_SUDO_RS) return undefined
  return [path, ...(args.length === 0 ? ['""'] : args.map((word) => word.replace(/[\\,:=#]/g, '\\$&')))].join(' ')
}

/**
 * One command for one program path, e.g. `/usr/bin/ss -Htulnp`. Undefined when sudoers cannot say exactly this: line breaks, blanks at either
 * end, a leading `^` (a regular expression from 1.9.10 on, not before), or a blank before `-`, `(` or `!`, where a part of one word could pose
 * as an option or operator of its own (`/models -delete`).
 */
export function sudoersCommand(path: string, args: readonly string[], program: SudoProgram = 'sudo'): string | undefined {
  if (program === 'sudo-rs') return commandOfSudoRs(path, args)
  const joined = args.join(' ')
  if (/[\n\r\0]/.test(joined) || joined.startsWith('^') || joined.trim() !== joined) return undefined
  if (args.includes('') || args.some((word) => /[ \t][-(!]/.test(word))) return undefined
  return args.length === 0 ? `${escapedForSudo(path)} ""` : [path, ...args].map(escapedForSudo).join(' ')
}

/** `DOMAIN\user` and blanks are escaped the same way; a name that begins with `%`, `+` or `#` would mean something else there. */
const escapeUser = (user: string): string => {
  if (!/^[A-Za-z_]/.test(user)) throw new RangeError('not an account name')
  return user.replace(/[\\,:=!@()"\s]/g, '\\$&')
}

/** Only absolute paths: sudo must never search for the program. */
function paths(command: PrivilegedCommand): readonly string[] {
  const absolute = [command.argv[0], ...(command.alternatives ?? [])].filter((path) => path.startsWith('/'))
  if (absolute.length === 0) throw new RangeError(`${command.argv[0]}: a command for sudo needs an absolute path`)
  return [...new Set(absolute)]
}

/** The exact line that allows one command in all its homes. Undefined when sudoers cannot express it. */
export function sudoersLineFor(user: string, command: PrivilegedCommand, program: SudoProgram = 'sudo'): string | undefined {
  const [, ...args] = command.argv
  const commands = paths(command).map((path) => sudoersCommand(path, args, program))
  return commands.includes(undefined) ? undefined : `${escapeUser(user)} ALL=(root) NOPASSWD: ${commands.join(', ')}`
}

/** What a section runs as root where this is the sudo. */
export function privilegedCommands(section: SectionSpec, program: SudoProgram = 'sudo'): readonly PrivilegedCommand[] {
  if (section.kind === 'script') return section.privileged.filter((command) => (command.program ?? program) === program)
  if (section.privilege === 'none') return []
  return [section.alternatives ? { argv: section.argv, alternatives: section.alternatives } : { argv: section.argv }]
}

/**
 * The drop-in of an account that pushes: a shell without any argument, which reads the program of a step on its standard input. That is root, so it
 * says so.
 */
export const changeSudoersFor = (user: string): string =>
  [
    "# Gatehouse: account that changes this host, used only while a push is open. It can do all that root can: guard its key like root's.",
    '# Leave it out where Gatehouse only looks. Install: visudo -c -f gatehouse-change && install -m 0440 -o root -g root gatehouse-change /etc/sudoers.d/gatehouse-change',
    `${escapeUser(user)} ALL=(root) NOPASSWD: ${sudoersCommand('/bin/sh', [])}`,
    '',
  ].join('\n')

/**
 * A complete read-only drop-in for `/etc/sudoers.d`: exact commands, no wildcards, sorted, so that two runs give the same text.
 * `gatehouse sudoers` and the settings screen show it; it passes `visudo -c`.
 */
export function sudoersFor(user: string, sections: readonly SectionSpec[], program: SudoProgram = 'sudo'): string {
  const rules = new Map<string, string[]>()
  for (const section of sections) {
    for (const command of privilegedCommands(section, program)) {
      const line = sudoersLineFor(user, command, program) ?? `# cannot be allowed exactly: ${JSON.stringify(command.argv)}`
      rules.set(line, [...(rules.get(line) ?? []), section.id])
    }
  }
  const body = [...rules].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([line, ids]) => [`# ${[...new Set(ids)].sort().join(', ')}`, line])
  return [
    '# Gatehouse: read-only audit account. Exact commands, nothing else; no wildcard, no editor, no pager.',
    ...(program === 'sudo-rs' ? ['# For sudo-rs, which Ubuntu has had since 25.10: it reads words differently from sudo.'] : []),
    '# Install: visudo -c -f gatehouse-audit && install -m 0440 -o root -g root gatehouse-audit /etc/sudoers.d/gatehouse-audit',
    `# Where sudoers says "Defaults requiretty", add: Defaults:${escapeUser(user)} !requiretty`,
    ...body,
    '',
  ].join('\n')
}
