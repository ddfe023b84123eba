import { composed } from '../../nginx/model/composed.ts'
import { askedFor, type Rewriting, takenBySample } from '../../nginx/model/inverse.ts'
import { below, entries, field, isTrue, items, type JsonNode, textOf, texts } from '../json-lines.ts'
import { mayPrecede, type Place, placesIn } from './order.ts'

/** Which paths a client may ask for, so that what Caddy makes of them is a route of an engine. */

/** Beginnings of paths that are cut off before the engine sees them. */
export function headsIn(root: JsonNode): readonly string[] {
  const found = new Set<string>()
  for (const node of below(root)) {
    const rewrites = items(field(node, 'handle')).some(
      (handler) => textOf(field(handler, 'handler')) === 'rewrite' && field(handler, 'uri') !== undefined,
    )
    if (rewrites)
      for (const set of items(field(node, 'match')))
        for (const path of texts(field(set, 'path'))) found.add(path.replace(/\*.*$/, '').replace(/\/$/, ''))
  }
  const pairs = new Set<string>()
  const all = new Set([...cutOff(root, pairs), ...found, ...pairs])
  return [...all].filter((head) => head !== '' && !head.includes('{'))
}

/** What `strip_path_prefix` takes away; in `pairs` two of them that follow each other, as `handle_path` in `handle_path` does. Of a group one alone is taken, and nothing follows what is terminal. */
function cutOff(node: JsonNode, pairs: Set<string>): readonly string[] {
  const earlier: { readonly heads: readonly string[]; readonly group: string; readonly ends: boolean }[] = []
  const parts = node.kind === 'array' ? node.items : entries(node).map(([, inner]) => inner)
  for (const part of parts) {
    const heads = cutOff(part, pairs)
    if (heads.length === 0) continue
    const group = textOf(field(part, 'group')) ?? ''
    for (const one of pairs.size > MAX_HEADS ? [] : earlier)
      if (!one.ends && (group === '' || group !== one.group))
        for (const outer of one.heads) for (const inner of heads) pairs.add(outer.replace(/\/$/, '') + inner)
    earlier.push({ heads, group, ends: isTrue(field(part, 'terminal')) })
  }
  const prefix = textOf(field(node, 'strip_path_prefix'))
  return [...(prefix ? [prefix.startsWith('/') ? prefix : `/${prefix}`] : []), ...new Set(earlier.flatMap(({ heads }) => heads))]
}

export const MAX_HEADS = 100

/** Beginnings of paths that matchers name. */
export const beginningsIn = (root: JsonNode): readonly string[] =>
  [...new Set([...below(root)].flatMap((node) => texts(field(node, 'path'))))].flatMap((path) => /^(\/[^*{]*)\*$/.exec(path)?.[1] ?? [])

/** What rewrites by parts of a path make it of: suffixes that are cut off, words that are replaced, patterns whose groups are put together anew. */
export function rewritingsIn(root: JsonNode): {
  readonly places: readonly string[]
  /** Does a rewrite that takes nothing of the path lead from there? */
  readonly isFixed: boolean
  readonly suffixes: readonly string[]
  readonly words: readonly Word[]
  readonly rewritings: readonly Placed[]
  readonly added: readonly string[]
  /** There are more than are followed. */
  readonly more: boolean
} {
  const all = [...below(root)]
  const suffixes = all.flatMap((node) => textOf(field(node, 'strip_path_suffix')) ?? [])
  const words = all.flatMap((node) =>
    items(field(node, 'uri_substring')).flatMap((part) => {
      const [find = '', put = ''] = [textOf(field(part, 'find')), textOf(field(part, 'replace'))]
      return find === '' ? [] : [{ find, put }]
    }),
  )
  const patterns = all.flatMap((node) => {
    const pattern = field(node, 'path_regexp', 'pattern')
    return pattern ? [{ pattern: textOf(pattern) ?? '', name: textOf(field(node, 'path_regexp', 'name')) ?? '' }] : []
  })
  const places = placesIn(root)
  const uris = all.flatMap((node) => {
    const uri = textOf(textOf(field(node, 'handler')) === 'rewrite' ? field(node, 'uri') : field(node, 'rewrite', 'uri'))
    return uri ? [{ uri, place: places.get(node) ?? [] }] : []
  })
  const rewritings = patterns.flatMap(({ pattern, name }) =>
    uris
      .filter(({ uri }) => uri.includes(`{http.regexp.${name}.`) || /\{http\.regexp\.\w+\}/.test(uri))
      .map(({ uri, place }) => ({
        pattern,
        replacement: uri
          .replaceAll(`{http.regexp.${name}.`, '{http.regexp.')
          .replace(/\{http\.regexp\.(\w+)\}/g, (_, group: string) => `$\{${group}}`),
        place,
      })),
  )
  // `uri path_regexp`: both in one.
  const replaced = all.flatMap((node) =>
    items(field(node, 'path_regexp')).map((one) => ({
      pattern: textOf(field(one, 'find')) ?? '',
      replacement: textOf(field(one, 'replace')) ?? '',
      place: places.get(one) ?? [],
    })),
  )
  // `/v1{uri}`: what it puts before the path of the request.
  const added = uris.flatMap(({ uri }) => /^(\/[^{?#]*)\{http\.request\.(?:orig_)?uri(?:\.path)?\}/.exec(uri)?.[1] ?? [])
  // A path that is put in place of whatever was asked for: any that the matchers around it take.
  const fixed = uris.filter(({ place }) => !rewritings.some((one) => one.place === place))
  const written = uris.length + replaced.length > 0 ? samplesOf(all) : []
  // Of more than are followed nothing passes anyway.
  const samples = written.length > MAX_SAMPLES ? written : [...new Set([...written, ...samplesBehindCuts(all, places, fixed)])]
  return {
    places: samples.slice(0, MAX_SAMPLES),
    isFixed: fixed.length > 0,
    suffixes: [...new Set(suffixes)].slice(0, FEW),
    words: words.slice(0, FEW),
    rewritings: [...replaced, ...rewritings].slice(0, MAX_REWRITINGS),
    added: [...new Set(added)].slice(0, FEW),
    more:
      replaced.length + rewritings.length > MAX_REWRITINGS ||
      samples.length > MAX_SAMPLES ||
      [new Set(suffixes).size, words.length, new Set(added).size].some((one) => one > FEW),
  }
}

const FEW = 8
const MAX_REWRITINGS = 60
const MAX_SAMPLES = 160

/** A path for each matcher of paths, and for each beginning together with each end. */
function samplesOf(nodes: readonly JsonNode[]): readonly string[] {
  const written = [...new Set(nodes.flatMap((node) => texts(field(node, 'path'))))].slice(0, MAX_SAMPLES + 1)
  const ends = written.filter((path) => /^\*[^*]+$/.test(path)).map((path) => path.slice(1))
  const beginnings = written.filter((path) => /^\/[^*]*\*$/.test(path)).map((path) => path.slice(0, -1))
  const regexps = nodes.flatMap((node) => takenBySample(textOf(field(node, 'path_regexp', 'pattern')) ?? '') ?? [])
  const all = [
    ...written.map((path) => path.replaceAll('*', 'x')),
    ...regexps,
    ...beginnings.flatMap((head) => ends.map((end) => `${head}x${end}`)),
  ]
  return [...new Set(all.map((path) => (path.startsWith('/') ? path : `/${path}`)))]
}

/** What a matcher before such a rewrite takes may be what was left once a prefix, or two, were cut off: `handle_path /llm/*` around `rewrite /pull /api/pull` is asked for `/llm/pull`. */
function samplesBehindCuts(
  nodes: readonly JsonNode[],
  places: ReadonlyMap<JsonNode, Place>,
  fixed: readonly { readonly place: Place }[],
): readonly string[] {
  const cuts = nodes.flatMap((node) => {
    const prefix = textOf(field(node, 'strip_path_prefix'))
    return prefix ? [{ path: `/${prefix.replace(/^\/|\/$/g, '')}`, place: places.get(node) ?? [] }] : []
  })
  if (cuts.length === 0 || fixed.length === 0) return []
  const found = new Set<string>()
  const behind = (path: string, place: Place, depth: number) => {
    for (const cut of cuts)
      if (found.size <= MAX_SAMPLES && cut.place !== place && mayPrecede(cut.place, place)) {
        found.add(cut.path + path)
        if (depth > 1) behind(cut.path + path, cut.place, depth - 1)
      }
  }
  for (const node of nodes) {
    const [place, samples] = [places.get(node) ?? [], samplesOf([node])]
    if (samples.length > 0 && fixed.some((one) => mayPrecede(place, one.place)))
      for (const path of samples) if (found.size <= MAX_SAMPLES) behind(path, place, 2)
  }
  return [...found]
}

/** A rewriting with the place where it stands. */
interface Placed extends Rewriting {
  readonly place: Place
}

interface Suffix {
  readonly suffix: string
}

interface Word {
  readonly find: string
  readonly put: string
}

type Step = Placed | Word | Suffix

/** What patterns make a route of at once, and what of those that others make of it. */
const MAX_DIRECT = 120
const MAX_CANDIDATES = 60

/** Every path that a client may ask for so that the engine is asked for `path`. */
export function candidates(
  heads: readonly string[],
  { places, isFixed, suffixes, words, rewritings, added }: ReturnType<typeof rewritingsIn>,
  path: string,
): { readonly paths: readonly string[]; readonly more: boolean } {
  const bare = added.flatMap((prefix) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : [])).filter((one) => one.startsWith('/'))
  const asked = [path, ...bare]
  const all = new Set([
    ...asked,
    ...heads.flatMap((head) => asked.map((one) => head.replace(/\/$/, '') + one)),
    ...heads,
    ...(isFixed ? places : []),
  ])
  const direct = new Map(rewritings.flatMap((one) => (askedFor(one, path) ?? []).map((from): [string, Step] => [from, one])))
  const steps: readonly Step[] = [...suffixes.map((suffix) => ({ suffix })), ...words, ...rewritings]
  const start = [...[...all].flatMap((one) => (direct.has(one) ? [] : [[one] as const])), ...[...direct].slice(0, MAX_DIRECT)]
  const made = (step: Step, from: string) => madeBy(step, from).map((text) => (text.startsWith('/') ? text : `/${text}`))
  const fits = (step: Step, next: Step | undefined) =>
    next === undefined || !('place' in step && 'place' in next) || mayPrecede(step.place, next.place)
  const { paths, cut } = composed(start, steps, { room: MAX_CANDIDATES, made, fits })
  return { paths: [...new Set([...paths, ...places])], more: cut || direct.size > MAX_DIRECT }
}

/** What a path was before a suffix was cut off, a word replaced or a pattern put together anew. */
function madeBy(step: Step, from: string): readonly string[] {
  if ('suffix' in step) return [from + step.suffix]
  if ('pattern' in step) return askedFor(step, from) ?? []
  const { find, put } = step
  if (put === '') return [find + from, from + find]
  return from.includes(put) ? [from.replace(put, () => find)] : []
}
