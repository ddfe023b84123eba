import type { NginxDirective } from '../nginx.ts'
import { takenBySample } from './inverse.ts'
import { compilePattern } from './pattern.ts'
import { isPublicHeader } from './public-headers.ts'
import { isSecretText, provenBy } from './secret-patterns.ts'
import type { HttpModel } from './servers.ts'
import { type AddressRule, type Alike, toldApart } from './told-apart.ts'
import {
  type Evaluation,
  evaluated,
  expandText,
  isStated,
  type Persona,
  QUERY,
  type RequestState,
  sentBehind,
  type Unknown,
} from './variables.ts'

/** Something that must hold for a request to take this way, and that a stranger cannot be shown to fulfil. */
export interface Assumption {
  /** `secret`: the client must send what only insiders know. `certificate`: a verified client certificate. `address`: its address decides. */
  readonly kind: 'secret' | 'certificate' | Unknown
  readonly directive: NginxDirective
  /** Of an address: the networks that lead this way. Others may stand inside of them that do not. */
  readonly networks?: readonly AddressRule[] | undefined
  /** Of an `if` of which nothing is known: is it taken on this way? */
  readonly taken?: boolean | undefined
}

export interface Way {
  readonly taken: boolean
  readonly assumption?: Assumption | undefined
}

/** What an `if` looks at, how, and what it holds it against: whatever of it stands in quotes, a parenthesis on its own is left out. */
export function conditionOf({ parameters }: Pick<NginxDirective, 'parameters'>): readonly [left: string, operator: string, right: string] {
  const [left = '', operator = '', right = ''] = withoutParentheses(parameters)
  return [left, operator, right]
}

/** The texts of an `if` that are evaluated before its pattern runs. */
export function textsOf(directive: NginxDirective): string {
  const [left, operator, right] = conditionOf(directive)
  return operator.includes('~') ? left : `${left} ${right}`
}

function withoutParentheses(words: readonly string[]): readonly string[] {
  const joined = [...words]
  joined[0] = (joined[0] ?? '').replace(/^\(/, '')
  joined[joined.length - 1] = (joined.at(-1) ?? '').replace(/\)$/, '')
  return joined.filter((word, index) => word !== '' || index > 1)
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

/** What the pattern of an `if` leaves for `$1` and named variables. */
export function takenBy(directive: NginxDirective, model: HttpModel, state: RequestState): Partial<RequestState> {
  const [left, operator, right] = conditionOf(directive)
  const pattern = /^!?~(\*?)$/.exec(operator)
  if (!pattern) return {}
  const take = (persona: Persona) => {
    const value = expandText(left, { model, state, persona })
    const known = value.known && dependsOnClient(left, model, state.anyHost) === undefined
    return known ? compilePattern(right, pattern[1] === '*').exec(value.text) : undefined
  }
  const match = take('silent')
  // Somebody else adds a query to what is looked at.
  const other = match === undefined || !looksAtSent(left, model, state) ? match : take({ sends: ADDED })
  const unknown = namesIn(right).map((name) => [name, undefined] as const)
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

const ADDED = 'gatehouse-query'
/** What a group takes of a path without a query and with one, in one text. */
const withQuery = (bare: string, more: string | undefined): string | undefined =>
  more === bare ? bare : more === `${bare}?${ADDED}` ? `${bare}${QUERY}` : undefined

/**
 * The ways past an `if`. What strangers get whatever they send is free of assumptions; the other way then needs a secret. When sending
 * something (anything) changes the answer, both ways are open to all. What cannot be known opens both ways, each under an assumption.
 */
export function ways(directive: NginxDirective, model: HttpModel, state: RequestState): readonly Way[] {
  const words = directive.parameters.join(' ')
  const all = [...personas, ...shapesIn(directive.parameters, model)]
  const found = all.map((persona) => truth(directive.parameters, { model, state, persona }))
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
  const kind = depends === 'stated' || (depends === 'secret' && !isSecret(directive.parameters, model, state)) ? 'unmodelled' : depends
  return [{ taken: silent.value }, { taken: !silent.value, assumption: { kind, directive } }]
}

/** What `set` made of a variable counts, and not the map of the same name. */
const withoutDecided = (text: string, { variables }: RequestState): string =>
  text.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => (variables.get(name.toLowerCase()) === undefined ? whole : ''))

const AS_SENT = /\$\{?request(?:_uri)?\b/

/** Does it look at the path as it was sent, or at what `set`, a pattern or a map made of it? */
const looksAtSent = (text: string, model: HttpModel, state: RequestState, depth = 0): boolean =>
  AS_SENT.test(text) ||
  [...text.matchAll(/\$\{?(\d|\w+)/g)].some(([, written = '']) => {
    const name = written.toLowerCase()
    const map = depth < 8 && !state.variables.has(name) ? model.maps.get(`$${name}`) : undefined
    return sentBehind(name, state) !== undefined || (map !== undefined && looksAtSent(map.parameters[0] ?? '', model, state, depth + 1))
  })

/** Patterns that maps hold against it. */
const patternsOfSent = (text: string, model: HttpModel, state: RequestState): readonly string[] =>
  mapsBehind(text, model)
    .filter(({ parameters: [source = ''] }) => looksAtSent(source, model, state))
    .flatMap(({ block = [] }) => block.flatMap(({ name }) => patternOf(name) ?? []))
    .slice(0, MAX_SENT + 1)

/** The maps that a text names, and those that these look at. */
const mapsBehind = (text: string, model: HttpModel, depth = 0): readonly NginxDirective[] =>
  [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([, name = '']) => {
    const map = depth < 8 ? model.maps.get(`$${name.toLowerCase()}`) : undefined
    return map ? [map, ...mapsBehind(map.parameters[0] ?? '', model, depth + 1)] : []
  })

/** Those who write what a pattern of the path as it was sent asks for behind a question mark. */
const behindMark = (pattern: string): readonly Persona[] => {
  const sends = takenBySample(pattern)
  return sends === undefined ? [] : [{ sends }, { sends: sends.replace(/^\//, '') }]
}

/** The other way, for those who write that. */
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

/** What else a text becomes for those who write that. */
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
/** Patterns of what stands behind the question mark; of those beyond it is not known whom they let in. */
const MAX_SENT = 40

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

/** Of the key of a `map`: a pattern after its sign. */
const patternOf = (key: string): string | undefined => /^~\*?(.*)$/s.exec(key)?.[1]

/**
 * Is everything that a value of the client is compared with a secret? A text by its length; of a pattern, that its form is right proves none (`~^Bearer .+`).
 */
function isSecret(words: readonly string[], model: HttpModel, state: RequestState): boolean {
  const [left = '', operator = '', right = ''] = withoutParentheses(words)
  const isLong = (): boolean => {
    if (operator.includes('~')) return provenBy(right).proof === 'secret'
    const value =
      dependsOnClient(right, model, state.anyHost) === undefined ? expandText(right, { model, state, persona: 'silent' }) : undefined
    return value?.known === true && isSecretText(value.text)
  }
  if (mapsOfClient(words.join(' '), model).length === 0) return isLong()
  if (namesClient(words.join(' '))) return false
  return mapsNamed(words.join(' '), model).every((map) => asksForSecret(map, model)) || (takesOut(mapNamed(left, model), model) && isLong())
}

/**
 * Does who sends no secret get what this map says to everybody? Or to those of its maps, or to one that only takes out of what a client sends what it is held
 * against here (`"~^Bearer (.+)$" $1`).
 */
function asksForSecret(map: NginxDirective, model: HttpModel, depth = 0): boolean {
  if (depth > 8) return false
  const [source = ''] = map.parameters
  const byKeys = () => isSteady(map, model) && tellingKeys(map).every(isSecretKey)
  const behind = mapsNamed(source, model)
  if (behind.length === 0) return byKeys()
  if (namesClient(source)) return false
  return behind.every((one) => asksForSecret(one, model, depth + 1)) || (takesOut(mapNamed(source, model), model) && byKeys())
}

/** Everybody else gets what no client chooses. */
const isSteady = ({ block = [] }: NginxDirective, model: HttpModel): boolean =>
  dependsOnClient(block.find(isDefault)?.parameters[0] ?? '', model, true) === undefined

/** What it makes of a text is a part of that text, or nothing. */
function takesOut(map: NginxDirective | undefined, model: HttpModel): boolean {
  if (!map || !isSteady(map, model) || mapsNamed(map.parameters[0] ?? '', model).length > 0) return false
  const telling = tellingKeys(map)
  return (map.block ?? [])
    .filter(({ name }) => telling.includes(name))
    .every(({ name, parameters: [value = ''] }) => {
      const group = /^\$\{?(\w+)\}?$/.exec(value)?.[1]?.toLowerCase()
      return patternOf(name) !== undefined && group !== undefined && (/^[1-9]$/.test(group) || namesIn(name).includes(group))
    })
}

/** Does a text itself, beside its maps, hold what a client sends? */
const namesClient = (text: string): boolean => /\$\{?(?:http|arg|cookie)_|\$\{?(?:args|query_string)\b/i.test(text)

const mapNamed = (text: string, model: HttpModel): NginxDirective | undefined =>
  model.maps.get(`$${/^\$\{?(\w+)\}?$/.exec(text)?.[1]?.toLowerCase() ?? ''}`)

/** The maps that a text names and that hang on what a client sends. */
const mapsNamed = (text: string, model: HttpModel): readonly NginxDirective[] =>
  [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([, name = '']) => {
    const map = model.maps.get(`$${name.toLowerCase()}`)
    return map && dependsOnClient(`$${name}`, model, false) === 'secret' ? [map] : []
  })

/** Keys of a `map` that lead elsewhere than its default. */
function tellingKeys({ block = [] }: NginxDirective): readonly string[] {
  const usual = block.find(isDefault)?.parameters[0] ?? ''
  return block
    .filter(({ name, parameters }) => !/^(?:default|volatile|hostnames)$/.test(name) && name !== '' && parameters[0] !== usual)
    .map(({ name }) => name)
}

function isSecretKey(key: string): boolean {
  const pattern = patternOf(key)
  return pattern === undefined ? isSecretText(key) : provenBy(pattern).proof === 'secret'
}

/** Maps from what a client sends, behind others that only combine them (`map $request_method$is_known $refused`). */
function mapsOfClient(text: string, model: HttpModel, depth = 0): readonly NginxDirective[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].flatMap(([, name = '']) => {
    const map = depth < 8 ? model.maps.get(`$${name.toLowerCase()}`) : undefined
    if (!map) return []
    const behind = mapsOfClient(map.parameters[0] ?? '', model, depth + 1)
    return behind.length > 0 ? behind : [map]
  })
}

/**
 * Does what a client sends decide this condition, directly or through maps? `stated`: the name of an account, which auth_basic may prove later on.
 * `anyHost`: the client chooses the name of the host as well.
 */
export function dependsOnClient(
  words: string,
  model: HttpModel,
  anyHost: boolean,
  depth = 0,
): 'secret' | 'certificate' | 'public' | 'stated' | undefined {
  let found: 'public' | 'stated' | undefined
  for (const match of words.matchAll(/\$\{?(\w+)/g)) {
    const name = (match[1] ?? '').toLowerCase()
    if (name.startsWith('ssl_client_')) return 'certificate'
    if (name === 'remote_user') {
      found = 'stated'
      continue
    }
    // The name in the handshake need not be that of the request (RFC 6066, 11.1).
    if (name === 'is_args' || name === 'invalid_referer' || isStated(name) || (anyHost && name === 'host')) {
      found ??= 'public'
      continue
    }
    if (name.startsWith('http_') && isPublicHeader(name.slice(5).replaceAll('_', '-'))) {
      found ??= 'public'
      continue
    }
    if (/^(?:(?:http|arg|cookie)_|args$|query_string$)/.test(name)) return 'secret'
    const map = model.maps.get(`$${name}`)
    const inner = map && depth < 8 ? dependsOnClient(map.parameters[0] ?? '', model, anyHost, depth + 1) : undefined
    if (inner === 'public' || inner === 'stated') found = inner
    else if (inner) return inner
  }
  return found
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
  const names = takes.flatMap(({ block = [] }) => block.flatMap(({ name }) => namesIn(name)))
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

const hasPatterns = ({ block = [] }: NginxDirective): boolean => block.some(({ name }) => name.startsWith('~'))

const namesIn = (pattern: string): readonly string[] =>
  [...pattern.matchAll(/\(\?P?<([A-Za-z_]\w*)>/g)].map(([, name = '']) => name.toLowerCase())

/** Maps that a text looks at, directly or through others, but for those that were looked at before. */
function mapsIn(text: string, model: HttpModel, state: RequestState, depth = 0): ReadonlyMap<string, NginxDirective> {
  const found = new Map<string, NginxDirective>()
  for (const [, name = ''] of text.matchAll(/\$\{?(\w+)/g)) {
    const key = name.toLowerCase()
    const map = depth > 8 || state.variables.has(key) ? undefined : model.maps.get(`$${key}`)
    if (!map) continue
    found.set(key, map)
    const behind = [map.parameters[0] ?? '', ...(map.block ?? []).flatMap(({ parameters }) => parameters[0] ?? [])].join(' ')
    for (const [one, other] of mapsIn(behind, model, state, depth + 1)) found.set(one, other)
  }
  return found
}

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

/** A text, and what must hold for whom it becomes that. */
export interface ChosenText {
  readonly text: string | undefined
  readonly assumption?: Assumption | undefined
}

/**
 * The same, where a map by one header, cookie or argument of the client's decides: the line for who sends nothing is open to all, and so is one whose pattern anybody fits; another is for those
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

const isDefault = ({ name }: Pick<NginxDirective, 'name'>): boolean => name === 'default'
