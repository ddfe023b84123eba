import { randomBytes } from 'node:crypto'
import { GatehouseError } from '#shared/errors.ts'
import type { Enrolment, StepUpState } from '#shared/model/step-up.ts'
import type { LedgerEntry } from '../ledger/record.ts'
import type { Clock, SecretStore } from '../ports.ts'
import { enrolmentOf } from './enrolment.ts'
import { type KeptSecret, secretPlace } from './kept-secret.ts'
import { counterOfCode } from './totp.ts'

const UNLOCKED_MS = 10 * 60_000
const ENROLMENT_MS = 10 * 60_000
/** RFC 4226, 4, R6: 160 bits. */
const SECRET_BYTES = 20
/** After these, each further wrong code blocks for twice as long as the one before, up to an hour. */
const FREE_FAILURES = 5
const FIRST_BLOCK_MS = 30_000
const MAX_BLOCK_MS = 3_600_000

export interface StepUpPorts {
  readonly clock: Clock
  readonly secrets: SecretStore
  readonly ledger: { append(entry: LedgerEntry): unknown }
  /** Account of the person at this console. */
  readonly account: string
  readonly changed: (event: 'step-up:changed') => void
}

/** The administrator's second factor: a code of an authenticator (TOTP, RFC 6238), good for ten minutes. */
export interface StepUp {
  state(): Promise<StepUpState>
  /** Begins an enrolment. Throws `step-up.needed` where one is enrolled already and no code was shown. */
  enrol(): Promise<Enrolment>
  /** Takes a code once: it ends an enrolment, or unlocks. Throws `step-up.wrong-code`, `step-up.blocked`, `step-up.not-enrolled`. */
  confirm(code: string): Promise<StepUpState>
  lock(): Promise<StepUpState>
  /** Throws `step-up.needed` unless a code was taken within the last ten minutes. */
  require(): void
}

/** That a code was taken is kept in memory: another start of the program, or a clock that was set back, locks. The secret is in `secrets`. */
export function createStepUp({ clock, secrets, ledger, account, changed }: StepUpPorts): StepUp {
  const place = secretPlace(secrets)
  let unlockedAtMs: number | undefined
  let begun: { readonly secret: Buffer; readonly atMs: number } | undefined
  let last: Promise<unknown> = Promise.resolve()

  /** One at a time: two that come at once must not take the same code twice. */
  function inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = last.then(run)
    last = turn.catch(() => undefined)
    return turn
  }

  /** A clock that was set back locks. */
  function unlocked(): boolean {
    const age = unlockedAtMs === undefined ? -1 : clock.now() - unlockedAtMs
    return age >= 0 && age < UNLOCKED_MS
  }

  const iso = (ms: number) => new Date(ms).toISOString()
  const note = (action: string, detail: string) => ledger.append({ action: `step-up.${action}`, host: '', subject: account, detail })

  async function state(): Promise<StepUpState> {
    const kept = await place.read()
    return {
      enrolled: kept !== undefined,
      kept: place.kept,
      unlockedUntil: unlockedAtMs !== undefined && unlocked() ? iso(unlockedAtMs + UNLOCKED_MS) : null,
      blockedUntil: kept !== undefined && kept.blockedUntilMs > clock.now() ? iso(kept.blockedUntilMs) : null,
    }
  }

  function require(): void {
    if (!unlocked()) throw new GatehouseError({ code: 'step-up.needed', detail: 'no code was taken in the last 10 minutes' })
  }

  async function take(code: string): Promise<void> {
    const now = clock.now()
    const kept = await place.read()
    const wanted = begun && now - begun.atMs < ENROLMENT_MS ? begun : undefined
    if (kept === undefined && wanted === undefined)
      throw new GatehouseError({ code: 'step-up.not-enrolled', detail: 'this console knows no authenticator' })
    if (kept && kept.blockedUntilMs > now)
      throw new GatehouseError({ code: 'step-up.blocked', detail: `until ${iso(kept.blockedUntilMs)}` })
    const digits = code.replace(/\s/g, '')
    const ofNew = wanted && counterOfCode(wanted.secret, digits, now, -1)
    if (wanted && ofNew !== undefined) {
      await place.write({ secret: wanted.secret.toString('base64'), lastCounter: ofNew, failures: 0, blockedUntilMs: 0 })
      note('enrol', kept ? 'another authenticator takes the place of the one before' : 'the first authenticator of this console')
      begun = undefined
    } else if (kept) await takeOfKept(kept, digits, now)
    else throw new GatehouseError({ code: 'step-up.wrong-code', detail: 'it is none of the new authenticator' })
    unlockedAtMs = now
  }

  /** Written down before it counts, so that neither a crash nor a restart gives a code or a try back. */
  async function takeOfKept(kept: KeptSecret, digits: string, now: number): Promise<void> {
    const counter = counterOfCode(Buffer.from(kept.secret, 'base64'), digits, now, kept.lastCounter)
    if (counter !== undefined) {
      await place.write({ ...kept, lastCounter: counter, failures: 0, blockedUntilMs: 0 })
      note('confirm', 'a code was taken; good for 10 minutes')
      return
    }
    const failures = kept.failures + 1
    const blockedMs = failures < FREE_FAILURES ? 0 : Math.min(MAX_BLOCK_MS, FIRST_BLOCK_MS * 2 ** Math.min(20, failures - FREE_FAILURES))
    await place.write({ ...kept, failures, blockedUntilMs: blockedMs === 0 ? 0 : now + blockedMs })
    note('refuse', `a wrong code, or one that was used before; the ${failures}. in a row`)
    throw new GatehouseError({ code: 'step-up.wrong-code', detail: `${failures} in a row` })
  }

  return {
    state,
    require,
    enrol: () =>
      inTurn(async () => {
        if ((await place.read()) !== undefined) require()
        begun = { secret: randomBytes(SECRET_BYTES), atMs: clock.now() }
        return enrolmentOf(begun.secret, account)
      }),
    confirm: (code) =>
      inTurn(async () => {
        try {
          await take(code)
        } finally {
          changed('step-up:changed')
        }
        return state()
      }),
    lock() {
      unlockedAtMs = undefined
      changed('step-up:changed')
      return state()
    },
  }
}
