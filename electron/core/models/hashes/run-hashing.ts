import { randomBytes } from 'node:crypto'
import { type Failure, failureOf, GatehouseError } from '#shared/errors.ts'
import type { HostSession } from '../../ports.ts'
import type { FileIdentity } from '../../store/model.repo.ts'
import { type Hasher, type HashTask, hashScript } from './hash-script.ts'
import { type HashShell, openHashShell } from './hash-shell.ts'
import { HashReader } from './parse-hashes.ts'

/** What came of one file. */
export type HashOutcome =
  /** `settled`: it had not been changed for long enough that a further change must show in its ctime. */
  | { readonly kind: 'hashed'; readonly digest: string; readonly identity: FileIdentity; readonly settled: boolean }
  /** What was read is not what was listed, or it changed in the meantime: its hash says nothing. */
  | { readonly kind: 'changed'; readonly when: 'before' | 'during' }
  | { readonly kind: 'skipped'; readonly why: 'denied' | 'gone' | 'changed-type' | 'failed'; readonly closedLength: number }

export interface HashingOptions {
  readonly signal: AbortSignal
  /** The one that was fastest on this host before. */
  readonly hasher: Hasher | undefined
  /** One that waits already, for the first files. It is used up. */
  readonly shell?: HashShell | undefined
  readonly onHasher: (hasher: Hasher, measuredMs: ReadonlyMap<Hasher, number>) => void
  /** Bytes of one file read so far. */
  readonly onRead: (task: HashTask, bytes: number) => void
  readonly onDone: (task: HashTask, outcome: HashOutcome) => void
}

/** Files per exec: a short script starts at once, and a name too many is no reason to send them all again. */
const FILES_PER_EXEC = 200
/** Disks read side by side; sshd allows ten sessions per connection by default (MaxSessions). */
const DISKS_AT_ONCE = 4
/** A host that says nothing for so long while a file is read has a disk or a network file system that hangs. */
const SILENCE_MS = 180_000
/** Clocks of file systems tick every few milliseconds; two seconds are safe for all, FAT included. */
const SETTLED_SECONDS = 2n

/**
 * Hashes files on a host: one stream per disk (st_dev), the disks side by side. Never rejects for what the host does; what was not reached
 * is not reported to `onDone`, and the failure says why.
 */
export async function runHashing(session: HostSession, tasks: readonly HashTask[], options: HashingOptions): Promise<Failure | undefined> {
  const disks = new Map<string, HashTask[]>()
  for (const task of tasks) disks.set(task.file.device, [...(disks.get(task.file.device) ?? []), task])
  const lanes = [...disks.values()]
  let hasher = options.hasher
  let failure: Failure | undefined
  /** The first exec measures; the disks wait for its answer, so that it happens once. */
  const first = lanes[0]?.slice(0, FILES_PER_EXEC) ?? []
  const chosen = (found: Hasher, measuredMs: ReadonlyMap<Hasher, number>) => {
    hasher = found
    options.onHasher(found, measuredMs)
  }
  const next = lanes.map((lane, index) => (index === 0 ? lane.slice(first.length) : lane))
  const run = async (chunk: readonly HashTask[]): Promise<boolean> => {
    const waiting = chunk === first && options.shell?.ended === false ? options.shell : undefined
    failure ??= await hashChunk(waiting ?? openHashShell(session, options.signal), chunk, hasher, { ...options, onHasher: chosen })
    return failure === undefined
  }
  if (first.length === 0 || !(await run(first))) return failure
  const worker = async (): Promise<void> => {
    for (let lane = next.shift(); lane !== undefined; lane = next.shift()) {
      for (let at = 0; at < lane.length; at += FILES_PER_EXEC) if (!(await run(lane.slice(at, at + FILES_PER_EXEC)))) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(DISKS_AT_ONCE, next.length) }, worker))
  return failure
}

async function hashChunk(
  shell: HashShell,
  tasks: readonly HashTask[],
  hasher: Hasher | undefined,
  { onHasher, onRead, onDone }: HashingOptions,
): Promise<Failure | undefined> {
  const nonce = randomBytes(16).toString('hex')
  const reader = new HashReader(nonce)
  const silence = new AbortController()
  const opened = new Map<number, FileIdentity | undefined>()
  const answered = new Set<number>()
  const measured = new Map<Hasher, number>()
  let finished = false
  let noHasher = false
  let startedSeconds = 0n
  const giveUp = () => silence.abort(new GatehouseError({ code: 'probe.timeout', detail: `nothing was read for ${SILENCE_MS / 1000} s` }))
  let timer = setTimeout(giveUp, SILENCE_MS)

  const onStdout = (chunk: Buffer): boolean => {
    clearTimeout(timer)
    timer = setTimeout(giveUp, SILENCE_MS)
    for (const event of reader.push(chunk)) {
      if (event.kind === 'finished') finished = true
      else if (event.kind === 'measured') measured.set(event.hasher, event.milliseconds)
      else if (event.kind === 'started') {
        startedSeconds = BigInt(event.epochSeconds)
        noHasher = event.hasher === undefined
        if (event.hasher && event.hasher !== hasher) onHasher(event.hasher, measured)
      } else {
        const task = tasks[event.index]
        if (!task) continue
        if (event.kind !== 'opened' && event.kind !== 'read') answered.add(event.index)
        if (event.kind === 'opened') opened.set(event.index, event.identity)
        else if (event.kind === 'read') onRead(task, Math.min(event.bytes, task.file.size))
        else if (event.kind === 'skipped') onDone(task, { kind: 'skipped', why: event.why, closedLength: event.closedLength })
        else onDone(task, judge(task, event.digest, opened.get(event.index), event.identity, startedSeconds))
      }
    }
    // What the host says after the last answer is that it ends, which takes another round trip.
    finished ||= answered.size === tasks.length
    return !finished
  }
  try {
    await shell.run(hashScript(tasks, nonce, hasher), silence.signal, onStdout)
    if (finished && noHasher)
      return { code: 'models.no-hasher', detail: 'neither openssl nor sha256sum, shasum or busybox answers correctly' }
    return finished ? undefined : { code: 'ssh.connection-lost', detail: 'the hashing ended before its last line' }
  } catch (thrown) {
    return failureOf(thrown)
  } finally {
    clearTimeout(timer)
  }
}

const same = (a: FileIdentity, b: FileIdentity): boolean =>
  a.device === b.device && a.inode === b.inode && a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs

function judge(
  { file, algorithm }: HashTask,
  digest: string,
  before: FileIdentity | undefined,
  after: FileIdentity | undefined,
  startedSeconds: bigint,
): HashOutcome {
  if (!before || !after || digest.length !== (algorithm === 'sha256' ? 64 : 40)) return { kind: 'skipped', why: 'failed', closedLength: 0 }
  if (!same(before, file)) return { kind: 'changed', when: 'before' }
  if (!same(after, before)) return { kind: 'changed', when: 'during' }
  const settled = after.ctimeNs !== '' && BigInt(after.ctimeNs) / 1_000_000_000n + SETTLED_SECONDS <= startedSeconds
  return { kind: 'hashed', digest, identity: after, settled }
}
