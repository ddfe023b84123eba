import { hashName } from './name-hash.ts'

/**
 * Tells whether a name stands twice among millions without keeping them: 64 bits of each.
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
    hashName(name, this.#lanes, this.#count * 2)
    this.#count += 1
  }

  hasTwice(): boolean {
    const sorted = new BigUint64Array(this.#lanes.buffer, 0, this.#count).sort()
    for (let at = 1; at < sorted.length; at++) if (sorted[at] === sorted[at - 1]) return true
    return false
  }
}
