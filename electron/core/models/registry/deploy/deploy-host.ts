import { setTimeout as pause } from 'node:timers/promises'
import { failureOf, GatehouseError } from '#shared/errors.ts'
import type { ModelProgress } from '#shared/model/model-job.ts'
import type { HostSession } from '../../../ports.ts'
import { paceOf } from '../../pace.ts'
import type { BlobSource } from './blob-source.ts'
import type { DeployFile, DeployTarget } from './deploy-program.ts'
import { runDeployStep } from './run-deploy-step.ts'

/** A link that comes back is used again, from the byte that arrived last. */
const RECONNECTS = 5
const RECONNECT_PAUSE_MS = 2_000
/** Of smaller files the way there and back takes longer than the bytes: some of them travel side by side (sshd allows ten sessions, MaxSessions). */
const SMALL_BYTES = 1_048_576
const SMALL_AT_ONCE = 4
const CHUNK_BYTES = 1_048_576
const lost: readonly string[] = ['ssh.connection-lost', 'ssh.jump-lost', 'ssh.unreachable', 'ssh.handshake-timeout']

export interface DeployHostRequest {
  readonly target: DeployTarget
  readonly source: BlobSource
  readonly connect: (signal: AbortSignal) => Promise<HostSession>
  readonly user: string
  readonly signal: AbortSignal
  readonly now: () => number
  readonly onProgress: (progress: Partial<ModelProgress>) => void
}

/**
 * Puts a model on a host: what is missing is sent, hashed where it arrived, and enters the model directory by a rename when all of it is there.
 * Stopped at any point it leaves nothing that a server could see, and the next one goes on from there. Rejects with the failure.
 */
export async function deployToHost(request: DeployHostRequest): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await deployOnce(request)
    } catch (error) {
      const { code } = failureOf(error)
      if (!lost.includes(code) || attempt === RECONNECTS || request.signal.aborted) throw error
      await pause(RECONNECT_PAUSE_MS, undefined, { signal: request.signal }).catch(() => undefined)
    }
  }
}

interface Missing {
  readonly file: DeployFile
  /** Bytes that arrived before. */
  readonly from: number
}

async function deployOnce({ target, source, connect, user, signal, now, onProgress }: DeployHostRequest): Promise<void> {
  const session = await connect(signal)
  const step = { session, target, user, signal }
  try {
    const { have } = await runDeployStep(step, 'begin')
    const missing = new Map<string, Missing>()
    let bytesDone = 0
    for (const [index, file] of target.files.entries()) {
      const state = have.get(index + 1)
      if (state === undefined)
        throw new GatehouseError({ code: 'registry.not-deployable', detail: `the host did not say what it has of ${file.name}` })
      if (typeof state !== 'number') bytesDone += file.bytes
      else if (!missing.has(file.sha256)) {
        missing.set(file.sha256, { file, from: state })
        bytesDone += state
      }
    }
    const bytesTotal = target.files.reduce((sum, { bytes }) => sum + bytes, 0)
    const pace = paceOf(now)
    let filesDone = target.files.length - missing.size
    const report = (current: string) =>
      onProgress({
        stage: 'copying',
        filesDone,
        filesTotal: target.files.length,
        bytesDone,
        bytesTotal,
        current,
        ...pace(bytesDone, bytesTotal),
      })
    report('')
    const send = async ({ file, from }: Missing, how: 'receive' | 'finish', until = signal): Promise<void> => {
      async function* bytes(): AsyncGenerator<Uint8Array> {
        yield* bytesOf(source, file, from, until, (sent) => {
          bytesDone += sent
          report(file.name)
        })
        if (how === 'finish') placing()
      }
      await runDeployStep({ ...step, signal: until }, how, { receive: { ...file, from }, bytes })
      filesDone++
      report(file.name)
    }
    const placing = () => onProgress({ stage: 'placing', current: target.name, bytesPerSecond: 0, secondsLeft: undefined })
    const queue = [...missing.values()].sort((a, b) => a.file.bytes - b.file.bytes)
    const last = queue.pop()
    const large = queue.findIndex(({ file }) => file.bytes >= SMALL_BYTES)
    await sideBySide(queue.splice(0, large < 0 ? queue.length : large), signal, (each, until) => send(each, 'receive', until))
    for (const each of queue) await send(each, 'receive')
    if (last) return await send(last, 'finish')
    placing()
    await runDeployStep(step, 'place')
  } finally {
    session.close()
  }
}

/** A few at a time; the first that fails ends the others. */
async function sideBySide<T>(items: T[], signal: AbortSignal, work: (item: T, until: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const until = AbortSignal.any([signal, stop.signal])
  const lane = async (): Promise<void> => {
    for (let item = items.shift(); item !== undefined && !until.aborted; item = items.shift()) await work(item, until)
  }
  try {
    await Promise.all(Array.from({ length: SMALL_AT_ONCE }, lane))
  } finally {
    stop.abort()
  }
}

/** The rest of a file in large pieces; the next is read while one is sent. */
async function* bytesOf(
  source: BlobSource,
  { sha256, bytes }: DeployFile,
  from: number,
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const blob = await source.open(sha256, signal)
  try {
    if (blob.size !== bytes) throw new GatehouseError({ code: 'registry.not-stored', detail: `${sha256} has another size in the registry` })
    const read = (at: number) => (at < bytes ? blob.read(at, Math.min(CHUNK_BYTES, bytes - at), signal) : undefined)
    let next = read(from)
    for (let at = from; next !== undefined; ) {
      const chunk = await next
      at += chunk.length
      next = read(at)
      // Its failure is met when its turn comes.
      next?.catch(() => undefined)
      yield chunk
      onSent(chunk.length)
    }
  } finally {
    await blob.close()
  }
}
