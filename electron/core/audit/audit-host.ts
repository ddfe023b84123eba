import { type Failure, failureOf } from '#shared/errors.ts'
import { type ConnectionState, type HostAudit, itemResults, type SectionRecord, type SystemSummary } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { HostProgress } from '#shared/model/job.ts'
import type { AdvisoryBook } from '../advisories/advisory-book.ts'
import { shippedBook } from '../advisories/shipped.ts'
import { amdFigures } from '../facts/gpu-health/amd-figures.ts'
import { type FactResults, probeContextOf, readFacts, sectionsOf } from '../facts/registry.ts'
import { type Mark, redact, redactOutput } from '../facts/secrets.ts'
import type { AnyControl } from '../policy/control.ts'
import { evaluate, notEvaluated } from '../policy/engine.ts'
import { endpointsOf } from '../policy/exposure.ts'
import { controls as allControls } from '../policy/registry.ts'
import { hostNetworkOf } from '../policy/segments/host-network.ts'
import type { HostSession, Log, Transport } from '../ports.ts'
import { runProbe } from '../probe/run-probe.ts'
import type { SectionOutput } from '../probe/section.ts'
import { lookOverWire } from '../wire/look-over-wire.ts'
import type { Question } from '../wire/questions.ts'

export interface AuditHostRequest {
  readonly host: Host
  readonly fleet: Fleet
  readonly transport: Transport
  /** All of the registry when left out. */
  readonly controls?: readonly AnyControl[]
  /** Those that ship with this release when left out. */
  readonly advisories?: AdvisoryBook
  /** What was recorded of this host before, told as sections of this audit. */
  readonly recorded?: readonly SectionOutput[]
  /** Made of what the host answered and of what is known of the others, as a section of this audit. */
  readonly compared?: (outputs: ReadonlyMap<string, SectionOutput>) => Promise<SectionOutput>
  /** Asked over the same session, beside the probe. Never rejects. */
  readonly beside?: ((session: HostSession, signal: AbortSignal) => Promise<SectionOutput | undefined>) | undefined
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly signal: AbortSignal
  readonly log?: Log
  readonly onProgress: (progress: Partial<Omit<HostProgress, 'host'>>) => void
  /** What stands where a secret stood; the same everywhere when left out. */
  readonly mark?: Mark | undefined
  /** Over a new connection, whatever is open. */
  readonly fresh?: boolean
  /** With `fresh`, as in `ConnectOptions`. */
  readonly loginAfter?: Promise<void> | undefined
  /** What an earlier audit asked over the wire (`asked`): asked again as soon as the probe is on its way, so that the audit need not wait for it at the end. */
  readonly expected?: readonly Question[] | undefined
  /** Names of proxies that are asked for over the wire before others, where more share a socket than are asked for. */
  readonly names?: readonly string[] | undefined
}

export interface AuditedHost {
  readonly audit: HostAudit
  /** What the sections answered, secrets masked, for the store. Empty when the host was not reached. */
  readonly outputs: readonly SectionOutput[]
  /** What was asked over the wire. */
  readonly asked: readonly Question[]
}

/** What findings, lists and header of a host are made from. The same for a fresh audit and for one that is judged again. */
interface Recording {
  readonly host: Host
  readonly fleet: Fleet
  readonly outputs: ReadonlyMap<string, SectionOutput>
  readonly controls: readonly AnyControl[]
  /** Those that ship with this release when left out. */
  readonly advisories?: AdvisoryBook | undefined
  /** Milliseconds since the epoch at which the host was asked. */
  readonly at: number
  readonly log?: Log | undefined
}

const stateByFailure: Partial<Record<Failure['code'], ConnectionState>> = {
  'ssh.host-key-changed': 'key-changed',
  'ssh.host-key-revoked': 'key-changed',
  'ssh.auth-failed': 'auth-failed',
  'ssh.auth-timeout': 'auth-failed',
  'ssh.key-unreadable': 'auth-failed',
  'job.cancelled': 'cancelled',
}

const firstLine = (text: string): string => text.split('\n', 1)[0]?.slice(0, 400) ?? ''

/** What a report keeps of a section: how it ended, how long it took and what it complained of first, not what it printed. A command that ended with an error has failed, though it was asked. */
export function recordOf(output: SectionOutput): SectionRecord {
  const failed = output.state === 'ok' && output.exitCode !== 0
  return {
    id: output.id,
    command: output.command,
    state: failed ? 'failed' : output.state,
    exitCode: output.exitCode,
    durationMs: output.durationMs,
    bytes: output.bytes,
    sha256: output.sha256,
    message: firstLine(output.stderr),
    ...(output.sudoers === undefined ? {} : { sudoers: output.sudoers }),
  }
}

/** `full`: nothing was refused; `none`: nothing that needs root could run as root. */
function sudoOf(outputs: Iterable<SectionOutput>): SystemSummary['sudo'] {
  let ran = 0
  let refused = 0
  for (const output of outputs) {
    if (output.privileged) ran++
    if (output.sudoers !== undefined) refused++
  }
  if (refused === 0) return 'full'
  return ran === 0 ? 'none' : 'partial'
}

function summaryOf(facts: FactResults, outputs: ReadonlyMap<string, SectionOutput>, at: number): SystemSummary | undefined {
  if (!facts.system.known) return undefined
  const { os, osId, osVersion, kernel, hostname, account, epochSeconds } = facts.system.value
  return {
    os,
    osId,
    osVersion,
    kernel,
    hostname,
    account,
    clockSkewSeconds: epochSeconds - Math.round(at / 1000),
    sudo: sudoOf(outputs.values()),
  }
}

type Judged = Pick<HostAudit, 'items' | 'findings' | 'listeners' | 'services' | 'gpus' | 'unread' | 'endpoints' | 'network'> & {
  readonly system?: SystemSummary
}

/** Facts and findings of a recording. Pure: asks nobody, so a stored audit can be judged again under the controls of today. */
export function judgeRecording({ host, fleet, outputs, controls, advisories = shippedBook(), at, log }: Recording): Judged {
  const facts = readFacts(outputs, probeContextOf(fleet, host), log)
  const context = { fleet, host, now: at, advisories }
  const findings = evaluate(controls, facts, outputs, context)
  const system = summaryOf(facts, outputs, at)
  return {
    findings,
    items: itemResults(findings),
    listeners: facts.listeners.known ? [...facts.listeners.value] : [],
    services: facts.services.known ? [...facts.services.value] : [],
    gpus: [...(facts.gpus.known ? facts.gpus.value : []), ...amdFigures(facts['gpu-health'])],
    unread: {
      ...(!facts.listeners.known && { listeners: facts.listeners.reason }),
      ...(!facts.services.known && { services: facts.services.reason }),
    },
    endpoints: [...endpointsOf(facts, context)],
    network: hostNetworkOf(facts, context),
    ...(system === undefined ? {} : { system }),
  }
}

/** Every control not evaluated, for the same reason: a host that was not reached has passed nothing. */
const nothingEvaluated = (controls: readonly AnyControl[], title: string, detail: string): Finding[] =>
  controls.map((control) => notEvaluated(control, title, detail))

/**
 * Looks at one host: connects, asks, reads, judges. Never rejects: whatever goes wrong is in the audit's `state` and `failure`, and what
 * could not be measured is not evaluated. Closes the session that it opened.
 */
export async function auditHost(request: AuditHostRequest): Promise<AuditedHost> {
  const { host, fleet, controls = allControls, advisories, now, signal, log, mark, onProgress } = request
  const startedMs = now()
  const base = { name: host.name, address: host.address, startedAt: new Date(startedMs).toISOString() }
  const finishedAt = () => new Date(now()).toISOString()
  const account = (host.identity ?? fleet.identities.audit).user
  let session: HostSession | undefined
  try {
    const sections = sectionsOf(probeContextOf(fleet, host))
    onProgress({ stage: 'connecting', sectionsTotal: sections.length })
    session = await request.transport.connect(host, {
      signal,
      ...(request.fresh && { fresh: true, loginAfter: request.loginAfter }),
      onStage: (stage, hop) => onProgress({ stage: stage === 'authentication' ? 'authenticating' : 'connecting', current: hop }),
    })
    onProgress({ stage: 'probing', current: sections[0]?.id ?? '' })
    const askedMs = now()
    const wire = lookOverWire(session, fleet, host, signal, { mark, expected: request.expected, names: request.names })
    const beside = request.beside?.(session, signal)
    const run = await runProbe(session, sections, {
      account,
      signal,
      onRuns: wire.onRuns,
      onEnded: (id, output) => {
        // While the host is busy with the rest: it is kept, and there is that much less to do at the end.
        redactOutput(output(), mark)
        wire.onEnded(id, output)
      },
      timeoutMs: fleet.policy.auditTimeoutSeconds * 1000,
      onSection: (_, sectionsDone, sectionsTotal, current) => onProgress({ sectionsDone, sectionsTotal, current }),
    })
    const failure = run.failure && { ...run.failure, detail: redact(run.failure.detail, mark), host: host.name }
    const outputs = new Map([...run.outputs].map(([id, output]) => [id, redactOutput(output, mark)]))
    const answered = [...outputs.values()].some(({ state }) => state !== 'not-run')
    if (failure && !answered) return { audit: failedAudit(base, failure, controls, finishedAt()), outputs: [], asked: [] }
    for (const output of await wire.finish(outputs)) outputs.set(output.id, redactOutput(output, mark))
    const answer = await beside
    if (answer) outputs.set(answer.id, redactOutput(answer, mark))
    for (const output of request.recorded ?? []) outputs.set(output.id, output)
    const compared = await request.compared?.(outputs)
    if (compared) outputs.set(compared.id, compared)
    onProgress({ stage: 'evaluating', current: '' })
    const judged = judgeRecording({ host, fleet, outputs, controls, advisories, at: askedMs, log })
    const limited = [...outputs.values()].some(
      ({ state, sudoers }) => sudoers !== undefined || state === 'timed-out' || state === 'not-run',
    )
    const state = failure ? (failure.code === 'job.cancelled' ? 'cancelled' : 'limited') : limited ? 'limited' : 'connected'
    const audit: HostAudit = {
      ...base,
      ...judged,
      state,
      finishedAt: finishedAt(),
      sections: [...outputs.values()].map(recordOf),
      ...(failure === undefined ? {} : { failure }),
    }
    return { audit, outputs: [...outputs.values()], asked: wire.asked() }
  } catch (thrown) {
    const failure = signal.aborted ? { code: 'job.cancelled' as const, detail: 'Stopped before the host was asked' } : failureOf(thrown)
    if (failure.code === 'internal.unexpected') log?.('error', 'the audit of a host failed', { host: host.name, detail: failure.detail })
    return { audit: failedAudit(base, { host: host.name, ...failure }, controls, finishedAt()), outputs: [], asked: [] }
  } finally {
    session?.close()
  }
}

function failedAudit(
  base: Pick<HostAudit, 'name' | 'address' | 'startedAt'>,
  failure: Failure,
  controls: readonly AnyControl[],
  finishedAt: string,
): HostAudit {
  return {
    ...unmeasured(nothingEvaluated(controls, 'The host was not reached', failure.detail)),
    ...base,
    state: stateByFailure[failure.code] ?? 'unreachable',
    finishedAt,
    failure,
  }
}

/** A host of the fleet file that no audit has looked at yet: who is handed the results of a fleet must not miss it. `at`: ISO 8601, UTC. */
export function neverLookedAt({ name, address }: Host, controls: readonly AnyControl[], at: string): HostAudit {
  const failure = { code: 'audit.not-found', host: name, detail: 'No audit has looked at this host yet' } as const
  const findings = nothingEvaluated(controls, 'The host was never looked at', failure.detail)
  return { ...unmeasured(findings), name, address, state: 'idle', startedAt: at, finishedAt: at, failure }
}

const unmeasured = (findings: Finding[]) => ({
  items: itemResults(findings),
  findings,
  sections: [],
  listeners: [],
  services: [],
  gpus: [],
})
