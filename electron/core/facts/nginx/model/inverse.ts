/**
 * Which path does a client ask for, so that a pattern with a replacement (`rewrite ^/(a|b)/(.*)$ /$2`, `proxy_pass http://h/$1` in a location with a
 * pattern) makes the wanted path of it? A sample is made, not proven: whoever gets one follows it through nginx.
 */
export interface Rewriting {
  readonly pattern: string
  readonly replacement: string
  /** It stands in a location: paths that it takes begin with this. */
  readonly within?: string | undefined
  /** What may make another path of what it made: `pages` alone where it is a `break` in a location, `nothing` where that is sent to a program. */
  readonly before?: 'pages' | 'nothing' | undefined
  /** Where `error_page`, `try_files` or `index` send a request, which begins anew. */
  readonly isPage?: boolean | undefined
  /** It stands beside the locations: its place there, and whether a flag ends those rules. */
  readonly inServer?: { readonly place: number; readonly ends: boolean } | undefined
}

interface Piece {
  readonly kind: 'text' | 'group' | 'any'
  readonly text: string
  /** Of a group: number, 0 when it takes nothing; name; its alternatives. */
  readonly number: number
  readonly name?: string | undefined
  readonly alternatives: readonly (readonly Piece[])[]
  readonly optional: boolean
}

class Unreadable extends Error {}

/** Undefined for what this small grammar has no word for (look around, back references, inline options). */
function readPattern(source: string): readonly (readonly Piece[])[] | undefined {
  let at = 0
  let groups = 0
  const classes: Readonly<Record<string, string>> = { d: '1', w: 'x', s: ' ', D: 'x', W: '-', S: 'x', h: ' ' }
  const quantified = (piece: Omit<Piece, 'optional'>): Piece => {
    const found = /^(?:[*+?]|\{(\d+)(?:,\d*)?\})[?+]?/.exec(source.slice(at))
    if (!found) return { ...piece, optional: false }
    at += found[0].length
    const least = found[0].startsWith('{') ? Number(found[1]) : found[0].startsWith('+') ? 1 : 0
    if (least > 64) throw new Unreadable()
    return { ...piece, text: piece.text.repeat(Math.max(1, least)), optional: least === 0 }
  }
  const letter = (text: string, kind: Piece['kind'] = 'text'): Piece => quantified({ kind, text, number: 0, alternatives: [] })
  const alternatives = (depth: number): Piece[][] => {
    if (depth > 12) throw new Unreadable()
    const all: Piece[][] = [[]]
    while (at < source.length && source.charAt(at) !== ')') {
      const character = source.charAt(at)
      at += 1
      if (character === '|') all.push([])
      else if (character === '^' || character === '$') continue
      else if (character === '(') all.at(-1)?.push(group(depth))
      else if (character === '[') all.at(-1)?.push(letter(oneOf(), 'any'))
      // Between letters a dot is meant as one more often than not.
      else if (character === '.')
        all
          .at(-1)
          ?.push(letter(/[A-Za-z0-9][^?*+{]?$/.test(source.slice(0, at - 1)) || /^[A-Za-z0-9]/.test(source.slice(at)) ? '.' : 'x', 'any'))
      else if (character === '\\') {
        const escaped = source.charAt(at)
        at += 1
        if (classes[escaped] !== undefined) all.at(-1)?.push(letter(classes[escaped], 'any'))
        else if (/[A-Za-z0-9]/.test(escaped)) throw new Unreadable()
        else all.at(-1)?.push(letter(escaped))
      } else if (/[*+?{]/.test(character)) throw new Unreadable()
      else all.at(-1)?.push(letter(character))
    }
    return all
  }
  const group = (depth: number): Piece => {
    const head = /^\?(?:P?<([A-Za-z_]\w*)>|:)/.exec(source.slice(at))
    if (source.charAt(at) === '?' && !head) throw new Unreadable()
    at += head?.[0].length ?? 0
    const number = head && head[1] === undefined ? 0 : ++groups
    const inner = alternatives(depth + 1)
    if (source.charAt(at) !== ')') throw new Unreadable()
    at += 1
    return quantified({ kind: 'group', text: '', number, name: head?.[1], alternatives: inner })
  }
  /** A letter of a class, those first that paths are made of. */
  const oneOf = (): string => {
    const end = source.indexOf(']', at + (source.charAt(at) === '^' ? 2 : 1))
    if (end < 0) throw new Unreadable()
    const body = source.slice(at, end)
    at = end + 1
    const pattern = new RegExp(`[${body}]`)
    const found = [...'x1a0-_A/.'].find((one) => pattern.test(one)) ?? [...body].find((one) => pattern.test(one))
    if (found === undefined) throw new Unreadable()
    return found
  }
  try {
    const all = alternatives(0)
    return at === source.length ? all : undefined
  } catch {
    return undefined
  }
}

/** Texts that fit, with what the groups are to take: the least one, and one for each other alternative of a group. */
function write(pieces: readonly Piece[], taken: ReadonlyMap<string, string>): readonly string[] {
  const parts = pieces.map((piece): readonly string[] => {
    const given = taken.get(piece.name ?? '') ?? taken.get(String(piece.number))
    if (piece.kind === 'group' && given !== undefined) return [given]
    const holds = piece.alternatives.some((inner) => inner.some(({ number, name = '' }) => taken.has(String(number)) || taken.has(name)))
    if (piece.optional && !holds) return ['']
    if (piece.kind !== 'group') return [piece.text]
    return piece.alternatives.slice(0, MAX_ALTERNATIVES).flatMap((inner) => write(inner, taken))
  })
  const least = parts.map(([first = '']) => first)
  const others = parts.flatMap(([, ...more], at) => more.map((text) => [...least.slice(0, at), text, ...least.slice(at + 1)].join('')))
  return [least.join(''), ...others].slice(0, MAX_ALTERNATIVES)
}

const MAX_ALTERNATIVES = 40
const MAX_SAMPLES = 40

const kept = new Map<string, ReturnType<typeof readPattern>>()

function patternOf(source: string): ReturnType<typeof readPattern> {
  if (kept.size > 20_000) kept.clear()
  if (!kept.has(source)) kept.set(source, source.length > 2_000 ? undefined : readPattern(source))
  return kept.get(source)
}

/** A replacement without its query, which `$is_args` begins as well. */
export const pathOf = (replacement: string): string => replacement.replace(/(?:\?|\$is_args\b|\$\{is_args\}).*$/s, '')

/** Variables of a replacement that a match gives. */
const captured = /\$(?:\{(\w+)\}|(\d)|([A-Za-z_]\w*))/g

/** Does the pattern give every part of what is made of it, and any at all? */
export const givesAll = (rewriting: Rewriting): boolean => {
  const names = [...pathOf(rewriting.replacement).matchAll(captured)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
  return names.length > 0 && names.every((name) => /^\d$/.test(name) || rewriting.pattern.includes(`<${name}>`))
}

/** A replacement as a pattern over what it makes, and the groups that its parts come from. Undefined where it holds something else. */
function readReplacement(rewriting: Rewriting): { readonly makes: RegExp; readonly names: readonly string[] } | undefined {
  const template = pathOf(rewriting.replacement)
  const names: string[] = []
  let source = ''
  let last = 0
  for (const match of template.matchAll(captured)) {
    const name = match[1] ?? match[2] ?? match[3] ?? ''
    if (!/^\d$/.test(name) && !rewriting.pattern.includes(`<${name}>`)) return undefined
    names.push(name)
    source += `${escaped(template.slice(last, match.index))}(.*)`
    last = match.index + match[0].length
  }
  return names.length > 4 ? undefined : { makes: new RegExp(`^${source}${escaped(template.slice(last))}$`, 's'), names }
}

const replacements = new WeakMap<Rewriting, { readonly read: ReturnType<typeof readReplacement> }>()

/** What the groups must have taken, so that the replacement is the wanted path. Undefined where it cannot be; null where that is not known. */
function takenFor(rewriting: Rewriting, wanted: string): ReadonlyMap<string, string> | undefined | null {
  const { read } = replacements.get(rewriting) ?? { read: readReplacement(rewriting) }
  replacements.set(rewriting, { read })
  if (!read) return null
  const found = read.makes.exec(wanted)
  return found ? new Map(read.names.map((name, index) => [name, found[index + 1] ?? ''])) : undefined
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** What it makes once another pattern, tried in between, has taken away what its own took. */
const emptied = (rewriting: Rewriting): string => pathOf(rewriting.replacement).replace(captured, '')

const nothing: ReadonlyMap<string, string> = new Map()

/** Texts that something in the configuration tells apart, by the variable that it looks at. */
export type Told = ReadonlyMap<string, readonly string[]>

/** What groups may take beside what the replacement needs: each text by which rules tell them apart, one at a time. */
function toldApart(taken: ReadonlyMap<string, string>, pattern: string, told: Told): readonly ReadonlyMap<string, string>[] {
  const others = [...told].filter(([name]) => !taken.has(name) && (/^\d$/.test(name) || pattern.includes(`<${name}>`)))
  return [taken, ...others.flatMap(([name, texts]) => texts.map((text) => new Map([...taken, [name, text]])))]
}

/** Paths to try. Undefined: it may make the wanted path of something, and Gatehouse cannot say of what. `told`: what rules say of its groups. */
export function askedFor(rewriting: Rewriting, wanted: string, told: Told = new Map()): readonly string[] | undefined {
  const taken = takenFor(rewriting, wanted)
  const ways = [...(taken ? [taken] : []), ...(wanted === emptied(rewriting) ? [nothing] : [])]
  if (taken === undefined && ways.length === 0) return []
  const read = taken === null ? undefined : patternOf(rewriting.pattern)
  if (!read) return undefined
  const samples = ways.flatMap((one) => {
    const whole = one.get('0')
    if (whole !== undefined) return [whole]
    return toldApart(one, rewriting.pattern, told).flatMap((all) => read.slice(0, MAX_SAMPLES).flatMap((pieces) => write(pieces, all)))
  })
  return [...new Set(samples.map((text) => (text.startsWith('/') ? text : `/${text}`)).flatMap((text) => inside(text, rewriting.within)))]
}

const inside = (text: string, within = '/'): readonly string[] =>
  text.startsWith(within) ? [text] : [within, within.replace(/\/$/, '') + text]

/** Does it name more alternatives than are followed? */
export function hasMore(pattern: string): boolean {
  const branches = (pieces: readonly Piece[]): number =>
    pieces.reduce(
      (sum, { alternatives }) => sum + alternatives.reduce((all, inner) => all + branches(inner), Math.max(0, alternatives.length - 1)),
      0,
    )
  const all = patternOf(pattern) ?? []
  return all.length > MAX_SAMPLES || all.some((pieces) => branches(pieces) >= MAX_ALTERNATIVES)
}

/** Can it be turned round? */
export const isReadable = (pattern: string): boolean => patternOf(pattern) !== undefined

/** What a group of a pattern takes: one of the texts that stand there, what begins with a slash, or anything. A pattern that cannot be read takes anything. */
export function groupTakes(pattern: string, group: string): 'texts' | 'path' | 'anything' | 'no such group' {
  const isText = ({ kind, alternatives }: Piece): boolean =>
    kind === 'text' || (kind === 'group' && alternatives.every((one) => one.every(isText)))
  const isPath = ({ alternatives }: Piece): boolean =>
    alternatives.every(([first]) => first?.kind === 'text' && first.text.startsWith('/') && !first.optional)
  const all = (pieces: readonly Piece[]): readonly Piece[] =>
    pieces.flatMap((piece) => [piece, ...piece.alternatives.flatMap((inner) => all(inner))])
  const asked = patternOf(pattern)
    ?.flatMap(all)
    .filter(({ kind, name, number }) => kind === 'group' && (name?.toLowerCase() === group || String(number) === group))
  if (!asked) return 'anything'
  if (asked.length === 0) return 'no such group'
  return asked.every(isText) ? 'texts' : asked.every(isPath) ? 'path' : 'anything'
}

/** A path that a pattern takes. */
export const takenBySample = (pattern: string): string | undefined => {
  const [pieces] = patternOf(pattern) ?? []
  const text = pieces && write(pieces, nothing)[0]
  return text === undefined || text.startsWith('/') ? text : `/${text}`
}
