import type { OperateVerb } from '#shared/model/operate.ts'
import type { PrivilegedCommand } from '../probe/section.ts'
import { shellQuote } from '../probe/shell-quote.ts'

/**
 * The command of a verb, word by word: what sudoers allows an operator. systemd takes the job and goes on with it by itself, so that a link that is
 * cut stops nothing, and what came of it is found by looking.
 */
export const operateCommand = (verb: OperateVerb, unit: string): PrivilegedCommand => ({
  argv: ['/usr/bin/systemctl', '--no-block', verb, '--', unit],
  alternatives: ['/bin/systemctl'],
})

const runtime = `
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
gh_say() { printf '%s %s\\n' "$gh_k" "$*"; }
gh_fail() { gh_say "failed $*"; exit 1; }
`

const systemdRuntime = `[ -d /run/systemd/system ] && command -v systemctl >/dev/null || gh_fail "no-systemd this host is not run by systemd"
`

/** Ports: local ends of sockets in state 0A, LISTEN (proc(5), /proc/net/tcp). Takes no right. */
export const socketsRuntime = `gh_sockets=$(cat /proc/net/tcp /proc/net/tcp6 2>/dev/null)
if [ -n "$gh_sockets" ]; then
  gh_say sockets
  printf '%s\\n' "$gh_sockets" | awk '$4 == "0A" { n = split($2, part, ":"); print part[n] }' | sort -u | while IFS= read -r gh_line; do gh_say "port $gh_line"; done
fi
`

/** Without any right. */
const lookRuntime = `
gh_shown=$(systemctl show --no-pager -p LoadState,ActiveState,SubState,MainPID,InvocationID,Result,UnitFileState,Job,TriggeredBy -- "$gh_unit" 2>/dev/null) || gh_fail "unreadable systemctl show does not answer"
printf '%s\\n' "$gh_shown" | while IFS= read -r gh_line; do gh_say "show $gh_line"; done
${socketsRuntime}gh_say end
`

const actRuntime = `
gh_systemctl=/usr/bin/systemctl
[ -x "$gh_systemctl" ] || gh_systemctl=/bin/systemctl
gh_said=$($gh_sudo "$gh_systemctl" --no-block "$gh_verb" -- "$gh_unit" 2>&1 </dev/null)
gh_say "exit $?"
printf '%s\\n' "$gh_said" | head -n 5 | while IFS= read -r gh_line; do gh_say "said $gh_line"; done
gh_say end
`

interface Words {
  readonly unit: string
  readonly verb: OperateVerb | 'look'
  /** The account has to ask sudo for the one command; else it is root already. */
  readonly sudo: boolean
}

/** For `/bin/sh` on stdin. `nonce`: 32 hexadecimal digits that mark what it prints; else throws. */
export function operateProgram({ unit, verb, sudo }: Words, nonce: string): string {
  const variables = Object.entries({ gh_unit: unit, gh_verb: verb, gh_sudo: sudo ? 'sudo -n' : '' }).map(
    ([key, value]) => `${key}=${shellQuote(value)}\n`,
  )
  return inOneFunction(nonce, `${variables.join('')}${systemdRuntime}${verb === 'look' ? lookRuntime : actRuntime}`)
}

/** A program for `/bin/sh` on stdin. All of it stands in one function that the last line calls: cut short, it runs nothing. */
export function inOneFunction(nonce: string, body: string): string {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  return `gh_main() {\ngh_k='${nonce}'\n${runtime}${body}}\ngh_main </dev/null\n`
}
