/** Calls `run` at once, then at most every `intervalMs`, and once more at the end, so that the last state is always told. */
export function throttled(run: () => void, intervalMs: number): () => void {
  let timer: NodeJS.Timeout | undefined
  let again = false
  return () => {
    if (timer !== undefined) {
      again = true
      return
    }
    run()
    timer = setTimeout(() => {
      timer = undefined
      if (!again) return
      again = false
      run()
    }, intervalMs)
    timer.unref()
  }
}
