/**
 * LocalAI takes a slash from the end of a path and the prefix from its beginning that X-Forwarded-Prefix names, before it looks for a route
 * (core/http/app.go, middleware/strippathprefix.go): where no proxy sets that header, a client does, so that `/v1/models/apply` is `/models/apply`.
 */
const HEADER = 'x-forwarded-prefix'

/** Paths that it takes for a route, behind the beginnings that a proxy lets through. */
export const alsoAskedFor = (heads: readonly string[], route: string): readonly string[] => [
  `${route}/`,
  ...['/x', ...heads].map((head) => head.replace(/\/$/, '') + route),
]

/** Does it take the path for the route? `sets`: headers, in lower case, that the proxy sets. */
export function takesFor(path: string, route: string, sets: readonly string[]): boolean {
  const [asked, wanted] = [path.replace(/\/$/, ''), route.replace(/\/$/, '')]
  return asked === wanted || (!sets.includes(HEADER) && asked.endsWith(wanted))
}
