import type { ProbeContext, SectionOutput, SectionSpec } from '../probe/section.ts'
import type { FactResult } from './fact.ts'
import type { FactId, Facts } from './facts.ts'

/** What a fact is read from. */
export interface FactSources {
  readonly context: ProbeContext
  /** Throws when the section is not one of this probe: that is a mistake in the code, not on the host. */
  section(id: string): SectionOutput
  /** Answers that were not asked by the probe's script: the section of this name and all that begin with it and a dash. */
  answers(name: string): readonly SectionOutput[]
  /** A fact that stands earlier in the registry. */
  fact<K extends FactId>(id: K): FactResult<Facts[K]>
}

/** A fact from question to answer: what is asked on a host, and how its output is read. */
export interface FactDefinition<K extends FactId> {
  readonly id: K
  /** What must be asked on the host. */
  sections(context: ProbeContext): readonly SectionSpec[]
  /** Pure: recordings in, typed facts out. Never throws on host output; what cannot be read is `unknown`. */
  read(sources: FactSources): FactResult<Facts[K]>
}
