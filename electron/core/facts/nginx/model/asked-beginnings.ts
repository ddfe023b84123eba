import { directivesNamed } from '../named-directives.ts'
import type { NginxDirective } from '../nginx.ts'
import { conditionOf } from './condition-words.ts'
import { takenBySample } from './inverse.ts'
import { mentions } from './servers.ts'
import { decidingIn, tellingLines, turnsAway } from './telling-lines.ts'

export const PATH = /^\$\{?(?:request_uri|uri|document_uri)\}?$/

export const MAX_BEGINNINGS = 24

/** Beginnings that conditions and maps of the path as it was sent ask for, or of what is made of it; undefined where there are none of these. */
export function beginningsAsked(directives: readonly NginxDirective[]): readonly string[] | undefined {
  if (!mentions(directives, /\$\{?request(?:_uri)?\b/)) return undefined
  const [ifs, maps, sets] = ['if', 'map', 'set'].map((name) => directivesNamed(directives, name)) as [Named, Named, Named]
  const names = madeOfSent(ifs, maps, sets)
  const looks = (text: string): boolean => namesIn(text).some((name) => names.has(name))
  const conditions = ifs
    .filter((one) => !turnsAway(one))
    .map(conditionOf)
    .filter(([left]) => looks(left) || PATH.test(left))
  const deciding = decidingIn(directives)
  const keys = maps
    .filter(({ parameters: [source = ''] }) => looks(source))
    .flatMap((map) => tellingLines(map, deciding).map(({ name }) => name))
  const patterns = [
    ...conditions.flatMap(([, operator, right]) => (operator.includes('~') ? [right] : [])),
    ...keys.flatMap((key) => /^~\*?(.*)$/s.exec(key)?.[1] ?? []),
  ]
  const texts = [...conditions.flatMap(([, operator, right]) => (/^!?=$/.test(operator) ? [right] : [])), ...keys]
  const samples = [
    ...patterns.flatMap((pattern) => takenBySample(pattern) ?? []),
    ...texts.filter((text) => /^\/?[\w.-]+(?:\/[\w./-]*)?$/.test(text)).map((text) => (text.startsWith('/') ? text : `/${text}`)),
  ]
  return [...new Set(samples.flatMap(pathsIn).filter((sample) => /^\/[^?]/.test(sample)))]
}

type Named = readonly NginxDirective[]
const namesIn = (text: string): readonly string[] => [...text.matchAll(/\$\{?(\d|\w+)/g)].map(([, name = '']) => name.toLowerCase())

/** Variables in which the path as it was sent stands, or a part of it. */
function madeOfSent(ifs: Named, maps: Named, sets: Named): ReadonlySet<string> {
  const names = new Set(['request_uri', 'request'])
  const looks = (text: string): boolean => namesIn(text).some((name) => names.has(name))
  const groups = (pattern: string): readonly string[] => [
    ...[...pattern.matchAll(/\(\?P?<(\w+)>/g)].map(([, name = '']) => name.toLowerCase()),
    ...(/\((?!\?)/.test(pattern) ? ['1', '2', '3', '4', '5', '6', '7', '8', '9'] : []),
  ]
  for (let before = 0; before < names.size; ) {
    before = names.size
    const made = [
      ...sets.flatMap(({ parameters: [name = '', value = ''] }) => (looks(value) ? [name.replace('$', '')] : [])),
      ...ifs.map(conditionOf).flatMap(([left, , right]) => (looks(left) ? groups(right) : [])),
      ...maps.flatMap(({ parameters: [source = '', name = ''], block = [] }) =>
        looks(source) ? [name.replace('$', ''), ...block.flatMap((line) => groups(line.name))] : [],
      ),
    ]
    for (const name of made) names.add(name.toLowerCase())
  }
  return names
}

/** A method, a host or a scheme may stand before the path in what is looked at (`GET:/public`). */
const pathsIn = (sample: string): readonly string[] => {
  const rest = /^\/(?:https?:\/\/[^/]*|[A-Z]+|[^/]*[ :.][^/]*)(\/.*)$/s.exec(sample)?.[1]
  return rest === undefined ? [sample] : [rest, sample]
}
