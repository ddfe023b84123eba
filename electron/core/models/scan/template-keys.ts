import { withoutTexts } from './template-code.ts'

/** What makes a new text of others: operators, two texts side by side, filters, methods, and a slice that leaves letters out. */
const builds = [
  /~|''\s*''|''\s*%/,
  /\|\s*(?:join|replace|format|center|indent|truncate|wordwrap|batch|slice|sum|escape|e|urlencode|tojson|pprint|regex_replace)\b/,
  /\.\s*(?!(?:get|items|keys|values|split|rsplit|strip|lstrip|rstrip|lower|upper|startswith|endswith|index|find|count)\b)\w+\s*\(/,
  /\[[^\]]*:[^\]]*:(?!\s*-?1\s*\])[^\]]*\]/,
]
/** Sums of numbers, with one that stands there, a length or a place in a loop; and of lists. */
const sums = /(?:\|\s*length|\bloop\.\w+|\b\d+)\s*\)*\s*\+|\+\s*\[|\+\s*\(*\s*(?:\d+\b|loop\.\w+|[\w.]+\s*\|\s*length)|%\s*\d+\b|\*\*/g
const assigns = /^[-+]?\s*(?:set|with)\s+([\w.]+(?:\s*,\s*[\w.]+)*)\s*=(?!=)([\s\S]*)$/
const assignsBlock = /^[-+]?\s*set\s+([\w.]+)\s*(?:\|[^=]*)?[-+]?$/
const loops = /^[-+]?\s*for\s+([\w\s,()]+?)\s+in\s+([\s\S]*)$/
const macros = /^[-+]?\s*macro\s+(\w+)\s*\(([\s\S]*)\)/
const namespaces = /^\s*namespace\s*\(([\s\S]*)\)/
/** Words before a list; before `[` anything else that ends a value is looked into. */
const beforeList = /(?:^|[^\w.])(?:in|is|and|or|not|if|else|elif|set|print|return)$/
/** Filters that take the name of an attribute or of a filter, with a first argument that is no plain text. */
const asked = /\|\s*(?:map|selectattr|rejectattr|select|reject|groupby)\s*\(\s*(?!''\s*[,)]|\w+\s*=|\))|\battribute\s*=\s*''\s*[^\s,)]/
/** Those that take it behind others: `join('', m.a)` prints of each what the request names. */
const askedBehind =
  /\|\s*(?:join|unique|min|max|sort)\s*\((?:[^(),]*,)+\s*(?!(?:true|false|none)\b)[a-z_][^=,()]*\)|\|\s*sum\s*\(\s*(?!''|\w+\s*=|\))/i
const MAX_ROUNDS = 8
/** Texts apart, none that is in use comes near; whoever goes beyond hides something, or wants time. */
const MAX_BLOCK_CHARS = 4_000
const MAX_KEY_CHARS = 200
const MAX_MACROS = 200

const puts = (expression: string): boolean => {
  const rest = expression.replace(sums, ' ')
  return /[+*]/.test(rest) || builds.some((it) => it.test(expression))
}

/**
 * A name by which a template reaches into something, and that it has put together from texts: the way to `__class__` that is written nowhere. A chat
 * takes what it reaches for by a name that stands there, a number, or what a loop goes through.
 */
export function builtKey(code: readonly string[]): string | undefined {
  const plain = code.map(withoutTexts)
  const long = plain.findIndex((block) => block.length > MAX_BLOCK_CHARS)
  if (long >= 0) return code[long]
  if (plain.filter((block) => macros.test(block)).length > MAX_MACROS) return `more than ${MAX_MACROS} macros`
  const built = builtNames(plain)
  const suspect = (expression: string) => expression.length > MAX_KEY_CHARS || puts(expression) || mentions(expression, built)
  const at = plain.findIndex((block) => asked.test(block) || askedBehind.test(block) || keysOf(block).some(suspect))
  return at < 0 ? undefined : code[at]
}

function mentions(expression: string, names: ReadonlySet<string>): boolean {
  for (const [path] of expression.matchAll(/(?<![\w.])[A-Za-z_][\w.]*/g))
    if (names.has(path) || names.has(path.split('.')[0] ?? '')) return true
  return false
}

/** Variables, and functions, that hold or give what was put together. */
function builtNames(plain: readonly string[]): Set<string> {
  const names = new Set(plain.flatMap((block) => macros.exec(block)?.[1] ?? assignsBlock.exec(block)?.[1] ?? []))
  for (let round = 0, before = -1; round < MAX_ROUNDS && before < names.size; round += 1) {
    before = names.size
    for (const block of plain) for (const name of namesBuiltBy(block, plain, names)) names.add(name)
  }
  return names
}

function namesBuiltBy(block: string, plain: readonly string[], built: ReadonlySet<string>): string[] {
  const from = (expression: string) => puts(expression) || mentions(expression, built)
  const [, targets, value] = assigns.exec(block) ?? loops.exec(block) ?? []
  if (targets !== undefined && value !== undefined) {
    const fields = namespaces.exec(value)?.[1]
    if (fields !== undefined)
      return [...fields.matchAll(/(\w+)\s*=([^,]*)/g)].flatMap(([, field = '', it = '']) => (from(it) ? [`${targets}.${field}`] : []))
    return from(value) ? targets.split(/[\s,()]+/).filter((it) => it !== '') : []
  }
  const [, name, parameters] = macros.exec(block) ?? []
  if (name === undefined || parameters === undefined) return []
  const called = plain.filter((other) => other !== block).flatMap((other) => argumentsOf(name, other))
  return called.some(from) ? [...parameters.matchAll(/(?:^|,)\s*(\w+)/g)].map(([, it = '']) => it) : []
}

/** What a function is called with, each time. */
function argumentsOf(name: string, block: string): string[] {
  return [...block.matchAll(new RegExp(`(?<![\\w.])${name}\\s*\\(`, 'g'))].map(({ index, 0: begin }) => {
    let [at, open] = [index + begin.length, 1]
    for (; at < block.length && open > 0; at += 1) open += block[at] === '(' ? 1 : block[at] === ')' ? -1 : 0
    return block.slice(index + begin.length, at - 1)
  })
}

/** What stands in brackets behind a value, slices apart. */
export function keysOf(block: string): string[] {
  const keys: string[] = []
  const open: { readonly at: number; readonly key: boolean }[] = []
  for (let at = 0; at < block.length; at += 1) {
    if (block[at] === '[') {
      const before = block.slice(Math.max(0, at - 40), at).trimEnd()
      open.push({ at, key: /[\w)\]}'"]$/.test(before) && !beforeList.test(before) })
    } else if (block[at] === ']') {
      const begin = open.pop()
      const inside = begin?.key === true ? block.slice(begin.at + 1, at) : ''
      if (!inside.includes(':') || inside.includes('{')) keys.push(inside)
    }
  }
  return keys
}
