import { forgotten, other, type PickleValue, tupleOf, unknownText } from './pickle-value.ts'

/** Slots of stack and memo together: below 64 MB whatever is in them. */
const MAX_SLOTS = 250_000
const MAX_TEXT_CHARS = 12_000_000
const MAX_TRACKED = 150_000
/** Programs name each thing once and take it from the memo after that. */
const MAX_IMPORTS = 20_000

/** A pickle that needs more memory than a scan may have. */
export class TooManyObjects extends Error {}

/**
 * Stack, marks and memo of the pickle machine, as CPython keeps them. Where CPython would raise (an empty stack, an unknown memo key),
 * `broken` is told once and an unknown object stands in: what comes after is still reported, never less than CPython would import.
 */
export class PickleMachine {
  readonly #stack: PickleValue[] = []
  readonly #marks: number[] = []
  readonly #memo = new Map<number, PickleValue>()
  readonly #broken: (reason: string) => void
  #textChars = 0
  #tracked = 0
  #imports = 0

  constructor(broken: (reason: string) => void) {
    this.#broken = broken
  }

  push(value: PickleValue): void {
    this.#stack.push(value)
    if (value.kind === 'text') this.#textChars += value.text?.length ?? 0
    if (value.kind === 'global') this.#imports += 1
    this.#limit()
  }

  pop(): PickleValue {
    if (this.#stack.length <= this.#fence) {
      this.#broken('the stack is empty')
      return other
    }
    return this.#stack.pop() ?? other
  }

  top(): PickleValue {
    if (this.#stack.length <= this.#fence) this.#broken('the stack is empty')
    return this.#stack.at(-1) ?? other
  }

  replaceTop(value: PickleValue): void {
    this.pop()
    this.push(value)
  }

  /** POP takes a mark when nothing lies above it. */
  popOrMark(): void {
    if (this.#stack.length > this.#fence) this.#stack.pop()
    else if (this.#marks.length > 0) this.#marks.pop()
    else this.#broken('the stack is empty')
  }

  mark(): void {
    this.#marks.push(this.#stack.length)
    this.#limit()
  }

  /** Everything above the last mark, and the mark. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop()
    if (mark === undefined) this.#broken('there is no mark')
    return this.#stack.splice(mark ?? this.#stack.length)
  }

  /** Pushes something that holds others; when there are too many of them, and then it says no, an object of which nothing is known. */
  pushTracked(value: PickleValue): boolean {
    this.#tracked += 1
    const kept = this.#tracked <= MAX_TRACKED
    this.push(
      kept ? value : value.kind === 'tuple' && value.members > 0 ? { kind: 'other', forgotten: true, members: value.members } : forgotten,
    )
    return kept
  }

  tuple(count: number): void {
    this.pushTracked(tupleOf(Array.from({ length: count }, () => this.pop()).reverse()))
  }

  memoGet(key: number | undefined): void {
    const value = key === undefined ? undefined : this.#memo.get(key)
    if (value === undefined) this.#broken('it asks for an object that it has not made')
    this.#stack.push(value ?? unknownText)
    this.#limit()
  }

  memoPut(key: number | undefined): void {
    if (key === undefined || key < 0) this.#broken('a number of the memo is none')
    else this.#memo.set(key, this.top())
    this.#limit()
  }

  memoize(): void {
    this.memoPut(this.#memo.size)
  }

  get #fence(): number {
    return this.#marks.at(-1) ?? 0
  }

  #limit(): void {
    const slots = this.#stack.length + this.#marks.length + this.#memo.size
    if (slots > MAX_SLOTS || this.#textChars > MAX_TEXT_CHARS || this.#imports > MAX_IMPORTS)
      throw new TooManyObjects('it holds more objects than a scan keeps in memory')
  }
}
