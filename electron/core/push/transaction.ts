import { type ErrorCode, failureOf, GatehouseError } from '#shared/errors.ts'
import type { Host } from '#shared/model/fleet.ts'
import type { PushPlan, PushVerdict } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { HostSession } from '../ports.ts'
import { type HostLook, objections, unseen } from './compare.ts'
import { openDoors } from './doors.ts'
import { collectEarlier, holderWords } from './earlier-push.ts'
import { type Look, looksAfter } from './early-look.ts'
import { extendedSeconds } from './history.ts'
import { type HostAnswer, mustHaveEnded } from './host-answer.ts'
import type { HostPush, HostStep } from './host-program.ts'
import { adviceFor, type Settled, settle } from './settle.ts'
import { openLane, type StepLane } from './step-lane.ts'
import { contradicted, readBackWords, verdictOf } from './verdict.ts'
import { concernsLogin } from './way-in.ts'

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
  /** The look before the change. Never rejects. */
  readonly before: () => Promise<HostLook>
  /** With the audit identity. */
  readonly look: Look
  readonly ledger: Ledger
  /** A step, which is in the ledger, is taken now. */
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

/** Two looks, the checks of the host's own tools and the way there and back. What takes longer than 15 minutes is for a person to choose. */
const usualUndoSeconds = (lookMs: number): number => Math.min(900, Math.max(120, 60 + Math.ceil((3 * lookMs) / 1000)))

/** Of these it is certain that not even the first step was begun. */
const notBegun: readonly ErrorCode[] = ['push.not-possible', 'ssh.exec-refused', 'prompt.declined', 'prompt.unavailable']
/** A service may answer a little later than it is active. */
const LOOKS_AFTER = 3

/**
 * Changes one host, or does not. Every step is in the ledger before it is taken. Throws only before anything could have been changed:
 * `push.not-possible`, `push.conflict`, `push.busy`, the failure of the connection, or that of the ledger.
 */
export async function runTransaction(request: TransactionRequest): Promise<PushResult> {
  const { plan, host, user, connect, ledger, onStep, signal } = request
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
  /** The ledger knows it whoever puts it off, this window or a command beside it. */
  const extended = (): number => {
    try {
      return extendedSeconds(ledger.read().records, plan.id)
    } catch {
      return 0
    }
  }
  const laneOf = (of: HostSession) => openLane(of, user, 'root', () => extended() * 1000)
  const announce = (step: string, detail: string, digests?: Readonly<Record<string, string>>) => {
    note(step, detail, digests)
    onStep(step, detail, push.undoAfterSeconds)
  }
  const cutsOff = concernsLogin(plan)
  const looks = looksAfter(request.look, signal)

  let reason = ''
  let settled: Settled | undefined
  /** Steps are on their way to the host, and no answer says that it took none. */
  let sent = false
  announce('begin', `${plan.template.id} ${plan.template.version}: ${push.files.map(({ path }) => path).join(', ')}`, {
    plan: request.planSha256,
    template: plan.template.sha256,
  })
  let session: HostSession | undefined
  let lane: StepLane | undefined
  let before: HostLook | undefined
  let answers: readonly HostAnswer[] = []
  try {
    before = await request.before()
    push = { ...push, undoAfterSeconds: request.undoAfterSeconds ?? usualUndoSeconds(before.tookMs) }
    const hidden = unseen(before)
    if (hidden !== '') throw new GatehouseError({ code: 'push.not-possible', detail: `it could not be looked at before: ${hidden}` })
    session = await connect(false, signal)
    lane = laneOf(session)
    // What no login hangs on cannot hinder one: the way of the new connection is made while the host works, and it logs in when the change holds.
    if (!cutsOff) void lane.leavesRoom.then(() => looks.prepare())
    let refused = await changing(lane)
    if (refused?.failed?.code === 'busy' && (await collectEarlier({ lane, found: refused, push, host: host.name, ledger, signal })))
      refused = await changing(lane)
    if (refused?.failed?.code === 'busy' && refused.open) throw new GatehouseError({ code: 'push.busy', detail: holderWords(refused) })
    if (refused) mustHaveEnded(refused, host.name)
  } catch (error) {
    const failure = failureOf(error)
    if (sent && !notBegun.includes(failure.code)) reason = visible(failure.detail)
    else {
      looks.end()
      void lane?.close()
      session?.close()
      note('refused', failure.detail)
      throw new GatehouseError(
        { ...failure, code: failure.code === 'push.interrupted' ? 'push.not-possible' : failure.code },
        { cause: error },
      )
    }
  }

  try {
    if (reason === '' && lane && before) await prove(lane, before)
  } catch (error) {
    reason = visible(failureOf(error).detail)
  } finally {
    looks.end()
    void lane?.close()
    session?.close()
  }
  // What broke off under it says nothing of why.
  if (reason !== '' && signal.aborted) reason = 'it was stopped at this console'
  if (reason !== '') {
    stillNote('undo', reason)
    onStep('undo', reason, push.undoAfterSeconds)
  }
  const { verdict, answer } =
    settled ?? (await settle({ connect, user }, { ...push, undoAfterSeconds: push.undoAfterSeconds + extended() }, reason !== ''))
  if (reason === '' && verdict === 'unknown' && (answer?.marks.has('committed') || answer?.kept))
    reason = 'It was committed, and is not as it was committed any more.'
  const advice = adviceFor(verdict, push)
  const readBack = visible(readBackWords(answer, push))
  stillNote('verdict', [`${verdict}.`, reason, readBack].filter((words) => words !== '').join(' '), afterDigests(answer))
  return { verdict, reason, readBack, advice }

  /**
   * From the lock of the host to what holds there, in one message: the host needs no word of ours in between, as it takes each step only when the one
   * before did all that it does. All are in the ledger before the first is taken. The answer of a first step that refused.
   */
  async function changing(on: StepLane): Promise<HostAnswer | undefined> {
    const steps: readonly (readonly [HostStep, string])[] = [
      ['stage', 'copies, backs up, validates'],
      ['arm', `the undo runs by itself in ${push.undoAfterSeconds} s, and at the next start of the host`],
      ['write', 'puts the files in place'],
      ['activate', activation(plan.danger, push.unit)],
    ]
    for (const step of steps) note(...step)
    const told = steps.values()
    const tell = () => {
      const [step, detail] = told.next().value ?? []
      if (step !== undefined && detail !== undefined) onStep(step, detail, push.undoAfterSeconds)
    }
    tell()
    sent = true
    answers = await on.take(
      steps.map(([step]) => step),
      push,
      signal,
      tell,
    )
    const [staged] = answers
    if (staged?.failed === undefined) return undefined
    sent = false
    return staged
  }

  /** From what holds on the host to the commit. */
  async function prove(on: StepLane, was: HostLook): Promise<void> {
    for (const answer of answers) {
      mustHaveEnded(answer, host.name)
      const words = contradicted(answer, push)
      if (words !== '') throw new GatehouseError({ code: 'push.interrupted', detail: words })
    }
    announce('verify', 'connects anew and looks with the same controls')
    let login: Promise<{ readonly anew: HostSession; readonly lane: StepLane }> | undefined
    if (cutsOff) {
      void on.close()
      // Both logins prove that the host can still be reached; they need not wait for each other.
      login = connect(true, signal).then((anew) => ({ anew, lane: laneOf(anew) }))
      login.catch(() => undefined)
    }
    try {
      const against = await speaksAgainst(was)
      if (against.length > 0) throw new GatehouseError({ code: 'push.interrupted', detail: against.join('; ') })
      const last = login === undefined ? on : (await login).lane
      announce('commit', 'every control says so: disarms the undo')
      // What is as it was to be, read back after the undo was taken away, is cleared away at once. What somebody changes later is drift.
      const [answer] = await last.take(['commit', 'clear'], push, signal)
      if (answer === undefined) return
      mustHaveEnded(answer, host.name)
      if (verdictOf(answer, push) === 'committed-proven') settled = { verdict: 'committed-proven', answer }
    } finally {
      login?.then(
        (opened) => {
          void opened.lane.close()
          opened.anew.close()
        },
        () => undefined,
      )
    }
  }

  async function speaksAgainst(was: HostLook): Promise<string[]> {
    const once = async () => {
      const now = await looks.look()
      const hidden = unseen(now)
      if (hidden !== '') return [`a new connection did not come through: ${hidden}`]
      // What is taken back brings its findings back, with all that hung on them: the admin asked for it.
      return plan.reverts === undefined ? [...objections(was.findings, now.findings, plan), ...openDoors(now.doors, plan)] : []
    }
    let against = await once()
    for (let taken = 1; against.length > 0 && taken < LOOKS_AFTER; taken++) against = await once()
    return against
  }
}

const activation = (danger: PushPlan['danger'], unit: string): string => {
  if (unit === '') return 'makes what is new hold'
  return danger === 'restart' ? `reloads systemd, restarts ${unit}` : `has ${unit} take what is new`
}

const afterDigests = (answer: HostAnswer | undefined): Record<string, string> =>
  Object.fromEntries(
    [...(answer?.files ?? [])].flatMap(([number, state]) => {
      const sha256 = state.split(':')[0] ?? ''
      return /^[0-9a-f]{64}$/.test(sha256) ? [[`file-${number}`, sha256]] : []
    }),
  )
