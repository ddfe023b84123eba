import type { SectionOutput } from '../probe/section.ts'
import type { FactResult } from './fact.ts'
import type { FactDefinition, FactSources } from './fact-definition.ts'
import type { FactId } from './facts.ts'

/** Something that a fact asked its sources for, and what it was told. */
interface Asked {
  readonly again: (sources: FactSources) => unknown
  readonly told: unknown
}

interface Remembered {
  readonly asked: readonly Asked[]
  readonly result: FactResult<unknown>
}

const known = new WeakMap<SectionOutput, Map<FactId, Remembered>>()

/**
 * What the fact reads, kept for as long as the answer of its first section is: what to ask over the network is made of facts that the audit reads
 * again a moment later. Kept only where everything that the fact asked for is still the same, so it must ask nobody but its sources. Throws what `read` throws.
 */
export function readOnce(definition: FactDefinition<FactId>, sources: FactSources): FactResult<unknown> {
  const [first] = definition.sections(sources.context)
  if (first === undefined) return definition.read(sources)
  const output = sources.section(first.id)
  const before = known.get(output)?.get(definition.id)
  if (before?.asked.every(({ again, told }) => isSame(again(sources), told))) return before.result
  const asked: Asked[] = []
  const noted = <T>(again: (from: FactSources) => T): T => {
    const told = again(sources)
    asked.push({ again, told })
    return told
  }
  const { fleet, host } = sources.context
  asked.push({ again: ({ context }) => [context.fleet, context.host], told: [fleet, host] })
  const result = definition.read({
    context: sources.context,
    section: (id) => noted((from) => from.section(id)),
    answers: (name) => noted((from) => from.answers(name)),
    fact: (id) => noted((from) => from.fact(id)),
  })
  known.set(output, (known.get(output) ?? new Map()).set(definition.id, { asked, result }))
  return result
}

const isSame = (now: unknown, before: unknown): boolean =>
  Array.isArray(now) && Array.isArray(before) ? now.length === before.length && now.every((one, at) => one === before[at]) : now === before
