import { randomBytes } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { Host } from '#shared/model/fleet.ts'
import type { OperableUnit, OperateVerb, UnitState } from '#shared/model/operate.ts'
import type { Transport } from '../ports.ts'
import { type OperateAnswer, readOperateAnswer, unitStateOf } from './operate-answer.ts'
import type { OperateAccount } from './operate-identity.ts'
import { operateCommand, operateProgram } from './operate-program.ts'
import { isDenial, notAllowed, runProgram, shellOf } from './run-program.ts'

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 262_144

/** How a unit stands now, seen by the account that looks. Rejects with the failure of the connection, or `operate.not-possible`. */
export async function lookAtUnit(transport: Transport, host: Host, { unit, ports }: OperableUnit, signal: AbortSignal): Promise<UnitState> {
  const answer = await ask(transport, host, { unit, verb: 'look', sudo: false }, '/bin/sh', signal)
  const state = unitStateOf(answer, ports)
  const refuse = (detail: string) => new GatehouseError({ code: 'operate.not-possible', detail, host: host.name })
  if (state === undefined) throw refuse(answer.failed ?? 'the host did not say how the unit stands')
  const loaded = answer.shown.get('LoadState') ?? ''
  if (loaded !== 'loaded') throw refuse(`${unit} is ${loaded === '' ? 'not known to systemd' : loaded}`)
  return state
}

/** Gives systemd the job. Rejects with `operate.not-allowed`, `operate.not-possible`; with the failure of the connection nobody knows whether it took it. */
export async function sendVerb(
  transport: Transport,
  host: Host,
  { identity, by }: OperateAccount,
  verb: OperateVerb,
  unit: string,
  signal: AbortSignal,
): Promise<void> {
  const answer = await ask(transport, { ...host, identity }, { unit, verb, sudo: by === 'command' }, shellOf({ by }), signal)
  if (answer.ended && answer.exit === 0) return
  if (isDenial(answer.said) || (by === 'shell' && answer.exit === undefined && answer.failed === undefined))
    throw notAllowed(host, { identity, by }, operateCommand(verb, unit))
  const detail =
    answer.failed ?? (answer.exit === undefined ? 'the host did not answer' : `systemctl ended with ${answer.exit}: ${answer.said}`)
  throw new GatehouseError({ code: 'operate.not-possible', detail, host: host.name })
}

async function ask(
  transport: Transport,
  host: Host,
  words: Parameters<typeof operateProgram>[0],
  shell: string,
  signal: AbortSignal,
): Promise<OperateAnswer> {
  const nonce = randomBytes(16).toString('hex')
  const text = await runProgram(
    transport,
    host,
    { shell, program: operateProgram(words, nonce), timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES },
    signal,
  )
  return readOperateAnswer(text, nonce)
}
