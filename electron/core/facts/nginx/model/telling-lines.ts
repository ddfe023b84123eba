import { oncePer } from '../../once-per.ts'
import type { NginxDirective } from '../nginx.ts'
import { conditionOf } from './condition-words.ts'

/** What tells a client to ask elsewhere, is written down or sent back decides neither who gets in nor where a request goes. */
const harmless = /^(?:return|log_format|access_log|add_header|add_trailer|expires)$/

/** `if ($request_uri ~ ^/old) { return 301 /new; }`: who fits is let no further. */
export const turnsAway = (condition: NginxDirective): boolean =>
  /^(?:|=|~\*?)$/.test(conditionOf(condition)[1]) && (condition.block ?? []).some(({ name }) => name === 'return')

/** Variables in lower case and without their sign. */
interface Deciding {
  readonly anyhow: ReadonlySet<string>
  /** Whom something is told by these is let no further (`if ($moved) { return 301 $moved; }`). */
  readonly refusing: ReadonlySet<string>
}

/** By what these directives, at any depth, decide who gets in and where a request goes. */
export const decidingIn = oncePer((directives: readonly NginxDirective[]): Deciding => {
  const [anyhow, refusing] = [new Set<string>(), new Set<string>()]
  for (const one of directives) {
    const { name, parameters, block = [] } = one
    if (harmless.test(name)) continue
    // The last one of a map is the variable that it makes.
    const read = /^(?:map|geo|split_clients)$/.test(name) ? parameters.slice(0, -1) : parameters
    const refuses = name === 'if' && conditionOf(one)[1] === '' && turnsAway(one)
    for (const [, variable = ''] of read.join(' ').matchAll(/\$\{?(\w+)/g)) (refuses ? refusing : anyhow).add(variable.toLowerCase())
    const inner = decidingIn(block)
    for (const variable of inner.anyhow) anyhow.add(variable)
    for (const variable of inner.refusing) refusing.add(variable)
  }
  return { anyhow, refusing }
})

/** Lines of a `map` by which more is open, or something else, than by its default. */
export function tellingLines({ parameters: [, target = ''], block = [] }: NginxDirective, { anyhow, refusing }: Deciding) {
  const name = target.slice(1).toLowerCase()
  const usual = block.find((line) => line.name === 'default')?.parameters[0] ?? ''
  return block.filter(({ name: key, parameters: [value = ''] }) => {
    if (/^(?:default|hostnames|volatile|include)$/.test(key) || value === usual) return false
    return anyhow.has(name) || (refusing.has(name) && /^0?$|\$/.test(value))
  })
}
