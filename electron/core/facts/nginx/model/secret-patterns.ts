import { isPlaceholder } from '../../placeholder-keys.ts'
import { withoutClasses } from './pattern.ts'

/**
 * What is proven by a text that fits a pattern (`map $http_authorization $ok { "~^Bearer .+" 1; }`)? That its form is right proves nothing: a
 * secret is proven where every text that fits must hold a fixed one that only insiders know. The pattern is read, never run.
 */
export interface PatternProof {
  /**
   * `secret`: all that fits holds one. `form`: whoever knows the form fits (`samples`). `unclear`: short, or the beginning of something that may be a
   * secret or a mark of the vendor, or a pattern that this small grammar has no word for.
   */
  readonly proof: 'secret' | 'form' | 'unclear'
  /** Texts that fit and hold no secret. */
  readonly samples: readonly string[]
}

/** Shorter texts are tried out. */
export const MIN_SECRET = 8

interface Piece {
  readonly kind: 'letter' | 'any' | 'group' | 'start' | 'end'
  readonly text: string
  /** Of `any`: it may stand for a letter of a token. */
  readonly token: boolean
  readonly alternatives: readonly (readonly Piece[])[]
  readonly least: number
  readonly most: number
}

/** One way through a pattern, piece by piece. `gap`: anything may stand here, or nothing. */
type Step = { readonly kind: 'letter' | 'any' | 'gap' | 'start' | 'end'; readonly text: string; readonly token: boolean }

const MAX_SOURCE = 2_000
const MAX_DEPTH = 12
const MAX_WAYS = 64
const MAX_STEPS = 4_000
const MAX_SAMPLES = 4

const kept = new Map<string, PatternProof>()

/** What it takes to match a pattern that stands for a secret; `unclear` where that cannot be told, and then it counts for nothing. */
export function provenBy(source: string): PatternProof {
  const before = kept.get(source)
  if (before) return before
  if (kept.size > 10_000) kept.clear()
  const proof = judge(source)
  kept.set(source, proof)
  return proof
}

const unclear: PatternProof = { proof: 'unclear', samples: [] }

function judge(source: string): PatternProof {
  let ways: readonly (readonly Step[])[] | undefined
  try {
    ways = source.length > MAX_SOURCE ? undefined : new Reader(source.replace(/^\(\?[ims]+\)/, '')).ways()
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
  }
  if (!ways) return unclear
  const graded = ways.map((steps) => ({ steps, grade: gradeOf(steps) }))
  const open = graded.filter(({ grade }) => grade === 'form')
  if (open.length > 0)
    return { proof: 'form', samples: open.slice(0, MAX_SAMPLES).map(({ steps }) => steps.map(({ text }) => text).join('')) }
  return graded.every(({ grade }) => grade === 'secret') ? { proof: 'secret', samples: [] } : unclear
}

class Unreadable extends Error {}

const escapes: Readonly<Record<string, { readonly text: string; readonly token: boolean }>> = {
  d: { text: '1', token: true },
  w: { text: 'x', token: true },
  S: { text: 'x', token: true },
  D: { text: 'x', token: true },
  W: { text: '-', token: true },
  s: { text: ' ', token: false },
  h: { text: ' ', token: false },
}

/** Reads what most patterns are made of. Throws where it has no word for something (look around, back references, options inside). */
class Reader {
  private at = 0
  private readonly source: string

  constructor(source: string) {
    this.source = source
  }

  ways(): readonly (readonly Step[])[] {
    const all = this.alternatives(0)
    if (this.at < this.source.length) throw new Unreadable()
    return expand(all)
  }

  private alternatives(depth: number): readonly (readonly Piece[])[] {
    if (depth > MAX_DEPTH) throw new Unreadable()
    const all: Piece[][] = [[]]
    while (this.at < this.source.length && this.source.charAt(this.at) !== ')') {
      const character = this.source.charAt(this.at++)
      if (character === '|') all.push([])
      else all.at(-1)?.push(this.quantified(this.piece(character, depth)))
    }
    return all
  }

  private piece(character: string, depth: number): Omit<Piece, 'least' | 'most'> {
    const none = { text: '', token: false, alternatives: [] }
    if (character === '^') return { kind: 'start', ...none }
    if (character === '$') return { kind: 'end', ...none }
    if (character === '.') return { ...none, kind: 'any', text: 'x', token: true }
    if (character === '[') return this.oneOf()
    if (character === '(') return { ...none, kind: 'group', alternatives: this.group(depth) }
    if (/[*+?]/.test(character)) throw new Unreadable()
    if (character !== '\\') return { ...none, kind: 'letter', text: character }
    const escaped = this.source.charAt(this.at++)
    const any = escapes[escaped]
    if (any) return { ...none, kind: 'any', ...any }
    if (escaped === 'A') return { kind: 'start', ...none }
    if (escaped === 'z' || escaped === 'Z') return { kind: 'end', ...none }
    // Between letters nothing stands.
    if (escaped === 'b') return { ...none, kind: 'group', alternatives: [[]] }
    if (escaped === '' || /[A-Za-z0-9]/.test(escaped)) throw new Unreadable()
    return { ...none, kind: 'letter', text: escaped }
  }

  private group(depth: number): readonly (readonly Piece[])[] {
    const head = /^\?(?:P?<[A-Za-z_]\w*>|:)/.exec(this.source.slice(this.at, this.at + 80))
    if (this.source.charAt(this.at) === '?' && !head) throw new Unreadable()
    this.at += head?.[0].length ?? 0
    const inner = this.alternatives(depth + 1)
    if (this.source.charAt(this.at++) !== ')') throw new Unreadable()
    return inner
  }

  /** `[…]`: a letter where it is one in both cases, else any of them. */
  private oneOf(): Omit<Piece, 'least' | 'most'> {
    const found = /^\^?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\]/.exec(this.source.slice(this.at))
    if (!found) throw new Unreadable()
    this.at += found[0].length
    const body = found[0].slice(0, -1)
    const plain = body.replace(/^\\(?=\W)/, '')
    const cases = new Set(plain.toLowerCase())
    if (plain.length > 0 && plain.length <= 2 && cases.size === 1 && !/[\\^]/.test(plain))
      return { kind: 'letter', text: plain.charAt(0), token: false, alternatives: [] }
    const set = setOf(body)
    const fits = [...'x1A-_.=+/:'].find((one) => set.test(one))
    const text = fits ?? [...' \t,;"!', ...plain].find((one) => set.test(one))
    if (text === undefined) throw new Unreadable()
    return { kind: 'any', text, token: fits !== undefined, alternatives: [] }
  }

  private quantified(piece: Omit<Piece, 'least' | 'most'>): Piece {
    const found = /^(?:[*+?]|\{(\d{1,6})(,?)(\d{0,6})\})[?+]?/.exec(this.source.slice(this.at, this.at + 20))
    if (!found) return { ...piece, least: 1, most: 1 }
    this.at += found[0].length
    const [sign, least = '', comma, most = ''] = found
    if (least !== '') return { ...piece, least: Number(least), most: comma === '' ? Number(least) : most === '' ? Infinity : Number(most) }
    return { ...piece, least: sign.startsWith('+') ? 1 : 0, most: sign.startsWith('?') ? 1 : Infinity }
  }
}

/** A set of letters alone takes no time. */
function setOf(body: string): RegExp {
  const named = withoutClasses(body).replace(/^(\^?)\]/, '$1\\]')
  if (/\[:\^?\w+:\]/.test(named)) throw new Unreadable()
  try {
    return new RegExp(`[${named.replace(/\\h/g, ' \\t')}]`)
  } catch {
    throw new Unreadable()
  }
}

const mayVary = ({ kind, alternatives, token, least, most }: Piece): boolean =>
  kind === 'any' ? token : kind === 'group' && (alternatives.some((all) => all.some(mayVary)) || (alternatives.length > 1 && most > least))

const gap: Step = { kind: 'gap', text: '', token: true }

/** All ways through, each as short as it may be. */
function expand(alternatives: readonly (readonly Piece[])[]): readonly (readonly Step[])[] {
  const all = alternatives.flatMap((pieces) => {
    let ways: readonly (readonly Step[])[] = [[]]
    for (const piece of pieces) {
      const next = stepsOf(piece)
      ways = ways.flatMap((before) => next.map((steps) => [...before, ...steps]))
      if (ways.length > MAX_WAYS || ways.some(({ length }) => length > MAX_STEPS)) throw new Unreadable()
    }
    return ways
  })
  if (all.length > MAX_WAYS) throw new Unreadable()
  return all
}

function stepsOf(piece: Piece): readonly (readonly Step[])[] {
  const { kind, text, token, least, most, alternatives } = piece
  if (least > MAX_STEPS) throw new Unreadable()
  const more = most > least && mayVary(piece) ? [gap] : []
  if (kind !== 'group') {
    const step: Step = { kind, text, token: kind === 'letter' ? isToken(text) : token }
    return [[...Array.from({ length: least }, () => step), ...more]]
  }
  if (least === 0) return [more]
  return expand(alternatives).map((inner) => {
    if (inner.length * least > MAX_STEPS) throw new Unreadable()
    return [...Array.from({ length: least }, () => inner).flat(), ...more]
  })
}

/** Beside these, letters belong to one token: a `.` parts those of a JWT, of which the first is no secret. */
const isToken = (letter: string): boolean => !/[\s,;&"']/.test(letter)

type Side = 'closed' | 'implicit' | 'open'
const order = ['none', 'form', 'short', 'unclear', 'secret'] as const

/** The best that a way demands: of several fixed texts one is enough. */
function gradeOf(steps: readonly Step[]): 'secret' | 'unclear' | 'short' | 'form' {
  let best: (typeof order)[number] = 'none'
  let left: Side = 'implicit'
  let run = ''
  const end = (right: Side): void => {
    const grade = run === '' ? 'none' : gradeOfRun(run, left, right)
    if (order.indexOf(grade) > order.indexOf(best)) best = grade
    run = ''
    left = right
  }
  for (const { kind, text, token } of steps) {
    if (kind === 'letter' && token) run += text
    else end(token ? 'open' : 'closed')
  }
  end(steps.at(-1)?.kind === 'end' ? 'closed' : 'implicit')
  return best === 'none' ? 'form' : best
}

function gradeOfRun(run: string, left: Side, right: Side): (typeof order)[number] {
  if (announces.test(run) || isName(run)) return 'none'
  const value = behindName(run)
  if (isPlaceholder(value)) return 'none'
  const from: Side = value === run ? left : 'closed'
  if (from === 'open' || right === 'open') return looksRandom(value) ? 'unclear' : 'form'
  if (!isLong(value) || saysWho.test(value)) return 'short'
  return (from === 'closed' && right === 'closed') || looksRandom(value) ? 'secret' : 'unclear'
}

/** What a token is announced with. */
const announces = /^(?:bearer|basic|token|digest|apikey|api-key)$/i

/** The name of a cookie or an argument, behind which nothing is asked for. In Base64 a text of this length has other letters, too. */
export const isName = (run: string): boolean => /^[a-z][a-z_-]{0,31}=$/.test(run)

/** Behind a name (`session=…`), which is no secret. What ends a text in Base64 is none. */
export const behindName = (run: string): string => /^.*[=:]([^=:]+=*)$/s.exec(run)?.[1] ?? run

/**
 * Rather a key than a word that its vendor puts before all of them (`sk-proj-`, `github_pat_`). The first part of a JWT says how it is signed. `maskedrandom` stands
 * for one that the host masked (`caddy/mask.ts`), `‹redacted…›` for one that this console did, `‹word…›` for what was none (`facts/secrets.ts`).
 */
export const looksRandom = (text: string): boolean => {
  if (text.includes('maskedrandom') || text.includes('‹redacted')) return true
  const seen = text.replace(/‹word[^›]*›/g, '')
  return seen.length >= 16 && /\d.*\d/s.test(seen) && /[A-Za-z]/.test(seen) && !seen.startsWith('eyJ')
}

/** `masked`: longer on the host (`caddy/mask.ts`). `‹short…›`: what stood there was not, however long the mark is. */
const isLong = (text: string): boolean =>
  (text.length >= MIN_SECRET && !text.includes('‹short')) || text.includes('masked') || text.includes('‹word')

/** An address, a network, somebody's mail address, the name of a host: however long, others know it. */
export const saysWho =
  /^(?:\d{1,3}(?:\.\d{1,3}){1,3}\.?(?:\/\d+)?|[\da-f]*:[\da-f:]*:[\da-f:.]*(?:\/\d+)?|[^\s@]+@[^\s@]+\.[a-z]{2,24}|(?:\/\/)?(?:[a-z\d-]+\.)+[a-z]{2,24}\/?)$/i

/** Is a fixed text long enough for a secret, beside the word that it is announced with and the name before it? */
export const isSecretText = (text: string): boolean =>
  text
    .split(/[\s,;&"']+/)
    .some(
      (part) =>
        !announces.test(part) &&
        !saysWho.test(part) &&
        !isPlaceholder(behindName(part)) &&
        isLong(behindName(part)) &&
        !saysWho.test(behindName(part)),
    )
