import type { NginxDirective } from '../nginx.ts'
import { conditionOf } from './condition-words.ts'
import { namedGroupsIn } from './pattern.ts'

/** What was passed so far of a request, as far as it matters here. */
interface Passed {
  readonly variables: ReadonlyMap<string, string | undefined>
  readonly captures?: readonly string[] | undefined
}

/** Before what `set` or a pattern took of what a client sends: it is kept as what it was made of, and compared as that later on (`if ($token = …)`). */
const MARK = '\u0002'

/** Is this value up to the client? */
export const isClients = (value: string): boolean => value.startsWith(MARK)

/** A header, an argument or a cookie: what is made of these stays the same for the whole request. */
const SENT = /^\$\{?((?:http|arg|cookie)_\w+)\}?$/

/** A group that the pattern of an `if` takes of what a client sends, as the map that gives the same. */
const groupName = (at: number, group: string): string => `gatehouse_if_${at}_${group}`

const groupsOf = (pattern: string): readonly string[] => [...'0123456789', ...namedGroupsIn(pattern)]

/** The conditions that take groups of what a client sends, each with what the names of its maps begin with, and these maps. */
export function takenOfClients(conditions: readonly NginxDirective[]): {
  readonly taken: ReadonlyMap<NginxDirective, number>
  readonly maps: readonly (readonly [string, NginxDirective])[]
} {
  const taking = conditions.filter((one) => {
    const [left, operator, pattern] = conditionOf(one)
    return SENT.test(left) && /^!?~\*?$/.test(operator) && /\((?!\?:)/.test(pattern)
  })
  const maps = taking.flatMap((directive, at) => {
    const [left, operator, pattern] = conditionOf(directive)
    return groupsOf(pattern).map((group) => {
      const name = `$${groupName(at, group)}`
      const line = { ...directive, name: `${operator.replace('!', '')}${pattern}`, parameters: [`$${group}`], block: undefined }
      return [name, { ...directive, name: 'map', parameters: [left, name], block: [line] }] as const
    })
  })
  return { taken: new Map(taking.map((one, at) => [one, at])), maps }
}

/** What the pattern of such a condition leaves where it fits. */
export function groupsTaken(
  directive: NginxDirective,
  at: number,
): { captures: readonly string[]; named: readonly (readonly [string, string])[] } {
  const kept = (group: string) => `${MARK}\${${groupName(at, group)}}`
  const [, , pattern] = conditionOf(directive)
  return { captures: [...'0123456789'].map(kept), named: namedGroupsIn(pattern).map((name) => [name, kept(name)]) }
}

/** A text with what was made of the client's words put back in its place. */
export const spelledOut = (text: string, { variables, captures }: Passed): string =>
  text.replace(/\$(?:\{(\w+)\}|(\d)|(\w+))/g, (whole, braced?: string, digit?: string, plain?: string) => {
    const name = (braced ?? digit ?? plain ?? '').toLowerCase()
    const value = variables.get(name) ?? (/^\d$/.test(name) ? captures?.[Number(name)] : undefined)
    return value !== undefined && isClients(value) ? value.slice(MARK.length) : whole
  })

/** What to keep of a text that consists of nothing but what a client sends; undefined where there is anything else in it. */
export function keptWords(template: string, state: Passed): string | undefined {
  const text = spelledOut(template, state).replace(/\$(\w+)/g, (_, name: string) => `\${${name}}`)
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name.toLowerCase())
  const isWhole = names.length > 0 && /^(?:\$\{\w+\})+$/.test(text)
  return isWhole && names.every((name) => (SENT.test(`$${name}`) || name.startsWith('gatehouse_if_')) && !state.variables.has(name))
    ? MARK + text
    : undefined
}

/** The words of an `if`, but for its pattern, spelled out. */
export function spelledWords({ parameters }: Pick<NginxDirective, 'parameters'>, state: Passed): readonly string[] {
  const pattern = parameters.findIndex((word) => /^!?~\*?$/.test(word))
  return parameters.map((word, at) => (pattern >= 0 && at > pattern ? word : spelledOut(word, state)))
}
