import { createHash, randomBytes } from 'node:crypto'
import { type Failure, failureOf } from '#shared/errors.ts'
import type { HostSession } from '../ports.ts'
import { buildProbe, displayOf, PROBE_COMMAND } from './build-script.ts'
import { FrameReader, type SectionEnd, type SectionFrames } from './framing.ts'
import type { SectionOutput, SectionSpec, SudoProgram } from './section.ts'
import { privilegedCommands, sudoersLineFor } from './sudoers.ts'

/** Beyond a section's own limit: process start, the second run of `prefer-sudo`, the two seconds that the watchdog may take, and the way home. */
const GRACE_MS = 4000
/** Noise that a login may print before it is taken for a flood. */
const MAX_NOISE_BYTES = 4 * 1024 * 1024
/** What the watchdog leaves (SIGKILL), as sh tells it. A script may end with it for a child that was ended. */
const KILLED_EXIT = 137

/** What bounds one run, and who is told of its progress. */
export interface ProbeOptions {
  /** Account that sudoers lines are written for. */
  readonly account: string
  readonly signal: AbortSignal
  /** For the whole probe. */
  readonly timeoutMs: number
  /** The probe is on its way to a shell that runs; as `onRuns` of `ExecOptions`. */
  readonly onRuns?: () => void
  /** A section was answered. `awaited` is the one that has been running longest, empty when none is. */
  readonly onSection?: (id: string, done: number, total: number, awaited: string) => void
  /** A section was answered; `output` reads it, for who wants to go on with it while the others run. */
  readonly onEnded?: (id: string, output: () => SectionOutput) => void
}

/** What a host said, whole or as far as it came. */
export interface ProbeRun {
  /** One per section, in order; `not-run` where the host never answered. */
  readonly outputs: ReadonlyMap<string, SectionOutput>
  /** Uid of the audit account; null when the probe did not start. */
  readonly uid: number | null
  /** What the login printed that was not asked for. */
  readonly noiseBytes: number
  /** Why not all sections were answered. What the finished ones said stands beside it. */
  readonly failure?: Failure | undefined
}

interface Timing {
  begunAt: number | undefined
  endedAt: number | undefined
}

const limitOf = (section: SectionSpec): number =>
  (section.kind === 'command' && section.privilege === 'prefer-sudo' ? 2 : 1) * section.timeoutMs + GRACE_MS

function stateOf(section: SectionSpec, frames: SectionFrames, end: SectionEnd, durationMs: number): SectionOutput['state'] {
  if (end.ran === 'missing') return 'missing'
  if (end.ran === 'denied') return 'denied'
  if (end.truncated || frames.incomplete) return 'truncated'
  if (end.exitCode === KILLED_EXIT && durationMs >= section.timeoutMs - 500) return 'timed-out'
  if (section.kind === 'script' && end.refused.length > 0 && end.exitCode !== 0) return 'denied'
  return 'ok'
}

function sudoersOf(account: string, sudo: SudoProgram, section: SectionSpec, end: SectionEnd): string | undefined {
  const refused =
    section.kind === 'script' ? section.privileged.filter((_, index) => end.refused.includes(index + 1)) : privilegedCommands(section)
  const lines = refused.flatMap((command) => sudoersLineFor(account, command, sudo) ?? [])
  return lines.length > 0 ? lines.join('\n') : undefined
}

/** Of a section whose end was never told. Where all others were, the one who was to tell it broke. */
function unendedState(section: SectionSpec, frames: SectionFrames, wallMs: number, finished: boolean): SectionOutput['state'] {
  if (!frames.begun) return 'not-run'
  if (finished) return 'truncated'
  return wallMs >= section.timeoutMs ? 'timed-out' : 'not-run'
}

function outputOf(
  section: SectionSpec,
  frames: SectionFrames,
  timing: Timing,
  account: string,
  { hello, finished }: FrameReader,
): SectionOutput {
  const uid = hello?.uid ?? null
  const stdout = Buffer.concat(frames.stdout)
  const wallMs = timing.begunAt === undefined ? 0 : (timing.endedAt ?? performance.now()) - timing.begunAt
  const { end } = frames
  const durationMs = Math.round(end?.durationMs ?? wallMs)
  const asked = privilegedCommands(section).length > 0
  const state = end ? stateOf(section, frames, end, durationMs) : unendedState(section, frames, wallMs, finished)
  const privileged = section.kind === 'script' ? (end?.allowed.length ?? 0) > 0 && end?.refused.length === 0 : end?.ran === 'root'
  const viaSudo = section.kind === 'command' && uid !== 0 && asked && (privileged || section.privilege === 'sudo')
  const refusedSome =
    state === 'denied' || (end?.refused.length ?? 0) > 0 || (asked && section.kind === 'command' && end?.ran === 'account')
  return {
    id: section.id,
    command: viaSudo ? `sudo ${displayOf(section)}` : displayOf(section),
    state,
    privileged,
    exitCode: end && state !== 'denied' && state !== 'timed-out' ? end.exitCode : null,
    stdout: stdout.toString('utf8'),
    stderr: Buffer.concat(frames.stderr).toString('utf8'),
    durationMs,
    bytes: stdout.length,
    sha256: createHash('sha256').update(stdout).digest('hex'),
    sudoers: end && refusedSome ? sudoersOf(account, hello?.sudo ?? 'sudo', section, end) : undefined,
  }
}

/** True when every section that has not ended is past its own limit, so that waiting longer cannot help. */
function stuck(sections: readonly SectionSpec[], reader: FrameReader, timings: readonly Timing[], now: number): boolean {
  let waiting = false
  for (const [index, section] of sections.entries()) {
    if (reader.sections[index]?.end) continue
    const begunAt = timings[index]?.begunAt
    if (begunAt === undefined) continue
    if (now < begunAt + limitOf(section)) return false
    waiting = true
  }
  return waiting
}

/**
 * Asks one host everything, in one exec. Never rejects for what the host does: a host without a shell, one that garbles, hangs, floods or
 * drops the link gives a `failure`, and whatever sections were finished by then. Rejects only for a mistake in `sections`.
 */
export async function runProbe(session: HostSession, sections: readonly SectionSpec[], options: ProbeOptions): Promise<ProbeRun> {
  const probe = buildProbe(sections, randomBytes(16).toString('hex'))
  const reader = new FrameReader(
    probe.nonce,
    sections.map(({ maxBytes }) => maxBytes),
  )
  const timings: Timing[] = sections.map(() => ({ begunAt: undefined, endedAt: undefined }))
  const deadline = new AbortController()
  const flood = MAX_NOISE_BYTES + sections.reduce((sum, { maxBytes }) => sum + maxBytes * 3 + 65_536, 0)
  let received = 0
  let done = 0
  let stopped: Failure | undefined
  let stderr = ''

  const stop = (code: Failure['code'], detail: string) => {
    stopped ??= { code, detail }
    deadline.abort()
  }
  const onAbort = () => deadline.abort()
  const timer = setTimeout(() => stop('probe.timeout', `Not finished after ${Math.round(options.timeoutMs / 1000)} s`), options.timeoutMs)
  const watch = setInterval(() => {
    if (stuck(sections, reader, timings, performance.now())) stop('probe.timeout', `${awaitedId()} cannot be ended on the host`)
  }, 500)
  const awaitedId = (): string => {
    let longest = -1
    for (const [index, timing] of timings.entries()) {
      if (timing.begunAt === undefined || timing.endedAt !== undefined) continue
      if (longest < 0 || timing.begunAt < (timings[longest]?.begunAt ?? 0)) longest = index
    }
    return sections[longest]?.id ?? ''
  }
  const onStdout = (chunk: Buffer): boolean => {
    received += chunk.length
    for (const event of reader.push(chunk)) {
      if (event.kind === 'begun') timingOf(event.index).begunAt = performance.now()
      if (event.kind === 'ended') {
        timingOf(event.index).endedAt = performance.now()
        done++
        const { id } = sections[event.index] as SectionSpec
        options.onSection?.(id, done, sections.length, awaitedId())
        options.onEnded?.(id, () => outputAt(event.index))
      }
    }
    // How the shell ends does not matter any more once it has said that all is told.
    if (received <= flood && reader.noiseBytes <= MAX_NOISE_BYTES) return !stopped && !reader.finished && !reader.over
    stop('probe.garbled', `More than ${Math.round(Math.min(received, flood) / 1_048_576)} MiB that were not asked for`)
    return false
  }
  const timingOf = (index: number): Timing => timings[index] as Timing
  const ended = new Map<number, SectionOutput>()
  const outputAt = (index: number): SectionOutput => {
    const frames = reader.sections[index] as SectionFrames
    const known = ended.get(index)
    if (known) return known
    const output = outputOf(sections[index] as SectionSpec, frames, timingOf(index), options.account, reader)
    if (frames.end) ended.set(index, output)
    return output
  }

  options.signal.addEventListener('abort', onAbort, { once: true })
  if (options.signal.aborted) deadline.abort()
  let failure: Failure | undefined
  try {
    options.signal.throwIfAborted()
    const { exitCode } = await session.exec(PROBE_COMMAND, {
      ahead: probe.preamble,
      afresh: () => probe.script,
      stdin: probe.call,
      rests: probe.rests,
      timeoutMs: options.timeoutMs + GRACE_MS,
      signal: deadline.signal,
      ...(options.onRuns && { onRuns: options.onRuns }),
      onStdout,
      onStderr: (chunk) => {
        if (stderr.length < 400)
          stderr += chunk
            .subarray(0, 400)
            .toString('latin1')
            .replace(/[^\x20-\x7e]+/g, ' ')
      },
    })
    failure = stopped ?? verdict(reader, exitCode, stderr)
  } catch (thrown) {
    failure = reader.finished ? undefined : (stopped ?? failureOf(thrown))
  } finally {
    clearTimeout(timer)
    clearInterval(watch)
    options.signal.removeEventListener('abort', onAbort)
  }
  if (options.signal.aborted && !reader.finished) failure = { code: 'job.cancelled', detail: 'Stopped before every section was answered' }

  const outputs = sections.map((section, index) => [section.id, outputAt(index)] as const)
  return { outputs: new Map(outputs), uid: reader.hello?.uid ?? null, noiseBytes: reader.noiseBytes, failure }
}

/** What the end of the command means. Undefined when everything was framed as asked. */
function verdict(reader: FrameReader, exitCode: number | null, stderr: string): Failure | undefined {
  if (reader.hello?.encoding === 'none')
    return { code: 'probe.no-shell', detail: 'No awk, or one that needs base64 or od and has neither, is on the host' }
  if (!reader.hello) {
    const said = (stderr || reader.noise).trim().slice(0, 200)
    const detail = `${PROBE_COMMAND} ended with ${exitCode ?? 'a signal'}${said ? ` and said: ${said}` : ''}`
    return { code: reader.malformed > 0 ? 'probe.garbled' : 'probe.no-shell', detail }
  }
  const garbled = reader.malformed + reader.lost
  if (garbled > 0) return { code: 'probe.garbled', detail: `${garbled} pieces were lost or not framed as asked` }
  if (!reader.finished) return { code: 'ssh.connection-lost', detail: 'The answer ended before its last line' }
  return undefined
}
