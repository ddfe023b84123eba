const SMALLEST = 16

/**
 * Names that were met, as 53-bit hashes (cyrb53) in one array: a tokenizer has some hundred thousand, and the strings themselves would be most of what reading it
 * takes. Two names of one hash count as one name; that makes a file unreadable, never sound.
 */
export class NameSet {
  #slots = new Float64Array(SMALLEST)
  #size = 0

  /** False when the name was there. */
  add(name: string): boolean {
    const hash = hashOf(name)
    const at = this.#slotOf(hash)
    if (this.#slots[at] === hash) return false
    this.#slots[at] = hash
    this.#size += 1
    if (this.#size * 2 > this.#slots.length) this.#grow()
    return true
  }

  #slotOf(hash: number): number {
    const mask = this.#slots.length - 1
    let at = hash & mask
    while (this.#slots[at] !== 0 && this.#slots[at] !== hash) at = (at + 1) & mask
    return at
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = new Float64Array(before.length * 2)
    for (const hash of before) if (hash !== 0) this.#slots[this.#slotOf(hash)] = hash
  }
}

/** Never 0, which marks a free slot. */
function hashOf(text: string): number {
  let [low, high] = [0xdeadbeef, 0x41c6ce57]
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    low = Math.imul(low ^ code, 2_654_435_761)
    high = Math.imul(high ^ code, 1_597_334_677)
  }
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909)
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909)
  return 4_294_967_296 * (2_097_151 & high) + (low >>> 0) + 1
}
