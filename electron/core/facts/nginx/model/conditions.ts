import type { NginxDirective } from '../nginx.ts'
import { compilePattern } from './pattern.ts'
import type { HttpModel } from './servers.ts'
import { type Evaluation, expandText, type Persona, type RequestState, type Unknown } from './variables.ts'

/** Something that must hold for a request to take this way, and that a stranger cannot be shown to fulfil. */
export interface Assumption {
  /** `secret`: the client must send what only insiders know. `certificate`: a verified client certificate. `address`: its address decides. */
  readonly kind: 'secret' | 'certificate' | Unknown
  readonly directive: NginxDirective
}

export interface Way {
  readonly taken: boolean
  readonly assumption?: Assumption | undefined
}

/** Truth of the words of an `if`: `($var)`, `($a = b)`, `($a != b)`, `($a ~ re)`; undefined when not known. */
function truth(words: readonly string[], evaluation: Evaluation): { readonly value?: boolean; readonly why?: Unknown } {
  const joined = [...words]
  joined[0] = (joined[0] ?? '').replace(/^\(/, '')
  joined[joined.length - 1] = (joined.at(-1) ?? '').replace(/\)$/, '')
  const [left = '', operator, right = ''] = joined.filter((word, index) => word !== '' || index > 1)
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
  const as = (persona: Persona) => truth(directive.parameters, { model, state, persona })
  const silent = as('silent')
  const guessing = as('guessing')
  const words = directive.parameters.join(' ')
  if (silent.value === undefined || guessing.value === undefined) {
    const kind = silent.why ?? guessing.why ?? 'unmodelled'
    return [true, false].map((taken) => ({ taken, assumption: { kind, directive } }))
  }
  if (silent.value !== guessing.value) return [{ taken: true }, { taken: false }]
  const depends = dependsOnClient(words, model)
  if (!depends) return [{ taken: silent.value }]
  return [{ taken: silent.value }, { taken: !silent.value, assumption: { kind: depends, directive } }]
}

/** Does what a client sends decide this condition, directly or through maps? */
export function dependsOnClient(words: string, model: HttpModel, depth = 0): 'secret' | 'certificate' | undefined {
  for (const match of words.matchAll(/\$\{?(\w+)/g)) {
    const name = (match[1] ?? '').toLowerCase()
    if (name.startsWith('ssl_client_')) return 'certificate'
    // Not secrets: anyone can send any of these, and they are there for other purposes.
    if (/^http_(?:host|user_agent|referer|origin|upgrade|connection|accept.*|content_.*|x_forwarded_.*|x_real_ip)$/.test(name)) continue
    if (/^(?:http|arg|cookie)_/.test(name)) return 'secret'
    const map = model.maps.get(`$${name}`)
    const inner = map && depth < 8 ? dependsOnClient(map.parameters[0] ?? '', model, depth + 1) : undefined
    if (inner) return inner
  }
  return undefined
}
