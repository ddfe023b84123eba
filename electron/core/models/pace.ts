import type { ModelProgress } from '#shared/model/model-job.ts'

/** Speed over the last seconds, and what that leaves. */
export function paceOf(now: () => number): (bytes: number, total: number) => Pick<ModelProgress, 'bytesPerSecond' | 'secondsLeft'> {
  const samples: { readonly at: number; readonly bytes: number }[] = []
  return (bytes, total) => {
    const at = now()
    samples.push({ at, bytes })
    while (samples.length > 2 && at - (samples[0]?.at ?? at) > 15_000) samples.shift()
    const [first] = samples
    const seconds = first ? (at - first.at) / 1000 : 0
    const bytesPerSecond = first && seconds >= 0.5 ? Math.max(0, (bytes - first.bytes) / seconds) : 0
    return bytesPerSecond > 0
      ? { bytesPerSecond, secondsLeft: Math.round((total - bytes) / bytesPerSecond) }
      : { bytesPerSecond: 0, secondsLeft: undefined }
  }
}
