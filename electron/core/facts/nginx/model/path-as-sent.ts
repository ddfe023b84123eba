import { takenBySample } from './inverse.ts'
import { mapsBehind, patternOf } from './maps.ts'
import type { HttpModel } from './servers.ts'
import { type Persona, type RequestState, sentBehind } from './variables.ts'

/** Patterns of what stands behind the question mark; of those beyond it is not known whom they let in. */
export const MAX_SENT = 40

const AS_SENT = /\$\{?request(?:_uri)?\b/

/** Does a text look at the path as it was sent, or at what `set`, a pattern or a map made of it? */
export const looksAtSent = (text: string, model: HttpModel, state: RequestState, depth = 0): boolean =>
  AS_SENT.test(text) ||
  [...text.matchAll(/\$\{?(\d|\w+)/g)].some(([, written = '']) => {
    const name = written.toLowerCase()
    const map = depth < 8 && !state.variables.has(name) ? model.maps.get(`$${name}`) : undefined
    return sentBehind(name, state) !== undefined || (map !== undefined && looksAtSent(map.parameters[0] ?? '', model, state, depth + 1))
  })

/** Patterns that the maps behind a text hold against the path as it was sent: one more than MAX_SENT at most, which says that there are more. */
export const patternsOfSent = (text: string, model: HttpModel, state: RequestState): readonly string[] =>
  mapsBehind(text, model)
    .filter(({ parameters: [source = ''] }) => looksAtSent(source, model, state))
    .flatMap(({ block = [] }) => block.flatMap(({ name }) => patternOf(name) ?? []))
    .slice(0, MAX_SENT + 1)

/** Clients who write, behind a question mark, what a pattern of the path as it was sent asks for. */
export const behindMark = (pattern: string): readonly Persona[] => {
  const sends = takenBySample(pattern)
  return sends === undefined ? [] : [{ sends }, { sends: sends.replace(/^\//, '') }]
}
