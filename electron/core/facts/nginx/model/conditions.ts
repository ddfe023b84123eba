import type { NginxDirective } from '../nginx.ts'
import type { Assumption } from './assumption.ts'
import { spelledWords } from './clients-words.ts'
import { conditionOf, withoutParentheses } from './condition-words.ts'
import { dependsOnClient, mapsOfClient, withoutDecided } from './depends-on-client.ts'
import { patternOf } from './maps.ts'
import { behindMark, looksAtSent, MAX_SENT, patternsOfSent } from './path-as-sent.ts'
import { compilePattern } from './pattern.ts'
import { isSecret } from './secret-conditions.ts'
import { provenBy } from './secret-patterns.ts'
import type { HttpModel } from './servers.ts'
import { type Alike, toldApart } from './told-apart.ts'
import { type Evaluation, expandText, type Persona, type RequestState, type Unknown } from './variables.ts'

/** One way past an `if`: into its block or not, and who is taken to go it. */
export interface Way {
  readonly taken: boolean
  readonly assumption?: Assumption | undefined
}

/** Truth of the words of an `if`: `($var)`, `($a = b)`, `($a != b)`, `($a ~ re)`; undefined when not known. */
function truth(words: readonly string[], evaluation: Evaluation): { readonly value?: boolean; readonly why?: Unknown } {
  const [left = '', operator, right = ''] = withoutParentheses(words)
  // File tests: -f, -d, -e, -x.
  if (left.startsWith('-') || left.startsWith('!-')) return { why: 'unmodelled' }
  const value = expandText(left, evaluation)
  if (!value.known) return { why: value.why }
  if (operator === undefined) return { value: value.text !== '' && value.text !== '0' }
  if (operator === '=' || operator === '!=') {
    const other = expandText(right, evaluation)
    if (!other.known) return { why: other.why }
    return { value: (value.text === other.text) === (operator === '=') }
  }
  const pattern = /^(!?)~(\*?)$/.exec(operator)
  if (!pattern) return { why: 'unmodelled' }
  const match = compilePattern(right, pattern[2] === '*').exec(value.text)
  return match === undefined ? { why: 'unmodelled' } : { value: (match !== null) !== (pattern[1] === '!') }
}

/**
 * The ways past an `if`. What strangers get whatever they send is free of assumptions; the other way then needs a secret. When sending
 * something (anything) changes the answer, both ways are open to all. What cannot be known opens both ways, each under an assumption.
 */
export function ways(directive: NginxDirective, model: HttpModel, state: RequestState): readonly Way[] {
  const parameters = spelledWords(directive, state)
  const words = parameters.join(' ')
  const all = [...personas, ...shapesIn(parameters, model)]
  const found = all.map((persona) => truth(parameters, { model, state, persona }))
  const [silent] = found
  if (silent?.value === undefined || found.some(({ value }) => value === undefined)) {
    const kind = found.find(({ why }) => why)?.why ?? 'unmodelled'
    const byAddress = kind === 'address' ? waysByAddress(directive, model, state) : undefined
    if (byAddress) return byAddress
    return [false, true].map((taken) => ({ taken, assumption: { kind, directive, taken } }))
  }
  // What most clients get comes first: where too many ways come together, it is followed.
  const both: readonly Way[] = [{ taken: silent.value }, { taken: !silent.value }]
  if (found.some(({ value }) => value !== silent.value)) return both
  const depends = dependsOnClient(withoutDecided(words, state), model, state.anyHost)
  if (!depends) return [{ taken: silent.value }, ...byQuery(directive, model, state, silent.value)]
  // What anyone may write into a public header opens both ways.
  if (depends === 'public') return both
  const kind = depends === 'stated' || (depends === 'secret' && !isSecret(parameters, model, state)) ? 'unmodelled' : depends
  return [{ taken: silent.value }, { taken: !silent.value, assumption: { kind, directive } }]
}

/** The other way, for those who write behind a question mark what a pattern asks for. */
function byQuery(directive: NginxDirective, model: HttpModel, state: RequestState, silent: boolean): readonly Way[] {
  const [left, operator, right] = conditionOf(directive)
  const patterns = [
    ...(operator.includes('~') && looksAtSent(left, model, state) ? [right] : []),
    ...patternsOfSent(`${left} ${right}`, model, state),
  ]
  const proofs = patterns.slice(0, MAX_SENT).flatMap((pattern) => {
    const values = behindMark(pattern).map((persona) => truth(directive.parameters, { model, state, persona }).value)
    return values.includes(!silent) ? [provenBy(pattern).proof] : []
  })
  if (proofs.length === 0) return patterns.length > MAX_SENT ? [{ taken: !silent, assumption: { kind: 'unmodelled', directive } }] : []
  if (proofs.includes('form')) return [{ taken: !silent }]
  return [{ taken: !silent, assumption: { kind: proofs.includes('unclear') ? 'unmodelled' : 'secret', directive } }]
}

/** An `if` is asked anew by every request that is followed through it. */
const told = new WeakMap<HttpModel, Map<NginxDirective, readonly Alike[] | undefined>>()

function clientsOf(directive: NginxDirective, model: HttpModel): readonly Alike[] | undefined {
  const known = told.get(model) ?? new Map<NginxDirective, readonly Alike[] | undefined>()
  told.set(model, known)
  if (!known.has(directive)) known.set(directive, toldApart(conditionOf(directive), directive, model))
  return known.get(directive)
}

/**
 * The ways past an `if` that hangs on the client's address: the one that all take whom no line names is open to strangers, the other to the networks that lead there. Undefined
 * where something else decides as well, or of the address what is not modelled.
 */
function waysByAddress(directive: NginxDirective, model: HttpModel, state: RequestState): readonly Way[] | undefined {
  const taken = (variables: ReadonlyMap<string, string>): boolean | undefined => {
    const chosen = { ...state, variables: new Map([...state.variables, ...variables]) }
    const [first, ...others] = personas.map((persona) => truth(directive.parameters, { model, state: chosen, persona }).value)
    return others.every((one) => one === first) ? first : undefined
  }
  const all = clientsOf(directive, model)?.map((alike) => ({ ...alike, taken: new Set(alike.variables.map(taken)) }))
  if (!all || all.some((one) => one.taken.has(undefined))) return undefined
  const usual = new Set(all.flatMap((one) => (one.who === 'strangers' ? [...one.taken] : [])))
  if (usual.size > 1) return [{ taken: true }, { taken: false }]
  const [first = true] = usual
  const others = all.filter((one) => one.taken.has(!first))
  // Who comes by a socket of this machine is another proxy's client, as like as not.
  if (others.some(({ who }) => who === 'socket')) return undefined
  if (others.length === 0) return [{ taken: first }]
  return [{ taken: first }, { taken: !first, assumption: { kind: 'address', directive, networks: others.flatMap(({ rules }) => rules) } }]
}

const personas: readonly Persona[] = ['silent', 'guessing', 'bearing']

const MAX_SHAPES = 24

/** Clients who send what has the form that a pattern asks for, where that holds no secret. */
function shapesIn(words: readonly string[], model: HttpModel): readonly Persona[] {
  const [, operator = '', right = ''] = withoutParentheses(words)
  const patterns = [
    ...(/^!?~\*?$/.test(operator) ? [right] : []),
    ...mapsOfClient(words.join(' '), model).flatMap(({ block = [] }) => block.flatMap(({ name }) => patternOf(name) ?? [])),
  ]
  const samples = new Set(patterns.slice(0, 200).flatMap((source) => provenBy(source).samples))
  return [...samples].slice(0, MAX_SHAPES).map((sends) => ({ sends }))
}
