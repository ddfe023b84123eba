/** Time limit of the stage under way. It stands still while the admin answers a prompt, since his time is not the server's. */
export class StageTimer {
  #onTimeout: () => void = () => undefined
  #timer: NodeJS.Timeout | undefined
  #remainingMs = 0
  #startedAt = 0
  #paused = 0
  #running = false

  /** Begins a stage; the limit of the one before is forgotten. Calls `onTimeout` once when the running time is used up. */
  start(limitMs: number, onTimeout: () => void): void {
    clearTimeout(this.#timer)
    this.#remainingMs = limitMs
    this.#onTimeout = onTimeout
    this.#running = true
    if (this.#paused === 0) this.#run()
  }

  /** Stands still until `work` settles. May nest. */
  async without<T>(work: Promise<T>): Promise<T> {
    if (this.#paused++ === 0) this.#halt()
    try {
      return await work
    } finally {
      if (--this.#paused === 0 && this.#running) this.#run()
    }
  }

  stop(): void {
    this.#running = false
    clearTimeout(this.#timer)
  }

  #run(): void {
    this.#startedAt = performance.now()
    this.#timer = setTimeout(this.#onTimeout, this.#remainingMs)
  }

  #halt(): void {
    clearTimeout(this.#timer)
    if (this.#running) this.#remainingMs = Math.max(0, this.#remainingMs - (performance.now() - this.#startedAt))
  }
}
