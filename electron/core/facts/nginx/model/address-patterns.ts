import { type AddressBlock, addressBlock } from '../../network/address-block.ts'

/**
 * Whose address does a pattern take (`$remote_addr ~ "^10\.0\.9\."`)? The pattern is read into an automaton, which all addresses are run through as nginx writes them: a dot
 * takes a digit as well, so that `^10.0.9.` takes 10.0.95.1, too, and what has no anchor takes the middle of others.
 */
export interface TakenAddresses {
  /** Exactly those of IPv4, written as such or within IPv6 (`::ffff:10.0.9.5`, where one socket takes both). */
  readonly plain: readonly AddressBlock[]
  readonly mapped: readonly AddressBlock[]
  /** Every text of IPv6 that it takes. */
  readonly six: readonly string[]
}

const MAX_SOURCE = 2_000
const MAX_DEPTH = 12
const MAX_NODES = 4_000
const MAX_BLOCKS = 512
/** Enough for some dozen addresses of IPv6. */
const MAX_STEPS = 2_000

class Unreadable extends Error {}

const kept = new Map<string, TakenAddresses | undefined>()

/** Undefined for what this small grammar has no word for, and for more addresses than can be named. */
export function addressesTaken(source: string, insensitive: boolean): TakenAddresses | undefined {
  const key = `${insensitive ? 'i' : ''} ${source}`
  if (kept.size > 2_000) kept.clear()
  if (!kept.has(key)) kept.set(key, read(source, insensitive))
  return kept.get(key)
}

function read(source: string, insensitive: boolean): TakenAddresses | undefined {
  if (source.length > MAX_SOURCE) return undefined
  try {
    const automaton = new Automaton(source, insensitive)
    return {
      plain: fours(automaton, automaton.start),
      mapped: fours(automaton, automaton.run(automaton.start, '::ffff:')),
      six: sixes(automaton),
    }
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    return undefined
  }
}

type Node =
  | { readonly kind: 'letter'; readonly takes: (letter: string) => boolean; readonly next: number }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'fork'; readonly to: readonly number[] }
  | { readonly kind: 'found' }

/** Builds what stands before a node; gives back where it begins. */
type Part = (next: number) => number

/** Where a text may stand in the pattern, after some of its letters. */
type Places = readonly number[]

class Automaton {
  readonly start: Places
  private readonly nodes: Node[] = [{ kind: 'found' }]
  private readonly entry: number
  private readonly steps = new Map<string, Places>()
  private readonly source: string
  private readonly flags: string
  private at = 0

  constructor(source: string, insensitive: boolean) {
    this.source = source
    this.flags = insensitive ? 'i' : ''
    const whole = this.alternatives(0)
    if (this.at < source.length) throw new Unreadable()
    this.entry = whole(0)
    this.start = this.closed([this.entry], { start: true })
  }

  run(places: Places, text: string): Places {
    let now = places
    for (const letter of text) now = this.step(now, letter)
    return now
  }

  step(places: Places, letter: string): Places {
    if (places.includes(0)) return places
    const key = `${letter}${places.join()}`
    const before = this.steps.get(key)
    if (before) return before
    const next = places.flatMap((one) => {
      const node = this.nodes[one]
      return node?.kind === 'letter' && node.takes(letter) ? [node.next] : []
    })
    // A match may begin at any letter.
    const after = this.closed([...next, this.entry], {})
    this.steps.set(key, after)
    return after
  }

  takesAtEnd(places: Places): boolean {
    return this.closed(places, { end: true }).includes(0)
  }

  private closed(from: Places, { start = false, end = false }: { readonly start?: boolean; readonly end?: boolean }): Places {
    const seen = new Set<number>()
    const open = [...from]
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      const node = this.nodes[one]
      if (!node || seen.has(one)) continue
      seen.add(one)
      if (node.kind === 'fork') open.push(...node.to)
      if ((node.kind === 'start' && start) || (node.kind === 'end' && end)) open.push(node.next)
    }
    return [...seen].filter((one) => this.nodes[one]?.kind !== 'fork').sort((a, b) => a - b)
  }

  private add(node: Node): number {
    if (this.nodes.length > MAX_NODES) throw new Unreadable()
    return this.nodes.push(node) - 1
  }

  private alternatives(depth: number): Part {
    if (depth > MAX_DEPTH) throw new Unreadable()
    const all: Part[][] = [[]]
    while (this.at < this.source.length && this.source.charAt(this.at) !== ')') {
      const letter = this.source.charAt(this.at++)
      if (letter === '|') all.push([])
      else all.at(-1)?.push(this.quantified(this.part(letter, depth)))
    }
    const ways = all.map(
      (parts): Part =>
        (next) =>
          parts.reduceRight((after, part) => part(after), next),
    )
    const [only] = ways
    return only && ways.length === 1 ? only : (next) => this.add({ kind: 'fork', to: ways.map((way) => way(next)) })
  }

  private part(letter: string, depth: number): Part {
    if (letter === '^') return (next) => this.add({ kind: 'start', next })
    if (letter === '$') return (next) => this.add({ kind: 'end', next })
    if (letter === '.') return this.letter('.')
    if (letter === '[') return this.oneOf()
    if (letter === '(') return this.group(depth)
    if (letter !== '\\') {
      if (/[*+?{}]/.test(letter)) throw new Unreadable()
      return this.letter(letter.replace(/[^\w\s]/, '\\$&'))
    }
    const escaped = this.source.charAt(this.at++)
    if (escaped === 'A') return (next) => this.add({ kind: 'start', next })
    if (escaped === 'z' || escaped === 'Z') return (next) => this.add({ kind: 'end', next })
    if (!/^(?:[dDwWsS]|[^A-Za-z0-9])$/.test(escaped)) throw new Unreadable()
    return this.letter(`\\${escaped}`)
  }

  private letter(written: string): Part {
    const set = new RegExp(`^${written}$`, this.flags)
    return (next) => this.add({ kind: 'letter', takes: (letter) => set.test(letter), next })
  }

  private oneOf(): Part {
    const [whole] = /^\^?(?:\\[dDwWsS.:/-]|[\w.:, /-])+\]/.exec(this.source.slice(this.at)) ?? []
    if (whole === undefined) throw new Unreadable()
    this.at += whole.length
    try {
      return this.letter(`[${whole}`)
    } catch {
      throw new Unreadable()
    }
  }

  private group(depth: number): Part {
    const [head = ''] = /^\?(?:P?<[A-Za-z_]\w*>|:)/.exec(this.source.slice(this.at, this.at + 80)) ?? []
    if (this.source.charAt(this.at) === '?' && head === '') throw new Unreadable()
    this.at += head.length
    const inner = this.alternatives(depth + 1)
    if (this.source.charAt(this.at++) !== ')') throw new Unreadable()
    return inner
  }

  private quantified(part: Part): Part {
    const [whole, least, comma, most] = /^(?:[*+?]|\{(\d{1,2})(,?)(\d{0,2})\})\??/.exec(this.source.slice(this.at, this.at + 10)) ?? []
    if (whole === undefined) return part
    this.at += whole.length
    // Possessive, or once more.
    if (/[*+?]/.test(this.source.charAt(this.at))) throw new Unreadable()
    const from = least === undefined ? (whole.startsWith('+') ? 1 : 0) : Number(least)
    const to = least === undefined ? (whole.startsWith('?') ? 1 : undefined) : comma === '' ? from : most === '' ? undefined : Number(most)
    return (next) => {
      let after = to === undefined ? this.endless(part, next) : next
      for (let more = from; more < (to ?? from); more += 1) after = this.add({ kind: 'fork', to: [part(after), next] })
      for (let more = 0; more < from; more += 1) after = part(after)
      return after
    }
  }

  private endless(part: Part, next: number): number {
    const to = [next]
    const fork = this.add({ kind: 'fork', to })
    to.push(part(fork))
    return fork
  }
}

/** Part of the addresses that begin alike: bits behind that beginning, and how many. */
type Taken = 'all' | 'none' | readonly { readonly bits: bigint; readonly length: number }[]

function fours(automaton: Automaton, start: Places): readonly AddressBlock[] {
  const known = new Map<string, Taken>()
  const octet = (places: Places, number: number): Taken => {
    const key = `${number} ${places.join()}`
    const before = known.get(key)
    if (before !== undefined) return before
    const taken = halves(0, 256, 32 - 8 * number, (value) => {
      const after = automaton.run(places, number < 3 ? `${value}.` : String(value))
      if (number < 3) return octet(after, number + 1)
      return automaton.takesAtEnd(after) ? 'all' : 'none'
    })
    known.set(key, taken)
    return taken
  }
  const taken = octet(start, 0)
  if (taken === 'none') return []
  return (taken === 'all' ? [{ bits: 0n, length: 0 }] : taken).map(({ bits, length }) => ({
    ...{ text: printFour(bits, length), version: 4, bits, prefixLength: length },
  }))
}

/** `width`: bits that are left, those of this octet among them. */
function halves(first: number, count: number, width: number, of: (value: number) => Taken): Taken {
  if (count === 1) return of(first)
  const one = halves(first, count / 2, width - 1, of)
  const other = halves(first + count / 2, count / 2, width - 1, of)
  if (one === other && typeof one === 'string') return one
  const listed = (taken: Taken) => (taken === 'all' ? [{ bits: 0n, length: 0 }] : taken === 'none' ? [] : taken)
  const both = [
    ...listed(one).map(({ bits, length }) => ({ bits, length: length + 1 })),
    ...listed(other).map(({ bits, length }) => ({ bits: bits + (1n << BigInt(width - 1)), length: length + 1 })),
  ]
  if (both.length > MAX_BLOCKS) throw new Unreadable()
  return both
}

/** Of an IPv4 address in its 32 bits; with its length where it is a network. */
export const printFour = (bits: bigint, length = 32): string =>
  [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.') + (length < 32 ? `/${length}` : '')

/** How texts of IPv6 begin that a client can have: 2000::/3, fc00::/6 and above, 64:ff9b::, `::1`. Behind it any letter may stand. */
const heads: Readonly<Record<string, readonly (readonly [letters: string, then: string])[]>> = {
  '': [
    ['23', 'h1'],
    ['f', 'f1'],
    ['6', 's1'],
    [':', 'c1'],
  ],
  h1: [['0123456789abcdef', 'h2']],
  h2: [['0123456789abcdef', 'h3']],
  h3: [['0123456789abcdef', 'c1']],
  f1: [['cdef', 'h2']],
  s1: [['4', 'c1']],
  c1: [[':', 'rest']],
  rest: [['0123456789abcdef:', 'rest']],
}

function sixes(automaton: Automaton): readonly string[] {
  const nextOf = (head: string, places: Places) =>
    (heads[head] ?? []).flatMap(([letters, then]) =>
      [...letters].map((letter) => ({ letter, head: then, places: automaton.step(places, letter) })),
    )
  const fruitful = new Map<string, boolean>()
  const leads = (head: string, places: Places): boolean => {
    const own = `${head} ${places.join()}`
    const before = fruitful.get(own)
    if (before !== undefined) return before
    const seen = new Set<string>([own])
    const open = [{ head, places }]
    let found = false
    for (let one = open.pop(); one && !found; one = open.pop()) {
      if (seen.size > MAX_NODES) throw new Unreadable()
      found = one.head === 'rest' && automaton.takesAtEnd(one.places)
      for (const next of nextOf(one.head, one.places)) {
        const key = `${next.head} ${next.places.join()}`
        if (!seen.has(key)) open.push(next)
        seen.add(key)
      }
    }
    fruitful.set(own, found)
    return found
  }
  const texts: string[] = []
  let steps = 0
  const write = (text: string, head: string, places: Places): void => {
    if (!leads(head, places) || text.length > 39) return
    if (head === 'rest' && automaton.takesAtEnd(places)) texts.push(text)
    steps += 1
    if (steps > MAX_STEPS) throw new Unreadable()
    for (const next of nextOf(head, places)) write(text + next.letter, next.head, next.places)
  }
  write('', '', automaton.start)
  return texts.filter((text) => addressBlock(text) !== undefined)
}
