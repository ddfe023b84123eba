import type { NginxDirective } from '../nginx.ts'
import type { Assumption } from './assumption.ts'
import { settled, takenBy } from './captures.ts'
import { keptWords } from './clients-words.ts'
import { textsOf } from './condition-words.ts'
import { ways } from './conditions.ts'
import { pathOf } from './inverse.ts'
import { compilePattern } from './pattern.ts'
import { possibleTexts } from './possible-texts.ts'
import { inside, type Scope } from './scope.ts'
import type { HttpModel } from './servers.ts'
import { aroundSent, type RequestState } from './variables.ts'

/** One way through the rewrite phase. */
export interface Passage {
  readonly state: RequestState
  /** Of the last `if` taken, else the block's own: that block's settings rule the rest of the request. */
  readonly scope: Scope
  readonly assumptions: readonly Assumption[]
  /** Answered here, before any access rule is looked at. */
  readonly answer?: NginxDirective | undefined
  /** The path changed, so a location is searched again. */
  readonly again: boolean
  /** `rewrite … break`: proxy_pass drops its own path. */
  readonly broken: boolean
  readonly rewritten: boolean
  /** There were more ways than are followed: what became of them is not known. */
  readonly unfollowed?: true | undefined
}

const MAX_WAYS = 24

/** ngx_http_rewrite_module: `set`, `if`, `return`, `rewrite` and `break` in order. Nothing of it is inherited by inner blocks. */
export function passages(scope: Scope, model: HttpModel, state: RequestState): readonly Passage[] {
  const start: Running = { state, scope, assumptions: [], again: false, broken: false, rewritten: false, stopped: false }
  return run(scope.directives, scope, model, [start])
}

/** Lines of an `if` that leave its settings to the block around it. */
const plain = /^(?:set|return|rewrite|break|if|add_header|expires|access_log|error_log)$/

/** Ways of which what comes next is the same are one: each of many conditions that set the same variable, or refuse alike, would double them otherwise. */
function distinct(all: readonly Running[]): readonly Running[] {
  const ids = new Map<object, number>()
  const id = (one: object): number => ids.get(one) ?? ids.set(one, ids.size).size - 1
  const found = new Map<string, Running>()
  for (const one of all) {
    const { state, scope, assumptions, answer, again, broken, rewritten, stopped, unfollowed } = one
    const { directive, directives, parent } = scope
    const isPlain = directive?.name === 'if' && directives.every(({ name }) => plain.test(name))
    // Of what is not known one reason is enough.
    const asked = assumptions.filter(({ kind }) => kind !== 'unmodelled').map(({ directive: at }) => id(at))
    const isUnknown = assumptions.length > asked.length
    const key = JSON.stringify([
      ...[state.uri, state.captures ?? 0, [...state.variables].toSorted(byName), [...(state.sentIn ?? [])].toSorted(byName)],
      ...[isPlain && parent ? [id(parent)] : id(scope), answer ? id(answer) : -1, again, broken, rewritten, stopped, unfollowed, asked],
    ])
    if (!isUnknown || !found.has(key)) found.set(key, one)
  }
  return [...found.values()]
}

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number => (one < other ? -1 : 1)

interface Running extends Passage {
  readonly stopped: boolean
}

function run(directives: readonly NginxDirective[], scope: Scope, model: HttpModel, starts: readonly Running[]): readonly Running[] {
  let all = starts
  for (const directive of directives) {
    if (!['set', 'if', 'return', 'rewrite', 'break'].includes(directive.name) && !setsByModule(directive)) continue
    all = all.flatMap((one) => (one.stopped ? [one] : step(directive, scope, model, one)))
    if (all.length > MAX_WAYS) all = distinct(all)
    const [first] = all
    if (first && all.length > MAX_WAYS) all = [...all.slice(0, MAX_WAYS - 1), { ...first, stopped: true, unfollowed: true }]
  }
  return all
}

/** `set_by_lua_block $x { … }`, `set_unescape_uri $x …`: they run between the others (ngx_devel_kit, set_var), and what they set is not known. */
const setsByModule = ({ name, parameters: [first = ''] }: NginxDirective): boolean => name.startsWith('set_') && first.startsWith('$')

function step(directive: NginxDirective, scope: Scope, model: HttpModel, before: Running): readonly Running[] {
  const after = (text: string): Running => ({ ...before, state: settled(text, model, before.state) })
  switch (directive.name) {
    case 'set': {
      const name = (directive.parameters[0] ?? '').replace(/^\$/, '').toLowerCase()
      const template = directive.parameters[1] ?? ''
      const now = after(template)
      const around = aroundSent(template, model, before.state)
      const sentIn = new Map([...(now.state.sentIn ?? [])].filter(([one]) => one !== name))
      if (around !== undefined) sentIn.set(name, around)
      return possibleTexts(template, { model, state: before.state }).map((value) => {
        const variables = new Map(now.state.variables).set(name, value ?? keptWords(template, before.state))
        return { ...now, state: { ...now.state, variables, sentIn } }
      })
    }
    case 'if': {
      const now = after(textsOf(directive))
      return ways(directive, model, before.state).flatMap(({ taken, assumption }) => {
        const state = { ...now.state, ...takenBy(directive, taken, model, now.state) }
        const next = { ...now, state, assumptions: assumption ? [...now.assumptions, assumption] : now.assumptions }
        if (!taken) return [next]
        const block = inside(directive, scope)
        return run(block.directives, block, model, [{ ...next, scope: block }])
      })
    }
    case 'rewrite':
      return rewrite(directive, model, before)
    case 'return':
      return [{ ...before, stopped: true, answer: directive }]
    case 'break':
      return [{ ...before, stopped: true, again: false }]
    default: {
      const name = (directive.parameters[0] ?? '').slice(1).toLowerCase()
      return [{ ...before, state: { ...before.state, variables: new Map(before.state.variables).set(name, undefined) } }]
    }
  }
}

/** Does a `rewrite` tell the client to ask elsewhere? */
export const redirects = ({ parameters: [, replacement = '', flag] }: Pick<NginxDirective, 'parameters'>): boolean =>
  flag === 'redirect' || flag === 'permanent' || /^(?:https?:\/\/|\$scheme)/.test(replacement)

function rewrite(directive: NginxDirective, model: HttpModel, now: Running): readonly Running[] {
  const [source = '', replacement = '', flag] = directive.parameters
  const match = compilePattern(source, false).exec(now.state.uri)
  if (match === undefined) return [{ ...now, assumptions: [...now.assumptions, { kind: 'unmodelled', directive }] }]
  // A pattern that does not match takes away what others took (ngx_http_script_regex_start_code).
  if (match === null) return [{ ...now, state: { ...now.state, captures: [] } }]
  if (redirects(directive)) return [{ ...now, stopped: true, answer: directive }]
  const captures = [...match].map((capture) => capture ?? '')
  const variables = new Map<string, string | undefined>([...now.state.variables, ...Object.entries(match.groups ?? {})])
  const state = { ...now.state, captures, variables }
  const left = settled(replacement, model, state)
  const ends = flag === 'last' || flag === 'break'
  return possibleTexts(pathOf(replacement), { model, state }).map((text) => {
    if (text === undefined) return { ...now, assumptions: [...now.assumptions, { kind: 'unmodelled', directive }] }
    const uri = text.split('?', 1)[0] ?? ''
    // An error of nginx's own: "the rewritten URI has a zero length".
    if (uri === '') return { ...now, stopped: true, answer: directive }
    return {
      ...now,
      state: { ...left, uri },
      stopped: ends,
      again: flag !== 'break',
      broken: flag === 'break' || now.broken,
      rewritten: true,
    }
  })
}
