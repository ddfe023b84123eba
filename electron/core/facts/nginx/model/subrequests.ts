import { nearest, nearestAll, type Scope } from './scope.ts'

/** Methods and paths that nginx asks for beside a request: `mirror` sends it there as well, `add_before_body` and `add_after_body` ask for one with GET. */
export function askedBeside(scope: Scope, method: string): readonly (readonly [method: string, path: string])[] {
  const added = (['add_before_body', 'add_after_body'] as const).flatMap((name) => nearest(scope, name)?.parameters[0] || [])
  return [
    ...nearestAll(scope, ['mirror']).flatMap(({ parameters: [path = 'off'] }) => (path === 'off' ? [] : [[method, path] as const])),
    ...added.map((path) => ['GET', path] as const),
  ]
}

/** The path of a subrequest is taken as it is written, its query a part of it (ngx_http_subrequest). */
export const literal = (path: string): string => path.replace(/[%?#]/g, (one) => `%${one.charCodeAt(0).toString(16)}`)
