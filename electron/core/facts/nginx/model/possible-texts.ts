import type { Assumption } from './assumption.ts'
import { dependsOnClient, withoutDecided } from './depends-on-client.ts'
import { hasPatterns, isDefault, mapsIn, patternOf } from './maps.ts'
import { behindMark, MAX_SENT, patternsOfSent } from './path-as-sent.ts'
import { isSecretText, provenBy } from './secret-patterns.ts'
import type { HttpModel } from './servers.ts'
import { type Evaluation, expandText, type RequestState } from './variables.ts'

/** Of more than these nothing is followed: the text is not known. */
const MAX_TEXTS = 32

/** The first variable of a text for which this holds, as it is written and by its name. */
const variableOf = (template: string, holds: (name: string) => boolean): readonly [string, string] | undefined => {
  const [whole, name] = [...template.matchAll(/\$\{?(\w+)\}?/g)].find(([, one = '']) => holds(one.toLowerCase())) ?? []
  return whole === undefined || name === undefined ? undefined : [whole, name.toLowerCase()]
}

/** What a text may become for somebody: with any part of `split_clients`, any line of a map by what clients choose. Undefined stands for what is not known. */
export function possibleTexts(
  template: string,
  { model, state }: Pick<Evaluation, 'model' | 'state'>,
  depth = 0,
): readonly (string | undefined)[] {
  const [split, by = ''] = variableOf(template, (name) => model.splits.has(name) && !state.variables.has(name)) ?? []
  if (split !== undefined && depth <= 4) {
    const parts = (model.splits.get(by)?.block ?? []).map(({ parameters: [part = ''] }) => template.replace(split, () => part))
    const all = parts.flatMap((text) => possibleTexts(text, { model, state }, depth + 1))
    return all.length > MAX_TEXTS ? [undefined] : [...new Set(all)]
  }
  const value = expandText(template, { model, state, persona: 'silent' })
  const depends = dependsOnClient(withoutDecided(template, state), model, state.anyHost)
  if (depends === undefined)
    return value.known ? [...new Set([value.text, ...textsByQuery(template, model, state, value.text)])] : [undefined]
  if (depends !== 'public') return [undefined]
  // Which pattern took what `$1` stands for is the client's choice.
  if (/\$\{?\d/.test(template) && [...mapsIn(template, model, state).values()].some(hasPatterns)) return [undefined]
  const hangs = (one: string) => dependsOnClient(withoutDecided(`$${one}`, state), model, state.anyHost) !== undefined
  const [whole = '', name = ''] = variableOf(template, hangs) ?? []
  const map = state.variables.has(name) ? undefined : model.maps.get(`$${name}`)
  if (!map || depth > 4) return [undefined]
  const lines = (map.block ?? []).filter(({ parameters }) => parameters.length > 0)
  const results = [...new Set([...lines.map(({ parameters }) => parameters[0] ?? ''), ...(lines.some(isDefault) ? [] : [''])])]
  // Parts of what was matched are the client's own words.
  if (results.length > MAX_TEXTS || results.some((one) => one.includes('$'))) return [undefined]
  const all = results.flatMap((one) => possibleTexts(template.replace(whole, one), { model, state }, depth + 1))
  return all.length > MAX_TEXTS ? [undefined] : [...new Set(all)]
}

/** What else a text becomes for those who write behind a question mark what a pattern of the path as it was sent asks for. */
function textsByQuery(template: string, model: HttpModel, state: RequestState, silent: string): readonly (string | undefined)[] {
  const patterns = patternsOfSent(template, model, state)
  const more = patterns.length > MAX_SENT ? [undefined] : []
  const texts = patterns.slice(0, MAX_SENT).flatMap((pattern) => {
    const { proof } = provenBy(pattern)
    return behindMark(pattern).flatMap((persona) => {
      const value = expandText(template, { model, state, persona })
      return !value.known || value.text === silent || proof === 'secret' ? [] : [proof === 'form' ? value.text : undefined]
    })
  })
  return [...texts, ...more]
}

/** A text, and what must hold for whom it becomes that. */
export interface ChosenText {
  readonly text: string | undefined
  readonly assumption?: Assumption | undefined
}

/**
 * What a text may become (`possibleTexts`), also where a map by one header, cookie or argument of the client's decides: the line for who sends nothing is open to all, and so is one whose pattern anybody fits; another is for those
 * who send what its key says, which may be a secret.
 */
export function chosenTexts(template: string, { model, state }: Pick<Evaluation, 'model' | 'state'>): readonly ChosenText[] {
  const plain = possibleTexts(template, { model, state })
  const all = plain.map((text) => ({ text }))
  const [whole = '', name = ''] = variableOf(template, (one) => dependsOnClient(`$${one}`, model, state.anyHost) === 'secret') ?? []
  const map = !plain.includes(undefined) || state.variables.has(name) ? undefined : model.maps.get(`$${name}`)
  if (!map || !/^\$\{?(?:http|cookie|arg)_\w+\}?$/.test(map.parameters[0] ?? '')) return all
  const lines = (map.block ?? []).filter(({ name, parameters }) => parameters.length > 0 && !isDefault({ name }) && name !== '')
  const silent = expandText(template, { model, state, persona: 'silent' })
  if (!silent.known || lines.length > MAX_TEXTS || lines.some(({ parameters: [value = ''] }) => value.includes('$'))) return all
  const chosen = lines.flatMap(({ name: key, parameters: [value = ''] }): readonly ChosenText[] => {
    const pattern = patternOf(key)
    const proof = pattern === undefined ? (isSecretText(key) ? 'secret' : 'unclear') : provenBy(pattern).proof
    const assumption: Assumption | undefined =
      proof === 'form' ? undefined : { kind: proof === 'secret' ? 'secret' : 'unmodelled', directive: map }
    return possibleTexts(
      template.replace(whole, () => value),
      { model, state },
    ).map((text) => ({ text, assumption }))
  })
  const byText = new Map<string | undefined, ChosenText>([[silent.text, { text: silent.text }]])
  // What the least is asked for counts.
  for (const rank of [undefined, 'unmodelled', 'secret'] as const)
    for (const one of chosen) if (one.assumption?.kind === rank && !byText.has(one.text)) byText.set(one.text, one)
  return [...byText.values()]
}
