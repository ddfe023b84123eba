import type { NginxDirective } from '../nginx.ts'
import { withoutParentheses } from './condition-words.ts'
import { dependsOnClient, mapsNamed, mapsOfClient, namesClient } from './depends-on-client.ts'
import { isDefault, mapNamed, patternOf, tellingKeys } from './maps.ts'
import { namedGroupsIn } from './pattern.ts'
import { isSecretText, looksRandom, provenBy } from './secret-patterns.ts'
import type { HttpModel } from './servers.ts'
import { expandText, type RequestState } from './variables.ts'

/**
 * Is everything that a value of the client is compared with a secret? A text by its length; of a pattern, that its form is right proves none (`~^Bearer .+`).
 */
export function isSecret(words: readonly string[], model: HttpModel, state: RequestState): boolean {
  const [left = '', operator = '', right = ''] = withoutParentheses(words)
  const isLong = (): boolean => {
    if (operator.includes('~')) return provenBy(right).proof === 'secret'
    const value =
      dependsOnClient(right, model, state.anyHost) === undefined ? expandText(right, { model, state, persona: 'silent' }) : undefined
    return value?.known === true && isSecretText(value.text)
  }
  if (mapsOfClient(words.join(' '), model).length === 0) return isLong()
  if (namesClient(words.join(' '))) return false
  return (
    mapsNamed(words.join(' '), model).every((map) => asksForSecret(map, model)) ||
    (takesOut(mapNamed(left, model), model) && isLong() && !isNamedBy(mapNamed(left, model), right))
  )
}

/**
 * Does who sends no secret get what this map says to everybody? Or to those of its maps, or to one that only takes out of what a client sends what it is held
 * against here (`"~^Bearer (.+)$" $1`).
 */
function asksForSecret(map: NginxDirective, model: HttpModel, depth = 0): boolean {
  if (depth > 8) return false
  const [source = ''] = map.parameters
  const isOther = [...source.matchAll(/\$\{?(\w+)/g)].some(
    ([, name = '']) => !/^(?:http|arg|cookie)_/.test(name) && !model.maps.has(`$${name.toLowerCase()}`),
  )
  const byKeys = () => isSteady(map, model) && tellingKeys(map).every((key) => isSecretKey(key) && (!isOther || holdsRandom(key)))
  const behind = mapsNamed(source, model)
  if (behind.length === 0) return byKeys()
  if (namesClient(source)) return false
  return (
    behind.every((one) => asksForSecret(one, model, depth + 1)) ||
    (takesOut(mapNamed(source, model), model) && byKeys() && !tellingKeys(map).some((key) => isNamedBy(mapNamed(source, model), key)))
  )
}

/** Everybody else gets what no client chooses. */
const isSteady = ({ block = [] }: NginxDirective, model: HttpModel): boolean =>
  dependsOnClient(block.find(isDefault)?.parameters[0] ?? '', model, true) === undefined

/** Stands a word of what is compared in the pattern that took it out (`^(enterprise|public)-`)? There it is one of a form that others know, unless it looks like a key. */
const isNamedBy = (map: NginxDirective | undefined, text: string): boolean =>
  (text.match(/[^\W_]{4,}/g) ?? []).some((word) => (map?.block ?? []).some(({ name }) => name.includes(word))) &&
  !text.split(/[^\w+=‹›-]+/).some(looksRandom)

/** What it makes of a text is a part of that text, or nothing. */
function takesOut(map: NginxDirective | undefined, model: HttpModel): boolean {
  if (!map || !isSteady(map, model) || mapsNamed(map.parameters[0] ?? '', model).length > 0) return false
  const telling = tellingKeys(map)
  return (map.block ?? [])
    .filter(({ name }) => telling.includes(name))
    .every(({ name, parameters: [value = ''] }) => {
      const group = /^\$\{?(\w+)\}?$/.exec(value)?.[1]?.toLowerCase()
      return patternOf(name) !== undefined && group !== undefined && (/^[1-9]$/.test(group) || namedGroupsIn(name).includes(group))
    })
}

/** Beside what the request itself brings (`"$host/$http_x_api_key"`), whose length proves nothing. */
const holdsRandom = (key: string): boolean => key.split(/[^\w+=‹›-]+/).some(looksRandom)

/** Of a key of a map: is who sends what it fits proven to know a secret? */
function isSecretKey(key: string): boolean {
  const pattern = patternOf(key)
  return pattern === undefined ? isSecretText(key) : provenBy(pattern).proof === 'secret'
}
