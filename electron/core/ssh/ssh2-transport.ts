import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { Clock, HostSession, Log, Paths, PromptPort, Transport } from '../ports.ts'
import type { Carries } from './algorithms.ts'
import type { Connection, Connector, OnStage } from './connection.ts'
import { dial } from './dial.ts'
import { execOn } from './exec.ts'
import { abortedBy } from './failures.ts'
import { type Hop, hopOf } from './hop.ts'
import { addressOf, hostKeyPolicy } from './host-key-policy.ts'
import { jumpChain } from './jump-chain.ts'
import { keyRing } from './key-ring.ts'
import { knownHostsFiles } from './known-hosts-files.ts'
import { openConnection } from './open-connection.ts'
import { rootShellOn } from './root-ahead.ts'
import { ROOT_SHELL, type SudoPassword, withSudoPassword } from './root-shell.ts'
import { Semaphore } from './semaphore.ts'
import { type SessionPool, sessionPool } from './session-pool.ts'
import { openSftp } from './sftp.ts'

/** Where the OpenSSH agent of Windows listens. */
const windowsAgent = '\\\\.\\pipe\\openssh-ssh-agent'

export interface Ssh2TransportOptions {
  readonly fleet: Fleet
  readonly clock: Clock
  readonly log: Log
  readonly paths: Paths
  readonly prompts: PromptPort
  readonly changed?: (event: 'connection:changed') => void
  /** Socket of the SSH agent; by default the one that `SSH_AUTH_SOCK` names. Empty for none. */
  readonly agentSocket?: string | undefined
}

/**
 * Reaches the hosts of a fleet over SSH, through its jump hosts. Connects nothing until asked. Connections are shared and kept for a
 * minute after their last use, so that the next audit finds them open; `close` ends them all.
 */
export function createSsh2Transport(options: Ssh2TransportOptions): Transport {
  const { fleet, clock, log, paths, prompts } = options
  const agentSocket = options.agentSocket ?? process.env.SSH_AUTH_SOCK ?? (process.platform === 'win32' ? windowsAgent : undefined)
  const stageTimeoutMs = fleet.policy.connectTimeoutSeconds * 1000
  const connector: Connector = {
    hostKeys: hostKeyPolicy(knownHostsFiles(paths, log), prompts, clock),
    keyRing: keyRing(paths, prompts, log, agentSocket),
    prompts,
    passwords: new Map(),
    handshakes: new Semaphore(fleet.policy.concurrentHandshakes),
    stageTimeoutMs,
  }
  const jumps = jumpChain(
    connector,
    fleet.jump.map((jump) => hopOf(fleet, jump)),
    () => options.changed?.('connection:changed'),
  )
  const sudoPasswords = new Map<string, SudoPassword>()
  const sudoOf = (hop: Hop): SudoPassword => {
    const { user } = hop.identity
    const who = `${user}@${addressOf(hop)}`
    const password = sudoPasswords.get(who) ?? {
      known: undefined,
      ask: async (attempt: number, signal: AbortSignal) =>
        (await prompts.ask({ kind: 'sudo', hop: hop.name, address: addressOf(hop), user, attempt }, signal))?.[0] ?? null,
    }
    sudoPasswords.set(who, password)
    return password
  }
  const closing = new AbortController()
  const poolFor = (carries: Carries) =>
    sessionPool(async (hop, signal, onStage, loginAfter) => {
      const last = await jumps.connect(signal, onStage)
      // A jump host is reached by way of those before it.
      const link = jumps.link(hop.name)
      const via = link === undefined ? last : link.before
      return openConnection({ connector, hop, via, carries, signal, onStage }, loginAfter)
    })
  const pools: Readonly<Record<Carries, SessionPool>> = { commands: poolFor('commands'), dense: poolFor('dense') }

  const execFor = (connection: Connection, password: SudoPassword): HostSession['exec'] =>
    withSudoPassword(
      (command, exec) =>
        withRoom(connection, () => (command === ROOT_SHELL ? rootShellOn : execOn)(connection, command, exec, stageTimeoutMs)),
      password,
    )

  /** A jump host as the host that is looked at: over the connection that carries all others, so nobody is asked for a code again. */
  async function ontoJump(host: Host, signal: AbortSignal, onStage: OnStage): Promise<HostSession> {
    await jumps.connect(signal, onStage).catch(rethrow(signal))
    const link = jumps.link(host.name)
    if (link === undefined) throw new GatehouseError({ code: 'ssh.jump-lost', detail: `${host.name} is not connected`, host: host.name })
    onStage('ready', host.name)
    return {
      exec: execFor(link.connection, sudoOf(hopOf(fleet, host))),
      openTcp: (port, tcpSignal) => dial({ ...hopOf(fleet, host), port }, link.before, stageTimeoutMs, tcpSignal),
      openFiles: (filesSignal) => withRoom(link.connection, () => openSftp(link.connection, filesSignal, stageTimeoutMs)),
      close: () => undefined,
    }
  }

  return {
    connect: async (host, { signal, onStage = () => undefined, fresh, loginAfter, bulk = false, since }) => {
      const hop = hopOf(fleet, host)
      if (since !== undefined) for (const remembers of [connector.keyRing, jumps]) remembers.forget(since)
      const either = AbortSignal.any([signal, closing.signal])
      if (either.aborted) throw abortedBy(either)
      if (!fresh && isCarrier(fleet, hop)) return ontoJump(host, either, onStage)
      const { connection, release } = await pools[bulk ? 'dense' : 'commands']
        .lease(hop, either, onStage, fresh, loginAfter)
        .catch(rethrow(either))
      const session: HostSession = {
        exec: execFor(connection, sudoOf(hop)),
        openTcp: async (port, tcpSignal) => {
          const via = await jumps.connect(tcpSignal, () => undefined).catch(rethrow(tcpSignal))
          return dial({ ...hop, port }, via, stageTimeoutMs, tcpSignal)
        },
        openFiles: (filesSignal) => withRoom(connection, () => openSftp(connection, filesSignal, stageTimeoutMs)),
        close: release,
      }
      return session
    },
    jumpStates: () => jumps.states(),
    close: async () => {
      closing.abort()
      for (const pool of Object.values(pools)) pool.close()
      jumps.close()
    },
  }
}

/** A jump host by the very login with which it carries the others. Another account there, or a proof that it still lets in, is a login of its own. */
const isCarrier = (fleet: Fleet, { name, identity }: Hop): boolean =>
  fleet.jump.some((jump) => jump.name === name && JSON.stringify(hopOf(fleet, jump).identity) === JSON.stringify(identity))

/** A server that allows few sessions (MaxSessions of sshd) may have room as soon as nothing waits there. */
async function withRoom<T>({ waiting }: Connection, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (!/^ssh\.(exec|sftp)-refused$/.test(failureOf(error).code) || !(await waiting.yield())) throw error
    return open()
  }
}

/** Callers only ever see failures with a code; an abort looks the same wherever it struck. */
const rethrow =
  (signal: AbortSignal) =>
  (error: unknown): never => {
    if (signal.aborted) throw abortedBy(signal)
    throw error instanceof GatehouseError ? error : new GatehouseError(failureOf(error), { cause: error })
  }
