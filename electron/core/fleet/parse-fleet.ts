import ipaddr from 'ipaddr.js'
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml'
import type { z } from 'zod'
import { messageOf } from '#shared/errors.ts'
import { type Fleet, type FleetProblem, fleetSchema } from '#shared/model/fleet.ts'

/** A fleet of 500 hosts is about 60 kB; anything near this is not a fleet file. */
export const MAX_FLEET_BYTES = 1_048_576

/** YAML aliases may be used, but not to make the document explode ("billion laughs"). */
const MAX_ALIASES = 100

/** More problems than this help nobody. */
const MAX_PROBLEMS = 50

export type ParsedFleet = { readonly ok: true; readonly fleet: Fleet } | { readonly ok: false; readonly problems: readonly FleetProblem[] }

/** Reads the text of a fleet file. Every problem carries its line and column (from 1) and what was expected. */
export function parseFleet(text: string): ParsedFleet {
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_FLEET_BYTES) {
    return refuse([{ line: 1, column: 1, path: '', message: `The file has ${bytes} bytes; expected at most ${MAX_FLEET_BYTES}` }])
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, version: '1.2' })
  const at = (offset: number | undefined): Pick<FleetProblem, 'line' | 'column'> => {
    const { line, col } = lines.linePos(offset ?? 0)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  if (document.errors.length > 0) {
    return refuse(document.errors.map((error) => ({ ...at(error.pos[0]), path: '', message: words(error.message) })))
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES })
  } catch (error) {
    return refuse([
      {
        ...at(firstAlias(document)),
        path: '',
        message: `Aliases expand too far: ${messageOf(error)}`,
      },
    ])
  }
  const locate = (path: readonly PropertyKey[], key?: string) => at(offsetOf(document.contents, path, key))
  const parsed = fleetSchema.safeParse(value)
  if (!parsed.success) return refuse(parsed.error.issues.flatMap((issue) => schemaProblems(issue, value, locate)))
  const problems = [...duplicates(parsed.data, locate), ...badNetworks(parsed.data, locate)]
  return problems.length > 0 ? refuse(problems) : { ok: true, fleet: parsed.data }
}

/** The parser names its own limit, not the author's mistake. */
const words = (message: string): string =>
  message.includes('call stack') ? 'Nested too deep to be read; expected a few levels' : sentence(message)

function firstAlias(document: Document): number | undefined {
  let offset: number | undefined
  visit(document, {
    Alias: (_, { range }) => {
      offset = range?.[0]
      return visit.BREAK
    },
  })
  return offset
}

const refuse = (problems: readonly FleetProblem[]): ParsedFleet => ({ ok: false, problems: problems.slice(0, MAX_PROBLEMS) })

type Locate = (path: readonly PropertyKey[], key?: string) => Pick<FleetProblem, 'line' | 'column'>

function schemaProblems(issue: z.core.$ZodIssue, root: unknown, locate: Locate): FleetProblem[] {
  const path = printPath(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...locate(issue.path, key),
      path: path === '' ? key : `${path}.${key}`,
      message: `Unknown key "${key}"${suggestion(key, knownKeys(issue.path))}`,
    }))
  }
  const found = valueAt(root, issue.path)
  const seen = found === undefined ? 'is missing' : `is ${show(found)}`
  return [{ ...locate(issue.path), path, message: `${path === '' ? 'The file' : path} ${seen}; ${sentence(expectation(issue), false)}` }]
}

/** What the schema wanted, in words that name the expected thing. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type')
    return `expected ${issue.expected === 'object' ? 'a mapping' : issue.expected === 'array' ? 'a list' : `a ${issue.expected}`}`
  if (issue.code === 'invalid_value') return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
  if (issue.code === 'too_small') return `expected at least ${issue.minimum}${issue.origin === 'array' ? ' entry' : ''}`
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}${issue.origin === 'array' ? ' entries' : ''}`
  return issue.message
}

/** Two entries of one name would share results, and the loser would never be seen. */
function duplicates(fleet: Fleet, locate: Locate): FleetProblem[] {
  const seen = new Map<string, string>()
  const named = [
    ...fleet.jump.map((jump, index) => ({ name: jump.name, path: ['jump', index, 'name'] as const })),
    ...fleet.hosts.map((host, index) => ({ name: host.name, path: ['hosts', index, 'name'] as const })),
  ]
  return named.flatMap(({ name, path }) => {
    const first = seen.get(name.toLowerCase())
    if (first === undefined) {
      seen.set(name.toLowerCase(), printPath(path))
      return []
    }
    return [
      { ...locate(path), path: printPath(path), message: `The name "${name}" is already used by ${first}; expected a name of its own` },
    ]
  })
}

function badNetworks(fleet: Fleet, locate: Locate): FleetProblem[] {
  return Object.entries(fleet.networks).flatMap(([zone, networks]) =>
    networks.flatMap((network, index) => {
      if (ipaddr.isValidCIDR(network) || ipaddr.isValid(network)) return []
      const path = ['networks', zone, index]
      return [
        { ...locate(path), path: printPath(path), message: `"${network}" is not a network; expected for example 10.0.1.0/24 or fd00::/8` },
      ]
    }),
  )
}

/** Offset of the node at a path; of the key itself where one is named; of the nearest parent where the node is missing. */
function offsetOf(root: Node | null, path: readonly PropertyKey[], key?: string): number | undefined {
  let node: unknown = root
  let offset = root?.range?.[0]
  for (const step of path) {
    const next: unknown = isMap(node) ? node.get(step as string, true) : collectionItem(node, step)
    if (next === undefined || next === null) break
    node = next
    offset = rangeOf(next) ?? offset
  }
  if (key !== undefined && isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
    return rangeOf(pair?.key) ?? offset
  }
  return offset
}

function collectionItem(node: unknown, step: PropertyKey): unknown {
  if (typeof node !== 'object' || node === null || !('get' in node) || typeof node.get !== 'function') return undefined
  return node.get(step, true)
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined
  return typeof node.range[0] === 'number' ? node.range[0] : undefined
}

const printPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? String(step) : `${text}.${String(step)}`),
    '',
  )

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined), root)
}

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

const sentence = (text: string, upper = true): string => {
  const first = text.split('\n')[0] ?? ''
  return (upper ? first.charAt(0).toUpperCase() : first.charAt(0).toLowerCase()) + first.slice(1)
}

/** Keys that the schema knows at a path, to suggest the one that was meant. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: z.core.$ZodType | undefined = fleetSchema
  for (const step of path) {
    schema = bare(schema)
    if (schema && 'shape' in schema) schema = (schema.shape as Record<string, z.core.$ZodType>)[String(step)]
    else if (schema && 'element' in schema) schema = schema.element as z.core.$ZodType
  }
  schema = bare(schema)
  return schema && 'shape' in schema ? Object.keys(schema.shape as object) : []
}

/** Takes off default(), prefault() and optional(). */
function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  let inner = schema
  while (inner && !('element' in inner) && 'unwrap' in inner && typeof inner.unwrap === 'function')
    inner = inner.unwrap() as z.core.$ZodType
  return inner
}

function suggestion(key: string, known: readonly string[]): string {
  const near = known
    .map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0]
  if (near && near.distance <= Math.max(2, Math.floor(key.length / 3))) return `; did you mean "${near.name}"?`
  return known.length > 0 ? `; expected one of ${known.join(', ')}` : ''
}

/** Levenshtein distance, for short keys. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    row = next
  }
  return row[b.length] ?? 0
}
