import { engineRoutes } from '#shared/model/engine-routes.ts'
import type { LogPiece } from '#shared/model/service-log.ts'

/**
 * Shapes that cannot carry a sentence: numbers, durations, addresses, places in source code, paths and names without a blank. A line is shown where all of it is
 * words of a template and such shapes; nothing is shown because nothing forbids it.
 */
const shapes: Readonly<Record<string, string>> = {
  num: String.raw`-?\d[\d.,]{0,30}(?:[eE][+-]?\d{1,3})?%?`,
  dur: String.raw`(?:\d{1,9}(?:\.\d{1,9})?(?:ns|µs|us|ms|s|m|h)){1,4}`,
  size: String.raw`\d{1,12}(?:\.\d{1,6})? ?(?:[kKMGT]i?)?B`,
  addr: String.raw`(?:\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f.]{0,15}){2,8}\]?|localhost)(?::\d{1,5})?`,
  url: String.raw`https?:\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:.]{2,45}\]|localhost)(?::\d{1,5})?\/?`,
  id: '(?:[a-z]{2,12}-){0,2}[0-9a-f]{2,32}(?:-[0-9a-f]{1,32}){0,5}',
  code: String.raw`[\w/.-]{1,80}\.(?:py|go|cpp|c|cu|h|hpp):\d{1,6}`,
  path: String.raw`\/[\w./:@+=-]{1,240}`,
  name: String.raw`[\w.:@+-]{1,80}(?:\/[\w.:@+-]{1,80}){0,4}`,
  method: '(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)',
  status: String.raw`[1-5]\d\d`,
  version: String.raw`v?\d{1,5}(?:\.\d{1,9}){0,4}(?:[-+.][\w.+-]{1,40})?`,
  bool: '(?:[Tt]rue|[Ff]alse|None)',
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)

/** `Running: <num> reqs` as an expression for all of a line; runs of blanks are alike. */
export const template = (text: string): RegExp => new RegExp(`^${partOf(text)}$`)

const partOf = (text: string): string =>
  text
    .split(/(<[a-z]+>)/)
    .map((part) => {
      const shape = /^<([a-z]+)>$/.exec(part)?.[1]
      return shape === undefined ? escaped(part).replace(/ +/g, ' {1,40}') : `(?:${shapes[shape] ?? escaped(part)})`
    })
    .join('')

/** Is the whole text of this form? */
export const isShape = (name: keyof typeof shapes, text: string): boolean => template(`<${name}>`).test(text)

/** Paths that engines answer, without what stands behind a name in them. */
const routes = new Set(
  Object.values(engineRoutes)
    .flat()
    .map(({ path }) => path),
)

/** A path of a request: what is no route of an engine may say anything. A query is never shown. */
export function requestPath(target: string): LogPiece[] {
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  const query: LogPiece[] = at < 0 ? [] : [removed('query', target.slice(at + 1))]
  if (routes.has(path)) return [{ text: at < 0 ? path : `${path}?` }, ...query]
  return [removed('path', path), ...query]
}

/** What stands in the place of a text: what it was and how long (in characters, not in bytes), never a part of it. */
export const removed = (what: string, content: string): LogPiece => ({ removed: what, characters: [...content].length })

/** `before` as it is, and the rest taken out; nothing where there is no rest. */
export const cutOff = (before: string, what: string, rest: string): LogPiece[] => [
  ...(before === '' ? [] : [{ text: before }]),
  ...(rest === '' ? [] : [removed(what, rest)]),
]
