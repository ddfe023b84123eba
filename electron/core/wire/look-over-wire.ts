import { isDeepStrictEqual } from 'node:util'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import { verdictFor } from '../facts/firewall/reach.ts'
import { factsForQuestions } from '../facts/first-asked.ts'
import { probeContextOf, readFacts, sectionsOf } from '../facts/registry.ts'
import { type Mark, redactOutput } from '../facts/secrets.ts'
import type { HostSession } from '../ports.ts'
import type { SectionOutput } from '../probe/section.ts'
import { askOverWire, notAsked, type WireRun } from './ask-over-wire.ts'
import { type Question, questionsFor } from './questions.ts'

/** A near host answers sooner, but a busy console may hear it later, and what it did not hear it would take for silence. */
const MIN_PATIENCE_MS = 300
const MAX_PATIENCE_MS = 1000

export interface WireLook {
  /** For `runProbe`: the probe is on its way, and small packets beside it hold nothing back. */
  onRuns(): void
  /** For `runProbe`: the questions go out while the rest of the probe still runs. */
  onEnded(id: string, output: () => SectionOutput): void
  /** The answers as sections. `outputs` is all that the probe answered. Never rejects. */
  finish(outputs: ReadonlyMap<string, SectionOutput>): Promise<readonly SectionOutput[]>
  /** What was asked; empty before the probe has said what listens. */
  asked(): readonly Question[]
}

/**
 * Looks at a host from the network beside the probe: as soon as the sections are there that say what listens, the host's own address is asked
 * over channels of the jump host, so that looking from both sides takes no longer than looking from one. `mark` as for the audit, which then does not
 * mask and read the same again. `expected`: asked already while the probe is on its way; these answers count when it says that this is what is to be asked.
 * `names`: as for `questionsFor`.
 */
export function lookOverWire(
  session: HostSession,
  fleet: Fleet,
  host: Host,
  signal: AbortSignal,
  {
    mark,
    expected = [],
    names = [],
  }: {
    readonly mark?: Mark | undefined
    readonly expected?: readonly Question[] | undefined
    readonly names?: readonly string[] | undefined
  } = {},
): WireLook {
  const context = probeContextOf(fleet, host)
  const awaited = new Set(sectionsOf(context, factsForQuestions).map(({ id }) => id))
  const early = new Map<string, SectionOutput>()
  const begunMs = performance.now()
  let firstAnswerMs = 0
  let questions: readonly Question[] = []
  let run: WireRun | undefined
  let ahead: WireRun | undefined
  const inVain = new AbortController()

  function start(outputs: ReadonlyMap<string, SectionOutput>): WireRun | undefined {
    const facts = readFacts(outputs, context, undefined, factsForQuestions)
    if (!facts.services.known) return undefined
    questions = questionsFor(facts, host, names)
    if (ahead !== undefined && isDeepStrictEqual(questions, expected)) return ahead
    inVain.abort()
    return askOverWire(session, questions, { fleet, host, signal })
  }

  return {
    onRuns() {
      if (expected.length > 0) ahead ??= askOverWire(session, expected, { fleet, host, signal: AbortSignal.any([signal, inVain.signal]) })
    },
    onEnded(id, output) {
      firstAnswerMs ||= performance.now() - begunMs
      if (run !== undefined || !awaited.has(id)) return
      early.set(id, redactOutput(output(), mark))
      if (early.size === awaited.size) run = start(early)
    },
    async finish(outputs) {
      run ??= signal.aborted ? undefined : start(outputs)
      if (run === undefined) {
        inVain.abort()
        return [notAsked(fleet, host, 'the probe did not tell what listens on this host')]
      }
      // All of them: what the audit reads next is read while the answers are on their way.
      const { firewall, network } = readFacts(outputs, context)
      const patience = Math.min(Math.max(firstAnswerMs, MIN_PATIENCE_MS), MAX_PATIENCE_MS)
      // A port that the rules close to the jump host was asked as well, but waiting longer for its silence tells nothing.
      const closed = (port: number): boolean =>
        firewall.known &&
        fleet.networks.jump.length > 0 &&
        fleet.networks.jump.every((source) => {
          const query = { direction: 'in', protocol: 'tcp', port, source } as const
          return verdictFor(firewall.value, network.known ? network.value : undefined, query).verdict === 'drop'
        })
      return run.finish((port) => (closed(port) ? 0 : patience))
    },
    asked: () => questions,
  }
}
