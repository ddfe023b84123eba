import type { Unit } from '../units/units.ts'
import { entries, type JsonNode } from './json-lines.ts'

/** Value of a variable that a Caddy was started with, empty where there is none; undefined where that is not known. */
export type VariableOf = (name: string) => string | undefined

/**
 * By the unit that started the process. Where files changed since, or more comes from where it is not read, only what the unit sets
 * itself is known.
 */
export function variablesOf(pid: number, units: readonly Unit[]): VariableOf {
  const unit = units.find(({ mainPid }) => mainPid === pid)
  const isOther = (word: string) => /^--?envfile(?:=|$)/.test(word)
  if (!unit || (unit.newerFiles ?? []).length > 0 || unit.execStart.some(isOther)) return () => undefined
  // Of the files of a unit only the variables of engines are read.
  const all = unit.environmentComplete && unit.environmentFiles.length === 0 && (unit.properties.PassEnvironment ?? '') === ''
  return (name) => unit.environment[name] ?? (all ? '' : undefined)
}

/**
 * Puts values in the place of `{env.X}` in what clients must send, as Caddy does with each request. One that is not set is empty: then `X-Api-Key: ` and
 * `?token=` get in, and `Authorization: Bearer ` over HTTP/2, which keeps the blank (2.6.2 and 2.11.4, tried). There is no default: `{env.X:y}` is a variable that nobody has.
 */
export function withVariables(node: JsonNode, variable: VariableOf): JsonNode {
  if (node.kind === 'array') return { ...node, items: node.items.map((item) => withVariables(item, variable)) }
  if (node.kind !== 'object') return node
  const put = (name: string, inner: JsonNode): JsonNode =>
    name === 'header' || name === 'query' ? filled(inner, variable) : withVariables(inner, variable)
  return { ...node, entries: new Map(entries(node).map(([name, inner]) => [name, put(name, inner)])) }
}

function filled(node: JsonNode, variable: VariableOf): JsonNode {
  if (node.kind === 'array') return { ...node, items: node.items.map((item) => filled(item, variable)) }
  if (node.kind === 'object') return { ...node, entries: new Map(entries(node).map(([name, inner]) => [name, filled(inner, variable)])) }
  if (node.kind !== 'string') return node
  const text = node.text.replace(/\{env\.([^}]*)\}/g, (placeholder, name: string) => {
    const value = name.includes(':') ? '' : variable(name)
    return value?.replace('****', 'masked') ?? placeholder
  })
  return { ...node, text }
}
