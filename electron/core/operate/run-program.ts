import { GatehouseError } from '#shared/errors.ts'
import type { Host } from '#shared/model/fleet.ts'
import type { Transport } from '../ports.ts'
import type { PrivilegedCommand } from '../probe/section.ts'
import { sudoersLineFor } from '../probe/sudoers.ts'
import type { OperateAccount } from './operate-identity.ts'

interface Program {
  /** `/bin/sh`, or the same through sudo; the program follows on stdin. */
  readonly shell: string
  readonly program: string
  readonly timeoutMs: number
  readonly maxBytes: number
}

/** What a program printed on a host. Rejects with the failure of the connection. */
export async function runProgram(
  transport: Transport,
  host: Host,
  { shell, program, timeoutMs, maxBytes }: Program,
  signal: AbortSignal,
): Promise<string> {
  const session = await transport.connect(host, { signal })
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    await session.exec(shell, {
      ...{ stdin: program, timeoutMs, signal },
      onStdout: (chunk) => {
        chunks.push(chunk)
        bytes += chunk.length
        return bytes <= maxBytes
      },
    })
  } finally {
    session.close()
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The command that is run over SSH, which reads the program on stdin. */
export const shellOf = ({ by }: Pick<OperateAccount, 'by'>): string => (by === 'shell' ? 'sudo -n /bin/sh' : '/bin/sh')

/** Is this sudo's refusal (sudo(8), Security notes; LC_ALL is C)? */
export const isDenial = (said: string): boolean => /^sudo: |^Sorry, user |is not allowed to |a password is required/.test(said)

/** With the very lines of sudoers that would allow it. */
export const notAllowed = (host: Host, { identity, by }: OperateAccount, ...commands: readonly PrivilegedCommand[]): GatehouseError =>
  new GatehouseError({
    code: 'operate.not-allowed',
    detail:
      by === 'command'
        ? `it takes: ${commands.map((command) => sudoersLineFor(identity.user, command) ?? command.argv.join(' ')).join('; ')}`
        : `sudo -n /bin/sh does not start as ${identity.user}`,
    host: host.name,
  })
