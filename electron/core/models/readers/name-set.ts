import { hashName } from './name-hash.ts'

const SMALLEST = 16
/** Of a set without names, such as that of each empty object. Nothing is written here. */
const NO_SLOTS = new Float64Array(0)

/**
 * Names that were met, as 53 bits of their hashes in one array: a tokenizer has some hundred thousand, and the strings themselves would be most of what reading it
 * takes. Two names of one hash count as one name; that makes a file unreadable, never sound.
 */
export class NameSet {
  #slots = NO_SLOTS
  #size = 0

  /** False when the name was there. */
  add(name: string): boolean {
    if (this.#size === 0) this.#slots = new Float64Array(SMALLEST)
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

const lanes = new Uint32Array(2)

/** Never 0, which marks a free slot. */
function hashOf(name: string): number {
  hashName(name, lanes, 0)
  const [low = 0, high = 0] = lanes
  return 4_294_967_296 * (2_097_151 & high) + low + 1
}
