import type { NginxDirective } from '../nginx.ts'
import { groupsTaken } from './clients-words.ts'
import { conditionOf } from './condition-words.ts'
import { dependsOnClient } from './depends-on-client.ts'
import { hasPatterns, mapsIn } from './maps.ts'
import { looksAtSent, patternsOfSent } from './path-as-sent.ts'
import { compilePattern, namedGroupsIn } from './pattern.ts'
import type { HttpModel } from './servers.ts'
import { evaluated, expandText, type Persona, QUERY, type RequestState } from './variables.ts'

/** Stands for any query: what a pattern takes of it shows where the query went. */
const ADDED = 'gatehouse-query'

/** What a group takes of a path without a query and with one, in one text. */
const withQuery = (bare: string, more: string | undefined): string | undefined =>
  more === bare ? bare : more === `${bare}?${ADDED}` ? `${bare}${QUERY}` : undefined

/** What the pattern of an `if` leaves for `$1` and named variables. */
export function takenBy(directive: NginxDirective, isTaken: boolean, model: HttpModel, state: RequestState): Partial<RequestState> {
  const [left, operator, right] = conditionOf(directive)
  const pattern = /^!?~(\*?)$/.exec(operator)
  if (!pattern) return {}
  const ofClient = model.taken.get(directive)
  if (ofClient !== undefined) {
    if (isTaken === operator.startsWith('!')) return { captures: [] }
    const { captures, named } = groupsTaken(directive, ofClient)
    return { captures, variables: new Map<string, string | undefined>([...state.variables, ...named]) }
  }
  const take = (persona: Persona) => {
    const value = expandText(left, { model, state, persona })
    const known = value.known && dependsOnClient(left, model, state.anyHost) === undefined
    return known ? compilePattern(right, pattern[1] === '*').exec(value.text) : undefined
  }
  const match = take('silent')
  // Somebody else adds a query to what is looked at.
  const other = match === undefined || !looksAtSent(left, model, state) ? match : take({ sends: ADDED })
  const unknown = namedGroupsIn(right).map((name) => [name, undefined] as const)
  if (match === undefined || other === undefined || (match === null) !== (other === null))
    return { captures: undefined, variables: new Map<string, string | undefined>([...state.variables, ...unknown]) }
  if (match === null || other === null) return { captures: [] }
  const groups = Object.entries(match.groups ?? {}).map(([name, text]) => [name, withQuery(text, other.groups?.[name])] as const)
  const captures = [...match].map((text, at) => withQuery(text ?? '', other[at] ?? ''))
  return {
    captures: captures.includes(undefined) ? undefined : captures.flatMap((text) => text ?? []),
    variables: new Map<string, string | undefined>([...state.variables, ...groups]),
  }
}

/**
 * What the evaluation of a text leaves for what comes later: maps keep the value of their first use, and their patterns take the place of those before (`$1`).
 * What the client decides must not be frozen to what one kind of client sends.
 */
export function settled(template: string, model: HttpModel, state: RequestState): RequestState {
  const looked = mapsIn(template, model, state)
  if (looked.size === 0) return state
  const [silent, guessing] = (['silent', 'guessing'] as const).map((persona) => evaluated(template, { model, state, persona }))
  if (!silent || !guessing) return state
  const takes = [...looked.values()].filter(hasPatterns)
  const names = takes.flatMap(({ block = [] }) => block.flatMap(({ name }) => namedGroupsIn(name)))
  const sure = silent.value.known && guessing.value.known
  const byClient = (name: string) => dependsOnClient(`$${name}`, model, state.anyHost) !== undefined
  const bySent = (name: string) => patternsOfSent(`$${name}`, model, state).length > 0
  const variables = new Map(state.variables)
  for (const name of [...looked.keys(), ...names]) {
    const [one, other] = [silent, guessing].map(({ state: left }) => left.variables.get(name))
    if (looked.has(name) ? one !== undefined && one === other && !byClient(name) && !bySent(name) : one === other) {
      if (one !== undefined) variables.set(name, one)
    } else if (!looked.has(name)) variables.set(name, undefined)
  }
  const same = silent.state.captures?.join('\0') === guessing.state.captures?.join('\0')
  const open = takes.length > 0 && (!sure || !same || [...looked].some(([name, map]) => hasPatterns(map) && byClient(name)))
  return { ...state, variables, captures: open ? undefined : silent.state.captures }
}
