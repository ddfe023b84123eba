import type { ServerChannel } from 'ssh2'
import { arrivalOf, attempt, type KnownDeployment, place, Refused, settle } from './demo-deploy.ts'
import type { DemoMachine } from './machine-model.ts'

/** How fast its disks write: a model takes some seconds. */
const BYTES_PER_MS = 20_000
/** A timer is not more exact. */
const AHEAD_MS = 15
/** Files of the demo are zeros after their head. What is not has another hash. */
const MAX_HEAD_BYTES = 4_194_304

/**
 * Takes one file from what follows the program: says that it is ready, keeps what arrives, and hashes it when all is there. A connection that is
 * lost leaves what arrived. Calls `ended` with the exit code.
 */
export function receiveFile(channel: ServerChannel, machine: DemoMachine, known: KnownDeployment, ended: (exitCode: number) => void): void {
  const { step, target, nonce, receive } = known
  if (receive === undefined) {
    ended(127)
    return
  }
  const answer = (work: () => readonly string[]): void => {
    const text = attempt(nonce, work)
    channel.write(text)
    if (!text.endsWith(' ready\n')) ended(text.endsWith(' end\n') ? 0 : 1)
  }
  const { sha256 } = receive
  let came = 0
  const started = performance.now()
  channel.on('data', (chunk: Buffer) => {
    const { parts } = arrivalOf(machine, target)
    const { bytes, head } = parts.get(sha256) ?? { bytes: 0, head: Buffer.alloc(0) }
    const used = chunk.subarray(0, withoutZeros(chunk))
    const kept = used.length === 0 || bytes > MAX_HEAD_BYTES ? head : Buffer.concat([head, Buffer.alloc(bytes - head.length), used])
    parts.set(sha256, { bytes: bytes + chunk.length, head: kept })
    came += chunk.length
    const aheadMs = came / BYTES_PER_MS - (performance.now() - started)
    if (aheadMs < AHEAD_MS) return
    channel.pause()
    setTimeout(() => channel.resume(), aheadMs)
  })
  channel.on('end', () =>
    answer(() => {
      settle(arrivalOf(machine, target), receive)
      if (step === 'finish') place(machine, target)
      return ['end']
    }),
  )
  answer(() => {
    if ((arrivalOf(machine, target).parts.get(sha256)?.bytes ?? 0) !== receive.from) throw new Refused('moved')
    return ['ready']
  })
}

/** Length up to the last byte that is not zero. */
function withoutZeros(chunk: Buffer): number {
  let length = chunk.length
  while (length > 0 && chunk[length - 1] === 0) length--
  return length
}
