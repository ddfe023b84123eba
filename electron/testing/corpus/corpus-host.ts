import type { Answer } from '../demo/answer.ts'
import type { DemoHost } from '../demo/demo-host.ts'

/** What a section answers instead: something else, nothing since the program is missing, or a refusal of sudo. */
export type Tampered = Answer | 'missing' | 'denied' | 'timed-out' | 'truncated'

/** One thing that is other than on the base host: of the host itself, or of what it answers. */
export interface Sin {
  readonly host?: (host: DemoHost) => DemoHost
  /** Undefined leaves the answer to the host. */
  readonly answer?: (section: string, answer: Answer | undefined) => Tampered | undefined
}

export interface CorpusHost {
  /** Unique; its expected findings stand under it in `__fixtures__/`. */
  readonly name: string
  /** What an admin would say about it. */
  readonly about: string
  readonly base: DemoHost
  readonly sins: readonly Sin[]
}

export const corpusHost = (name: string, about: string, base: DemoHost, ...sins: readonly (Sin | readonly Sin[])[]): CorpusHost => ({
  ...{ name, about, base },
  sins: sins.flat(),
})

export const applied = ({ base, sins }: Pick<CorpusHost, 'base' | 'sins'>): DemoHost =>
  sins.reduce((host, sin) => sin.host?.(host) ?? host, base)
