import type { Answer } from '../demo/answer.ts'
import type { DemoHost } from '../demo/demo-host.ts'

/** A host, and what the console knows of it from before this audit. */
export interface LookedAtHost extends DemoHost {
  /** Sections that the audit does not ask for, by id: models that were verified, files that were pushed. */
  readonly recorded?: Readonly<Record<string, string>>
  /** Age of the console's advisory data; a day when left out. */
  readonly advisoryAgeDays?: number
}

/** What a section answers instead: something else, nothing since the program is missing, or a refusal of sudo. */
export type Tampered = Answer | 'missing' | 'denied' | 'timed-out' | 'truncated'

/** One thing that is other than on the base host: of the host itself, or of what it answers. */
export interface Sin {
  readonly host?: (host: LookedAtHost) => LookedAtHost
  /** Undefined leaves the answer to the host. */
  readonly answer?: (section: string, answer: Answer | undefined) => Tampered | undefined
}

export interface CorpusHost {
  /** Unique; its expected findings stand under it in `__fixtures__/`. */
  readonly name: string
  /** What an admin would say about it. */
  readonly about: string
  readonly base: LookedAtHost
  readonly sins: readonly Sin[]
}

export const corpusHost = (name: string, about: string, base: LookedAtHost, ...sins: readonly (Sin | readonly Sin[])[]): CorpusHost => ({
  ...{ name, about, base },
  sins: sins.flat(),
})

export const applied = ({ base, sins }: Pick<CorpusHost, 'base' | 'sins'>): LookedAtHost =>
  sins.reduce((host, sin) => sin.host?.(host) ?? host, base)
