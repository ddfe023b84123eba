import type { ExecOptions, ExecResult } from '../ports.ts'
import type { Connection } from './connection.ts'
import { runIn } from './exec.ts'

/** A shell of the account, without any right, which becomes that of root by a line of input. `read` of a POSIX shell takes no byte behind the line. */
export const UNTIL_ASKED = "/bin/sh -c 'read -r line; exec sudo -n /bin/sh'"

/**
 * Runs `command`, a shell of root that sudo wanted no password for, so that the next one on this connection takes its input at once, instead of two round trips later:
 * one without any right waits for it. What was sent to one that ended meanwhile is not sent again, since it changes the host. Rejects as `execOn` does.
 */
export async function rootShellOn(
  connection: Connection,
  command: string,
  options: ExecOptions,
  openTimeoutMs: number,
): Promise<ExecResult> {
  const { client, waiting } = connection
  let said = false
  const onStdout = (chunk: Buffer) => {
    said = true
    return options.onStdout(chunk)
  }
  const { stdin = '' } = options
  const ready = waiting.take(UNTIL_ASKED, '')
  // It would be begun in the middle of this.
  if (ready === undefined && waiting.isFor(UNTIL_ASKED, '')) await waiting.yield()
  const result = await (ready === undefined
    ? runIn(connection, (use) => client.exec(command, use), { ...options, onStdout }, openTimeoutMs)
    : runIn(connection, (use) => use(undefined, ready), { ...options, onStdout, stdin: `\n${stdin}` }, openTimeoutMs))
  // Where audits come in by the same account, what waits for them goes first.
  if (said && connection.ended === undefined && waiting.isFor(UNTIL_ASKED, '') !== false) waiting.prepare(UNTIL_ASKED, '')
  return result
}
