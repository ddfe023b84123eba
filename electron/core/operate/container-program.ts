import type { OperateVerb } from '#shared/model/operate.ts'
import { shellQuote } from '../probe/shell-quote.ts'
import { containerCommand, type OperableContainer } from './container-command.ts'
import { inOneFunction, socketsRuntime } from './operate-program.ts'

/** A longer message does not leave the host: what journalctl does by itself (4096 bytes of a message, and a time before it). */
const MAX_LINE_BYTES = 4096 + 64

interface Words {
  readonly container: OperableContainer
  readonly verb: OperateVerb | 'look' | 'logs'
  /** The account has to ask sudo for the one command; else it is root already. */
  readonly sudo: boolean
}

/**
 * The program for `/bin/sh` on stdin. Podman has no daemon that would go on: the signals of a link that is cut are ignored, by it as well. Nothing
 * of the host is a word of it but the id, which is checked.
 */
export function containerProgram({ container, verb, sudo }: Words, nonce: string): string {
  const { argv, alternatives = [] } = containerCommand(container, verb)
  const [path, ...words] = argv
  const command = `${sudo ? 'sudo -n ' : ''}"$gh_runtime" ${words.map(shellQuote).join(' ')}`
  const find = `gh_runtime=${path}
for gh_path in ${alternatives.join(' ')}; do [ -x "$gh_runtime" ] || gh_runtime=$gh_path; done
`
  return inOneFunction(nonce, find + (verb === 'logs' ? logsOf(command) : verb === 'look' ? lookBy(command) : actBy(command)))
}

const saidRuntime = `printf '%s\\n' "$gh_said" | head -n 5 | while IFS= read -r gh_line; do gh_say "said $gh_line"; done
`

const actBy = (command: string): string => `trap '' HUP PIPE
gh_said=$(${command} 2>&1 </dev/null)
gh_say "exit $?"
${saidRuntime}gh_say end
`

const lookBy = (command: string): string => `gh_said=$(${command} 2>&1 </dev/null)
gh_exit=$?
gh_say "exit $gh_exit"
if [ "$gh_exit" = 0 ]; then gh_say "state $gh_said"
else ${saidRuntime}fi
${socketsRuntime}gh_say end
`

const logsOf = (command: string): string => `printf '\\n%s begin\\n' "$gh_k"
{ ${command} 2>&1 </dev/null; printf '\\n%s end %s\\n' "$gh_k" "$?"; } | awk 'length($0) > ${MAX_LINE_BYTES} { print substr($1, 1, 40) " [too long]"; next } { print }'
`
