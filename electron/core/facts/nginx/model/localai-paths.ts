import type { InferenceService } from '#shared/model/inference-service.ts'
import { compareDotted } from '../../../advisories/versions/dotted.ts'

/**
 * LocalAI takes a slash from the end of a path and the prefix from its beginning that X-Forwarded-Prefix names, before it looks for a route
 * (core/http/app.go, middleware/strippathprefix.go): where no proxy sets that header, a client does, so that `/v1/models/apply` is `/models/apply`.
 */
const HEADER = 'x-forwarded-prefix'

/** Until 3.7 it was built on fiber, which takes a path in any case (fiber.Config, CaseSensitive). */
export const ignoresCase = ({ engine, version }: InferenceService): boolean =>
  engine === 'localai' && version !== undefined && (compareDotted(version.replace(/^v/, ''), '3.8') ?? 0) < 0

/** Paths that it takes for a route, behind the beginnings that a proxy lets through. */
export const alsoAskedFor = (heads: readonly string[], route: string, anyCase: boolean): readonly string[] => [
  `${route}/`,
  ...(anyCase ? [route.toUpperCase()] : []),
  ...['/x', ...heads].map((head) => head.replace(/\/$/, '') + route),
]

/** Does it take the path for the route? `sets`: headers, in lower case, that the proxy sets. */
export function takesFor(path: string, route: string, sets: readonly string[], anyCase: boolean): boolean {
  const [asked = '', wanted = ''] = [path, route].map((one) => (anyCase ? one.toLowerCase() : one).replace(/\/$/, ''))
  return asked === wanted || (!sets.includes(HEADER) && asked.endsWith(wanted))
}
