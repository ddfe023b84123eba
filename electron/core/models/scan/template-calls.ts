import { withoutTexts } from './template-code.ts'
import { keysOf } from './template-keys.ts'

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** What texts, lists and mappings have, and a loop. */
const methods = words(
  'append capitalize casefold center changed clear copy count cycle endswith expandtabs extend find get index insert isalnum isalpha isascii isdecimal isdigit islower isnumeric isspace istitle isupper items join keys ljust lower lstrip partition pop popitem remove removeprefix removesuffix replace reverse rfind rindex rjust rpartition rsplit rstrip setdefault sort split splitlines startswith strip swapcase title update upper values zfill',
)
/** What stands before a bracket that begins no call. */
const operators = words('and else if in is not or')
/** Functions and objects of Python that each template has: from each the way leads on to all that it knows. */
const functions = ['raise_exception', 'strftime_now', 'namespace', 'loop', 'caller', 'self', 'super']
/** Filters that, last in a row, give what is still being worked out, with its frame. */
const generators = /\|\s*(?:map|select|reject|selectattr|rejectattr|batch|slice)\b(?:\s*\((?:[^()]|\([^()]*\))*\)|(?!\s*\())(?!\s*\|)/
const macro = /^[-+]?\s*macro\s+(\w+)/
const assignment = /^[-+]?\s*(?:set|with)\s+(\w+)\s*=(?!=)([\s\S]*)$/
/** How far before a bracket its name is looked for; none that is in use is as long. */
const MAX_NAME_CHARS = 200

/**
 * A block that calls what was looked up, or reaches into a function. By names that the request has instead of the template,
 * `messages[0][messages[0].a]` and so on leads to any call in Python. A chat calls functions by their names, and methods of texts, lists and mappings.
 */
export function calledValue(code: readonly string[]): string | undefined {
  const plain = code.map(withoutTexts)
  const named = new Set([...functions, ...plain.flatMap((block) => macro.exec(block)?.[1] ?? [])])
  const assigned = new Set(plain.flatMap(assignedIn))
  const fields = new Set(plain.flatMap(fieldsIn))
  const objects = new Set(plain.flatMap(objectOf))
  const at = plain.findIndex(
    (block) =>
      callsValue(block, assigned, fields) || handsOn(block, named) || (keysOf(block).some(isAsked) && reachesIntoObject(block, objects)),
  )
  return at < 0 ? undefined : code[at]
}

function callsValue(block: string, assigned: ReadonlySet<string>, fields: ReadonlySet<string>): boolean {
  for (const { index } of block.matchAll(/\(/g)) {
    const before = block.slice(Math.max(0, index - MAX_NAME_CHARS), index).trimEnd()
    if (/[\])}]$/.test(before) && !/^[-+]?\s*call\s*\([^()]*\)$/.test(before)) return true
    const [all = '', mark, name = ''] = /(\.|\||\bis(?:\s+not)?\s)?\s*(\w+)$/.exec(before) ?? []
    if (all.length === MAX_NAME_CHARS) return true
    if (mark === undefined && name !== '' && !operators.has(name) && assigned.has(name)) return true
    if (mark === '.' && !isMethod(before, name, fields)) return true
  }
  return false
}

/** The request may bring `{0.__globals__}` for a text to be filled in. */
const isMethod = (before: string, name: string, fields: ReadonlySet<string>): boolean =>
  name === 'format' ? /''\s*\.\s*format$/.test(before) : methods.has(name) && !fields.has(name)

/** A function that is neither called nor asked whether it is there. A loop is asked what it counts. */
function handsOn(block: string, named: ReadonlySet<string>): boolean {
  for (const { index, 0: name } of block.matchAll(/(?<![\w.]|\|\s*)[A-Za-z_]\w*/g)) {
    if (!named.has(name)) continue
    const after = block.slice(index + name.length, index + name.length + MAX_NAME_CHARS)
    if (name === 'loop' ? !/^\s*(?:\(|\.\s*(?:(?:cycle|changed)\s*\(|(?!cycle|changed)\w))/.test(after) : !/^\s*(?:[(=]|is\b)/.test(after))
      return true
  }
  return false
}

const reachesIntoObject = (block: string, objects: ReadonlySet<string>): boolean =>
  [...block.matchAll(/(?<![\w.])(\w+)\s*\)*\s*\[/g)].some(([, name = '']) => objects.has(name)) ||
  (generators.test(block) && /\)\s*\[/.test(block))

/** Neither a text nor a number that stands there, nor a place in a loop. */
const isAsked = (key: string): boolean => /[A-Za-z_]/.test(key.replace(/\bloop\.\w+/g, ''))

/** Variables, what a loop goes through, and what macros and `call` are given. */
function assignedIn(block: string): string[] {
  const head = /^[-+]?\s*(?:set\s+([^=]*)|for\s+([\s\S]*?)\sin\s|macro\s+\w+\s*([\s\S]*)|call\s*(\([^)]*\))|with\s+([\s\S]*))/.exec(block)
  return (
    head
      ?.slice(1)
      .join(' ')
      .match(/[A-Za-z_]\w*/g) ?? []
  )
}

/** By the name of a method a namespace may hold anything. */
const fieldsIn = (block: string): string[] => [
  ...[...block.matchAll(/^[-+]?\s*set\s+[\w.]*\.(\w+)/g)].map(([, field = '']) => field),
  ...(/\bnamespace\s*\(/.test(block) ? [...block.matchAll(/(\w+)\s*=(?!=)/g)].map(([, field = '']) => field) : []),
]

function objectOf(block: string): string[] {
  const [, name, value = ''] = assignment.exec(block) ?? []
  return name !== undefined && (/^\s*namespace\s*\(/.test(value) || generators.test(value)) ? [name] : []
}
