import { Unreadable } from './unreadable.ts'

/**
 * Where millions of tensors begin and end, to be held against the bytes that are there. Bytes belong to exactly one tensor each when begins and
 * ends, sorted apart, meet: as many begin up to any byte as end up to it, and one more.
 */
export class TensorLayout {
  readonly #begins: Float64Array
  readonly #ends: Float64Array
  readonly #empties: Float64Array
  #count = 0
  #emptyCount = 0

  /** Memory is taken as tensors come. */
  constructor(capacity: number) {
    this.#begins = new Float64Array(capacity)
    this.#ends = new Float64Array(capacity)
    this.#empties = new Float64Array(capacity)
  }

  add(begin: number, end: number): void {
    if (begin === end) this.#empties[this.#emptyCount++] = begin
    else {
      this.#begins[this.#count] = begin
      this.#ends[this.#count++] = end
    }
  }

  /** @throws {Unreadable} for a gap, an overlap, an empty tensor within another, and bytes that are too many or too few */
  check(dataBytes: number): void {
    const begins = this.#begins.subarray(0, this.#count).sort()
    const ends = this.#ends.subarray(0, this.#count).sort()
    for (let at = 0; at < begins.length; at++) {
      const [begin = 0, covered = 0] = [begins[at], at === 0 ? 0 : ends[at - 1]]
      if (begin > covered) throw new Unreadable(`data bytes ${covered} to ${begin} belong to no tensor`)
      if (begin < covered) throw new Unreadable(`tensors overlap at data byte ${begin}`)
    }
    const covered = ends.at(-1) ?? 0
    if (covered !== dataBytes) throw new Unreadable(`its tensors have ${covered} bytes, the file ${dataBytes}`)
    let next = 0
    for (const empty of this.#empties.subarray(0, this.#emptyCount).sort()) {
      while (next < begins.length && (begins[next] ?? 0) < empty) next += 1
      if ((begins[next] ?? dataBytes) !== empty) throw new Unreadable(`an empty tensor lies within another, at data byte ${empty}`)
    }
  }
}
