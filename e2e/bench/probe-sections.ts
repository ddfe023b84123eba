import type { HostSession } from '#core/ports.ts'
import { runProbe } from '#core/probe/run-probe.ts'
import type { SectionSpec } from '#core/probe/section.ts'
import { median, timed } from './samples.ts'

export interface ProbeTimes {
  readonly wholeMs: readonly number[]
  readonly slowestMs: readonly number[]
  /** Id of the section that takes longest when it is asked alone. */
  readonly slowest: string
}

/**
 * The whole probe against its slowest section asked alone, over one open session, round by round in turn. What is asked next is never what was asked before, so
 * that each is sent its script: the shell that the host keeps would answer the same question sooner.
 */
export async function measureSections(session: HostSession, sections: readonly SectionSpec[], rounds: number): Promise<ProbeTimes> {
  const ask = (asked: readonly SectionSpec[]) =>
    timed(async () => {
      const { failure } = await runProbe(session, asked, { account: 'audit', signal: new AbortController().signal, timeoutMs: 60_000 })
      if (failure) throw new Error(`the probe failed: ${failure.code} ${failure.detail ?? ''}`)
    })
  // What hangs on another section is not asked without it.
  const alone = sections.filter(({ unless, reads }) => (unless ?? reads) === undefined).map((section) => ({ section, ms: [] as number[] }))
  for (let round = 0; round < 3; round++) for (const { section, ms } of alone) ms.push(await ask([section]))
  const slowest = alone.reduce((most, each) => (median(each.ms) > median(most.ms) ? each : most)).section
  const wholeMs: number[] = []
  const slowestMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    wholeMs.push(await ask(sections))
    slowestMs.push(await ask([slowest]))
  }
  return { wholeMs, slowestMs, slowest: slowest.id }
}
