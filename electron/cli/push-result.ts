import type { WaveOutcome } from '#core/push/push-waves.ts'
import type { PushResult } from '#core/push/transaction/transaction.ts'
import { verdictWords } from '#shared/model/push-plan.ts'
import { visible } from '#shared/words.ts'

/** What came of a push on one host, as lines for a terminal. */
export function resultText(host: string, { verdict, reason, readBack, advice }: PushResult): string {
  const lines = [`${host}: ${verdictWords[verdict]}`, reason && `because   ${reason}`, `read back ${readBack}`, advice]
  return `${lines
    .filter((line) => line !== '')
    .map(visible)
    .join('\n')}\n`
}

/** What came of one host, for machines: the same fields whatever it was. `id` is that of the push, under which the ledger has it. */
export interface HostOutcome {
  readonly host: string
  readonly id: string
  readonly outcome: WaveOutcome['outcome']
  readonly reason: string
  /** Empty where nothing was begun. */
  readonly readBack: string
  /** What to do on the console of the host; empty when all is certain. */
  readonly advice: string
}

/** The same as an object of `--json`. `id`: that of the push, by which it is taken back or finished. */
export const hostOutcome = (id: string, { host, outcome, reason, result }: WaveOutcome): HostOutcome => ({
  ...{ host, id, outcome, reason, readBack: result?.readBack ?? '', advice: result?.advice ?? '' },
})

/** A push of its own in the form of one that is part of a wave. */
export const outcomeOf = (host: string, result: PushResult): WaveOutcome => ({
  host,
  outcome: result.verdict,
  reason: result.reason,
  result,
})

/** To stdout, which has nothing but it: all that is said beside goes to stderr. */
export const writeJson = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
