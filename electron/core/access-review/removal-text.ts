import { namedAs } from '#shared/account-kind.ts'
import { visible } from '#shared/words.ts'
import { shellDisplay } from '../probe/shell-quote.ts'
import type { Removal, RemovalStep } from './removal.ts'

/**
 * The removals of one host as text for a POSIX shell that root runs, for example by `ssh HOST sudo sh <FILE`. It stops at the first command that
 * fails, and may be run again. What a person must do stands in it as a comment.
 */
export function removalShell(host: string, removals: readonly Removal[]): string {
  const of = removals.filter((removal) => removal.host === host)
  return [
    `# Accounts to be removed from ${plain(host)}. Read it before root runs it: sh -eu, nothing is asked.`,
    'set -eu',
    `[ "$(id -u)" = 0 ] || { echo 'not root' >&2; exit 1; }`,
    ...of.flatMap(({ account, kind, refused, steps }) => [
      '',
      `# ${plain(namedAs(account, kind))}${refused === undefined ? '' : `: nothing is run. ${plain(refused)}`}`,
      ...steps.flatMap((step) => [`# ${plain(step.what)}`, ...commandOf(step)]),
    ]),
    '',
  ].join('\n')
}

/** All of it for people who read it first, sign it and run it: host by host, with the shell text of each. */
export function removalPlan(fleet: string, date: string, removals: readonly Removal[]): string {
  const hosts = [...new Set(removals.map(({ host }) => host))]
  return [
    `# Removals of the access review of ${plain(fleet)}, ${date}`,
    '',
    'What begins with "By push" Gatehouse does itself: `gatehouse access review plan --output FILE` makes the plans, `gatehouse push` carries them',
    'out, with its undo. The rest is for a person. The text of each host does all of it, for root, where a push is not possible: it has no undo.',
    'An account counts as removed when an audit no longer finds a way in, and what it leaves behind as gone when an audit no longer finds that;',
    'until then the review shows it as due.',
    '',
    ...(hosts.length === 0 ? ['Nothing is to be removed.', ''] : []),
    ...hosts.flatMap((host) => [
      `## ${plain(host)}`,
      '',
      ...removals.filter((removal) => removal.host === host).flatMap(section),
      '```sh',
      removalShell(host, removals).trimEnd(),
      '```',
      '',
    ]),
  ].join('\n')
}

const section = ({ account, kind, refused, steps }: Removal): string[] => [
  `- **${escaped(account)}**${namedAs('', kind)}${refused === undefined ? '' : `: by hand. ${escaped(refused)}`}`,
  ...steps.map((step) => `  - ${wayOf(step)}: ${escaped(step.what)}`),
]

const wayOf = ({ argv, pushed }: RemovalStep): string => (pushed ? 'By push' : argv ? 'By root' : 'By hand')

/** The command of a step on one line; undefined where a person must do it. */
export const commandLine = (step: RemovalStep): string | undefined => commandOf(step)[0]

function commandOf({ argv, onlyIf }: RemovalStep): string[] {
  if (argv === undefined) return []
  const text = (words: readonly string[]) => words.map(shellDisplay).join(' ')
  return [onlyIf === undefined ? text(argv) : `if ${text(onlyIf)} >/dev/null 2>&1; then ${text(argv)}; fi`]
}

/** Text of a host on one line. */
const plain = (text: string): string => visible(text).replaceAll(/\s+/g, ' ').trim()
const escaped = (text: string): string => plain(text).replaceAll(/[\\`*_<>[\]#|&]/g, (sign) => `\\${sign}`)
