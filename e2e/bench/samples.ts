/** Small statistics over few samples. */

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const [low, high] = [sorted[sorted.length % 2 === 1 ? middle : middle - 1], sorted[middle]]
  if (low === undefined || high === undefined) throw new RangeError('no samples')
  return (low + high) / 2
}

/** Median of `a[i] / b[i]`: both were measured in the same round, so that a slow moment of the machine hits both. */
export const pairedRatio = (a: readonly number[], b: readonly number[]): number =>
  median(a.map((value, index) => value / (b[index] ?? Number.NaN)))

/** Milliseconds that one call takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

export interface Measure {
  readonly name: string
  readonly value: number
  readonly goal: string
  readonly note: string
}
