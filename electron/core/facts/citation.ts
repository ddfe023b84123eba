/** Points at one line of what the host printed. Policy's engine cuts it out of the evidence together with its neighbours. */
export interface Citation {
  readonly section: string
  /** From 1. 0 cites the section as a whole (an absence is proven by the whole output). */
  readonly line: number
  /** What was found and what was expected, e.g. "Bound to every interface. Expected 127.0.0.1:11434." Only on offending lines. */
  readonly note?: string | undefined
  /** Words of the line that are the reason. */
  readonly token?: string | undefined
  /** What the digest takes of it, where another line may prove the same another time. Empty where it only confirms what others prove. */
  readonly proves?: string | undefined
}
