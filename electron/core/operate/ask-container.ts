import { randomBytes } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { Host } from '#shared/model/fleet.ts'
import type { OperableUnit, OperateVerb } from '#shared/model/operate.ts'
import type { ServiceLog } from '#shared/model/service-log.ts'
import { redact } from '../facts/secrets.ts'
import type { Transport } from '../ports.ts'
import { containerCommand, type OperableContainer } from './container-command.ts'
import { containerProgram } from './container-program.ts'
import { type ContainerLook, containerLookOf } from './container-state.ts'
import { type OperateAnswer, readOperateAnswer } from './operate-answer.ts'
import type { OperateAccount } from './operate-identity.ts'
import { parseContainerLog } from './parse-container-log.ts'
import { isDenial, notAllowed, runProgram, shellOf } from './run-program.ts'

const LOOK_TIMEOUT_MS = 20_000
/** A stop waits for the grace period of the container, ten seconds unless it was made with another one. */
const ACT_TIMEOUT_MS = 130_000
const MAX_ANSWER_BYTES = 262_144
/** 500 messages of at most 4096 bytes. */
const MAX_LOG_BYTES = 3_145_728

/** An operator with the container of a unit; how it comes to operate. */
export interface AtContainer {
  readonly transport: Transport
  readonly host: Host
  readonly account: OperateAccount
  readonly unit: OperableUnit
  readonly container: OperableContainer
}

/**
 * How a container stands now, and why it is not operated. To ask takes the right to, so it is the account that operates which looks. Rejects with
 * `operate.not-allowed`, `operate.not-possible`, or the failure of the connection.
 */
export async function lookAtContainer(at: AtContainer, verb: OperateVerb | undefined, signal: AbortSignal): Promise<ContainerLook> {
  const { answer, nothing } = await ask(at, 'look', LOOK_TIMEOUT_MS, signal)
  const { host, account, container, unit } = at
  if (isDenial(answer.said) || nothing)
    throw notAllowed(host, account, containerCommand(container, 'look'), ...(verb ? [containerCommand(container, verb)] : []))
  const look = containerLookOf(answer, unit.ports)
  if (look !== undefined) return look
  const detail = answer.said === '' ? 'the host did not say how the container stands' : `${container.runtime}: ${redact(answer.said)}`
  throw new GatehouseError({ code: 'operate.not-possible', detail, host: host.name })
}

/** Rejects with `operate.not-allowed`, `operate.not-possible`; with the failure of the connection nobody knows whether it was done. */
export async function sendToContainer(at: AtContainer, verb: OperateVerb, signal: AbortSignal): Promise<void> {
  const { answer, nothing } = await ask(at, verb, ACT_TIMEOUT_MS, signal)
  if (answer.ended && answer.exit === 0) return
  const { host, account, container } = at
  if (isDenial(answer.said) || nothing) throw notAllowed(host, account, containerCommand(container, verb))
  const detail =
    answer.exit === undefined ? 'the host did not answer' : `${container.runtime} ended with ${answer.exit}: ${redact(answer.said)}`
  throw new GatehouseError({ code: 'operate.not-possible', detail, host: host.name })
}

/** The newest lines that the container wrote, without content. Rejects like `lookAtContainer`. */
export async function readContainerLogs(at: AtContainer, signal: AbortSignal): Promise<ServiceLog> {
  const { host, account, container, unit } = at
  const { text, nonce } = await run(at, 'logs', { timeoutMs: 30_000, maxBytes: MAX_LOG_BYTES }, signal)
  const [, answer, status] = new RegExp(`\\n${nonce} begin\\n([\\s\\S]*?)${nonce} end (\\d{1,3})\\n`).exec(text) ?? []
  const refused = () => notAllowed(host, account, containerCommand(container, 'logs'))
  if (answer === undefined) {
    if (account.by === 'shell' && !text.includes(nonce)) throw refused()
    throw new GatehouseError({ code: 'operate.not-possible', detail: 'the log was not told to its end', host: host.name })
  }
  if (status !== '0' && isDenial(answer.trim())) throw refused()
  const log = parseContainerLog(answer, unit.unit.replace(/^[a-z]+:/, '').slice(0, 40))
  if (status === '0' || log.lines.length > 0) return log
  // What the runtime itself says of it, such as a logging driver that cannot be read; a line of the container has a time before it.
  const said = /^Error\b[^\n]{0,200}/m.exec(answer)?.[0] ?? ''
  throw new GatehouseError({
    code: 'operate.not-possible',
    detail: `${container.runtime} ended with ${status}${said === '' ? '' : `: ${redact(said)}`}`,
    host: host.name,
  })
}

async function ask(
  at: AtContainer,
  verb: OperateVerb | 'look',
  timeoutMs: number,
  signal: AbortSignal,
): Promise<{ readonly answer: OperateAnswer; readonly nothing: boolean }> {
  const { text, nonce } = await run(at, verb, { timeoutMs, maxBytes: MAX_ANSWER_BYTES }, signal)
  // sudo that does not start the shell says so on its standard error, and nothing of the program is heard.
  return { answer: readOperateAnswer(text, nonce), nothing: at.account.by === 'shell' && !text.includes(nonce) }
}

async function run(
  { transport, host, account, container }: AtContainer,
  verb: OperateVerb | 'look' | 'logs',
  limits: { readonly timeoutMs: number; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly nonce: string }> {
  const nonce = randomBytes(16).toString('hex')
  const program = containerProgram({ container, verb, sudo: account.by === 'command' }, nonce)
  const as = { ...host, identity: account.identity }
  return { nonce, text: await runProgram(transport, as, { shell: shellOf(account), program, ...limits }, signal) }
}
