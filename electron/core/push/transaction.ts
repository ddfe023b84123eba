import { type ErrorCode, failureOf, GatehouseError } from '#shared/errors.ts'
import type { HostAudit } from '#shared/model/audit.ts'
import type { Host } from '#shared/model/fleet.ts'
import type { PushPlan, PushVerdict } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'
import type { Ledger } from '../audit/ledger/ledger.ts'
import type { HostSession } from '../ports.ts'
import { objections } from './compare.ts'
import type { HostAnswer } from './host-answer.ts'
import type { HostPush, HostStep } from './host-program.ts'
import { runStep } from './run-step.ts'
import { adviceFor, type Settled, settle } from './settle.ts'
import { readBackWords, verdictOf } from './verdict.ts'

export interface TransactionRequest {
  readonly plan: PushPlan
  readonly planSha256: string
  readonly push: HostPush
  /** Absent: as long as the look before the change says that a look may take, at least 120. */
  readonly undoAfterSeconds?: number | undefined
  /** The host as the change identity reaches it. */
  readonly host: Host
  readonly user: string
  readonly connect: (fresh: boolean, signal: AbortSignal) => Promise<HostSession>
  /** Looks with the audit identity. `fresh`: over a new connection. Never rejects. */
  readonly look: (fresh: boolean, signal: AbortSignal) => Promise<HostAudit>
  readonly ledger: Ledger
  /** A step is in the ledger and about to be taken. */
  readonly onStep: (step: string, detail: string, undoAfterSeconds: number) => void
  readonly signal: AbortSignal
}

export interface PushResult {
  readonly verdict: PushVerdict
  /** Why it was not committed; empty when it was. */
  readonly reason: string
  readonly readBack: string
  /** What to do on the console of the host, when nothing is certain. */
  readonly advice: string
}

/** How long, by our clock against the host's, a push that has not armed its undo is left alone. Clearing it too early only makes its next step fail. */
const ABANDONED_SECONDS = 30

/** Two looks, the checks of the host's own tools and the way there and back. What takes longer than 15 minutes is for a person to choose. */
const usualUndoSeconds = (lookMs: number): number => Math.min(900, Math.max(120, 60 + Math.ceil((3 * lookMs) / 1000)))

const codes: Readonly<Record<string, ErrorCode>> = { conflict: 'push.conflict', busy: 'push.busy' }

/**
 * Changes one host, or does not. Every step is in the ledger before it is taken. Throws only before anything could have been changed:
 * `push.not-possible`, `push.conflict`, `push.busy`, the failure of the connection, or that of the ledger.
 */
export async function runTransaction(request: TransactionRequest): Promise<PushResult> {
  const { plan, host, user, connect, look, ledger, onStep, signal } = request
  let { push } = request
  const note = (step: string, detail: string, digests: Readonly<Record<string, string>> = {}) =>
    ledger.append({ action: `push.${step}`, host: host.name, subject: plan.id, detail: visible(detail).slice(0, 2000), digests })
  /** Once something may have changed, a ledger that cannot be written stops no undo; it becomes part of the reason. */
  const stillNote = (...words: Parameters<typeof note>) => {
    try {
      note(...words)
    } catch (error) {
      reason = `${reason} The ledger could not be written: ${failureOf(error).detail}`.trim()
    }
  }
  const announce = (step: string, detail: string, digests?: Readonly<Record<string, string>>) => {
    note(step, detail, digests)
    onStep(step, detail, push.undoAfterSeconds)
  }
  const take = async (session: HostSession, step: HostStep, of: HostPush = push, until = signal): Promise<HostAnswer> =>
    runStep(session, step, of, user, until)
  const must = (answer: HostAnswer): void => {
    if (answer.ended) return
    const { code, detail } = answer.failed ?? { code: 'no answer', detail: 'the step did not end' }
    throw new GatehouseError({ code: codes[code] ?? 'push.interrupted', detail: visible(`${code} ${detail}`.trim()), host: host.name })
  }

  let reason = ''
  let settled: Settled | undefined
  announce('begin', `${plan.template.id} ${plan.template.version}: ${push.files.map(({ path }) => path).join(', ')}`, {
    plan: request.planSha256,
    template: plan.template.sha256,
  })
  let session: HostSession | undefined
  let before: HostAudit
  try {
    const askedMs = performance.now()
    before = await look(false, signal)
    push = { ...push, undoAfterSeconds: request.undoAfterSeconds ?? usualUndoSeconds(performance.now() - askedMs) }
    if (before.state !== 'connected' && before.state !== 'limited')
      throw new GatehouseError({
        code: 'push.not-possible',
        detail: `it could not be looked at before: ${before.failure?.detail ?? before.state}`,
      })
    session = await connect(false, signal)
    announce('stage', 'copies, backs up, validates')
    let staged = await take(session, 'stage')
    if (staged.failed?.code === 'busy' && (await collected(session, staged))) staged = await take(session, 'stage')
    if (staged.failed?.code === 'busy' && staged.open) throw new GatehouseError({ code: 'push.busy', detail: holderWords(staged) })
    if (staged.failed) must(staged)
  } catch (error) {
    session?.close()
    const failure = failureOf(error)
    note('refused', failure.detail)
    throw new GatehouseError(
      { ...failure, code: failure.code === 'push.interrupted' ? 'push.not-possible' : failure.code },
      { cause: error },
    )
  }

  try {
    announce('arm', `the undo runs by itself in ${push.undoAfterSeconds} s, and at the next start of the host`)
    must(await take(session, 'arm'))
    announce('write', 'puts the files in place')
    must(await take(session, 'write'))
    announce('activate', `reloads systemd, restarts ${push.unit}`)
    must(await take(session, 'activate'))
    announce('verify', 'connects anew and looks with the same controls')
    // Both logins prove that the host can still be reached; they need not wait for each other.
    const login = connect(true, signal)
    login.catch(() => undefined)
    try {
      const against = await prove(before)
      if (against.length > 0) throw new GatehouseError({ code: 'push.interrupted', detail: against.join('; ') })
      const anew = await login
      announce('commit', 'every control says so: disarms the undo')
      const answer = await take(anew, 'commit')
      must(answer)
      // Read back after the undo was taken away. What somebody changes later is drift.
      if (verdictOf(answer, push) === 'committed-proven') {
        settled = { verdict: 'committed-proven', answer }
        await take(anew, 'clear').catch(() => undefined)
      }
    } finally {
      await login.then(
        (anew) => anew.close(),
        () => undefined,
      )
    }
  } catch (error) {
    reason = visible(failureOf(error).detail)
  } finally {
    session.close()
  }
  if (reason !== '') {
    stillNote('undo', reason)
    onStep('undo', reason, push.undoAfterSeconds)
  }
  const { verdict, answer } = settled ?? (await settle({ connect, user }, push, reason !== ''))
  if (reason === '' && verdict === 'unknown' && answer?.marks.has('committed'))
    reason = 'It was committed, and is not as it was committed any more.'
  const advice = adviceFor(verdict, push)
  const readBack = visible(readBackWords(answer, push))
  stillNote('verdict', `${verdict}. ${reason} ${readBack}`.trim(), afterDigests(answer))
  return { verdict, reason, readBack, advice }

  /** Twice, since a service may answer a little later than it is active. */
  async function prove(was: HostAudit): Promise<string[]> {
    const once = async () => {
      const now = await look(true, signal)
      if (now.state !== 'connected' && now.state !== 'limited')
        return [`a new connection did not come through: ${now.failure?.detail ?? now.state}`]
      // What is taken back brings its findings back, with all that hung on them: the admin asked for it.
      return plan.reverts === undefined ? objections(was.findings, now.findings, plan.turns) : []
    }
    const first = await once()
    return first.length === 0 ? first : once()
  }

  /** True when an earlier push that ended, or that changed nothing and was left, was written down and cleared away. */
  async function collected(at: HostSession, found: HostAnswer): Promise<boolean> {
    const { open, marks, armed } = found
    if (open === undefined) return false
    const ended = marks.has('undone') || marks.has('committed')
    const left = !armed && !marks.has('writing') && Date.now() / 1000 - open.since > ABANDONED_SECONDS
    if (!ended && !left) return false
    const how = marks.has('committed') ? 'it was committed' : ended ? 'its undo ran' : 'it changed nothing'
    ledger.append({ action: 'push.collect', host: host.name, subject: visible(open.id).slice(0, 100), detail: `met by ${plan.id}: ${how}` })
    await take(at, ended ? 'clear' : 'undo', { ...push, id: open.id })
    return true
  }
}

/** Who holds the lock of the host, since when, and what becomes of it. */
const holderWords = ({ open, armed }: HostAnswer): string => {
  const since = open && open.since > 0 && open.since < 8e9 ? new Date(open.since * 1000).toISOString() : 'an unknown time'
  const what = armed ? 'its undo is armed and ends it' : 'it has changed nothing yet; left like this, the next push clears it away'
  return visible(`${open?.who || 'somebody'} since ${since} by the clock of the host, push ${open?.id}: ${what}`)
}

const afterDigests = (answer: HostAnswer | undefined): Record<string, string> =>
  Object.fromEntries(
    [...(answer?.files ?? [])].flatMap(([number, state]) => {
      const sha256 = state.split(':')[0] ?? ''
      return /^[0-9a-f]{64}$/.test(sha256) ? [[`file-${number}`, sha256]] : []
    }),
  )
