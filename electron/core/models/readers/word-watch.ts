const [BACKSLASH, UNDERSCORE] = [0x5c, 0x5f]
const WORD = [...Buffer.from('_target_')]
const whole = /^(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3})$/
const begun = /^(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-7]{0,2})$/

/** Waits for `_target_` in a text of any length that comes character by character, also where JSON or Python in it writes it with escapes. */
export class WordWatch {
  #found = false
  #matched = 0
  /** What has come behind a backslash. */
  #escape: string | undefined

  get found(): boolean {
    return this.#found
  }

  feed(code: number): void {
    if (this.#escape === undefined) {
      if (code === BACKSLASH) this.#escape = ''
      else this.#match(code)
      return
    }
    this.#escape += String.fromCharCode(code)
    if (begun.test(this.#escape)) return
    this.#match(whole.test(this.#escape) ? numberOf(this.#escape) : code)
    this.#escape = undefined
  }

  #match(code: number): void {
    this.#matched = code === WORD[this.#matched] ? this.#matched + 1 : code === UNDERSCORE ? 1 : 0
    if (this.#matched < WORD.length) return
    this.#found = true
    this.#matched = 1
  }
}

const numberOf = (digits: string): number => (/^\d/.test(digits) ? Number.parseInt(digits, 8) : Number.parseInt(digits.slice(1), 16))
