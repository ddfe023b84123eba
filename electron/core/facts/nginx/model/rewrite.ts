import type { NginxDirective } from '../nginx.ts'
import { type Assumption, dependsOnClient, possibleTexts, takenBy, ways } from './conditions.ts'
import { compilePattern } from './pattern.ts'
import { inside, type Scope } from './scope.ts'
import type { HttpModel } from './servers.ts'
import { expandText, type RequestState } from './variables.ts'

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
}

const MAX_WAYS = 24

/** ngx_http_rewrite_module: `set`, `if`, `return`, `rewrite` and `break` in order. Nothing of it is inherited by inner blocks. */
export function passages(scope: Scope, model: HttpModel, state: RequestState): readonly Passage[] {
  const start: Running = { state, scope, assumptions: [], again: false, broken: false, rewritten: false, stopped: false }
  return run(scope.directives, scope, model, [start])
}

interface Running extends Passage {
  readonly stopped: boolean
}

function run(directives: readonly NginxDirective[], scope: Scope, model: HttpModel, starts: readonly Running[]): readonly Running[] {
  let all = starts
  for (const directive of directives) {
    if (!['set', 'if', 'return', 'rewrite', 'break'].includes(directive.name) && !setsByModule(directive)) continue
    all = all.flatMap((one) => (one.stopped ? [one] : step(directive, scope, model, one))).slice(0, MAX_WAYS)
  }
  return all
}

/** `set_by_lua_block $x { … }`, `set_unescape_uri $x …`: they run between the others (ngx_devel_kit, set_var), and what they set is not known. */
const setsByModule = ({ name, parameters: [first = ''] }: NginxDirective): boolean => name.startsWith('set_') && first.startsWith('$')

/** A map keeps the value of its first use for the rest of the request, whatever becomes of the path (unless it is `volatile`). */
function withMaps(directive: NginxDirective, model: HttpModel, state: RequestState): RequestState {
  const variables = new Map(state.variables)
  for (const [, name = ''] of directive.parameters.join(' ').matchAll(/\$\{?(\w+)/g)) {
    const key = name.toLowerCase()
    const map = model.maps.get(`$${key}`)
    if (!map || variables.has(key) || map.block?.some((line) => line.name === 'volatile')) continue
    if (dependsOnClient(map.parameters[0] ?? '', model, state.anyHost) !== undefined) continue
    const [silent, guessing] = (['silent', 'guessing'] as const).map((persona) => expandText(`$${key}`, { model, state, persona }))
    if (silent?.known && guessing?.known && silent.text === guessing.text) variables.set(key, silent.text)
  }
  return variables.size === state.variables.size ? state : { ...state, variables }
}

function step(directive: NginxDirective, scope: Scope, model: HttpModel, before: Running): readonly Running[] {
  const now = { ...before, state: withMaps(directive, model, before.state) }
  switch (directive.name) {
    case 'set': {
      const name = (directive.parameters[0] ?? '').replace(/^\$/, '').toLowerCase()
      const template = directive.parameters[1] ?? ''
      // What the client decides must not be frozen to what one kind of client sends.
      return possibleTexts(template, { model, state: now.state }).map((value) => {
        const variables = new Map(now.state.variables).set(name, value)
        return { ...now, state: { ...now.state, variables } }
      })
    }
    case 'if':
      return ways(directive, model, now.state).flatMap(({ taken, assumption }) => {
        const state = { ...now.state, ...takenBy(directive, model, now.state) }
        const next = { ...now, state, assumptions: assumption ? [...now.assumptions, assumption] : now.assumptions }
        if (!taken) return [next]
        const block = inside(directive, scope)
        return run(block.directives, block, model, [{ ...next, scope: block }])
      })
    case 'rewrite':
      return [rewrite(directive, model, now)]
    case 'return':
      return [{ ...now, stopped: true, answer: directive }]
    case 'break':
      return [{ ...now, stopped: true, again: false }]
    default: {
      const name = (directive.parameters[0] ?? '').slice(1).toLowerCase()
      return [{ ...now, state: { ...now.state, variables: new Map(now.state.variables).set(name, undefined) } }]
    }
  }
}

function rewrite(directive: NginxDirective, model: HttpModel, now: Running): Running {
  const [source = '', replacement = '', flag] = directive.parameters
  const match = compilePattern(source, false).exec(now.state.uri)
  if (match === undefined) return { ...now, assumptions: [...now.assumptions, { kind: 'unmodelled', directive }] }
  // A pattern that does not match takes away what others took (ngx_http_script_regex_start_code).
  if (match === null) return { ...now, state: { ...now.state, captures: [] } }
  if (flag === 'redirect' || flag === 'permanent' || /^(?:https?:\/\/|\$scheme)/.test(replacement))
    return { ...now, stopped: true, answer: directive }
  const captures = [...match].map((capture) => capture ?? '')
  const variables = new Map<string, string | undefined>([...now.state.variables, ...Object.entries(match.groups ?? {})])
  const state = { ...now.state, captures, variables }
  const target = expandText(replacement, { model, state, persona: 'silent' })
  if (!target.known) return { ...now, assumptions: [...now.assumptions, { kind: 'unmodelled', directive }] }
  const uri = target.text.split('?', 1)[0] ?? ''
  const ends = flag === 'last' || flag === 'break'
  return {
    ...now,
    state: { ...state, uri: uri.startsWith('/') ? uri : `/${uri}` },
    stopped: ends,
    again: flag !== 'break',
    broken: flag === 'break' || now.broken,
    rewritten: true,
  }
}
