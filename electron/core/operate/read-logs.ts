import { randomBytes } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { Host } from '#shared/model/fleet.ts'
import type { ServiceLog } from '#shared/model/service-log.ts'
import type { Transport } from '../ports.ts'
import { shellQuote } from '../probe/shell-quote.ts'
import { logsCommand } from './logs-command.ts'
import type { OperateAccount } from './operate-identity.ts'
import { parseJournal } from './parse-journal.ts'
import { isDenial, notAllowed, runProgram, shellOf } from './run-program.ts'

const TIMEOUT_MS = 30_000
/** 500 messages of at most 4096 bytes, which JSON may print as arrays of numbers. */
const MAX_BYTES = 12_582_912

/** The program for `/bin/sh` on stdin. Its answer stands between two lines with the nonce; cut short, it runs nothing. */
export function logsProgram(unit: string, sudo: boolean, nonce: string): string {
  if (!/^[0-9a-f]{32}$/.test(nonce)) throw new RangeError('the nonce must be 32 hexadecimal digits')
  const [, ...words] = logsCommand(unit).argv
  return `gh_main() {
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
gh_journalctl=/usr/bin/journalctl
[ -x "$gh_journalctl" ] || gh_journalctl=/bin/journalctl
printf '\\n${nonce} begin\\n'
${sudo ? 'sudo -n ' : ''}"$gh_journalctl" ${words.map(shellQuote).join(' ')} 2>&1
printf '\\n${nonce} end %s\\n' "$?"
}
gh_main </dev/null
`
}

/** The newest lines of a unit's journal, without content. Rejects with `operate.not-allowed`, `operate.not-possible`, or the failure of the connection. */
export async function readLogs(
  transport: Transport,
  host: Host,
  account: OperateAccount,
  unit: string,
  signal: AbortSignal,
): Promise<ServiceLog> {
  const nonce = randomBytes(16).toString('hex')
  const program = logsProgram(unit, account.by === 'command', nonce)
  const asked = { shell: shellOf(account), program, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES }
  const text = await runProgram(transport, { ...host, identity: account.identity }, asked, signal)
  const [, answer, status] = new RegExp(`\\n${nonce} begin\\n([\\s\\S]*)\\n${nonce} end (\\d{1,3})\\n`).exec(text) ?? []
  if (answer === undefined) {
    if (account.by === 'shell' && !text.includes(nonce)) throw notAllowed(host, account, logsCommand(unit))
    throw new GatehouseError({ code: 'operate.not-possible', detail: 'the journal was not told to its end', host: host.name })
  }
  if (status !== '0' && isDenial(answer.trim())) throw notAllowed(host, account, logsCommand(unit))
  const log = parseJournal(answer)
  if (status !== '0' && log.lines.length === 0)
    throw new GatehouseError({ code: 'operate.not-possible', detail: `journalctl ended with ${status}`, host: host.name })
  return log
}
