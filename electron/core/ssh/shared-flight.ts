/**
 * One piece of work that several callers wait for. A caller whose signal aborts leaves at once; the work itself is aborted only when
 * nobody waits for it any more.
 */
export class SharedFlight<T> {
  readonly #controller = new AbortController()
  readonly #work: Promise<T>
  #waiting = 0

  constructor(start: (signal: AbortSignal) => Promise<T>) {
    this.#work = start(this.#controller.signal)
    // Every caller sees the failure through `join`; without one (all left) there is nobody to tell.
    this.#work.catch(() => undefined)
  }

  /** True when everybody left: the work is being undone and must not be joined. */
  get abandoned(): boolean {
    return this.#controller.signal.aborted
  }

  join(signal: AbortSignal): Promise<T> {
    if (signal.aborted) {
      if (this.#waiting === 0) this.#controller.abort(signal.reason)
      return Promise.reject(signal.reason)
    }
    this.#waiting++
    return new Promise((resolve, reject) => {
      let left = false
      const done = (settle: () => void) => {
        if (left) return
        left = true
        signal.removeEventListener('abort', leave)
        this.#waiting--
        settle()
      }
      const leave = () => {
        done(() => reject(signal.reason))
        if (this.#waiting === 0) this.#controller.abort(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#work.then(
        (value) => done(() => resolve(value)),
        (error: unknown) => done(() => reject(error)),
      )
    })
  }
}
