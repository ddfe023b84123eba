import { posix } from 'node:path'
import type { ModelFile, ModelOddity } from '#shared/model/model-inventory.ts'
import { isWithin } from '../../is-within.ts'

/** As the kernel (path_resolution(7)). */
const MAX_LINKS = 40

export type Resolved =
  | { readonly ok: true; readonly file: ModelFile }
  | {
      readonly ok: false
      readonly kind: Extract<ModelOddity['kind'], 'link-outside' | 'link-loop' | 'link-broken'>
      readonly reason: string
    }

/**
 * Where a symbolic link ends, by the listing alone: nothing is asked on the host, and what is not listed is not followed. Links in the
 * middle of a path are resolved as the kernel does, from the left.
 */
export function resolveLink(link: ModelFile, byPath: ReadonlyMap<string, ModelFile>, roots: readonly string[]): Resolved {
  let left = MAX_LINKS
  const inRoot = (path: string) => roots.some((root) => isWithin(path, root))
  let path = posix.resolve(posix.dirname(link.path), link.target ?? '')
  if (link.target === undefined || link.target === '')
    return { ok: false, kind: 'link-broken', reason: 'The host does not tell where it leads' }
  for (;;) {
    const step = firstLink(path, byPath)
    if (step === undefined) break
    if (left-- === 0) return { ok: false, kind: 'link-loop', reason: `It leads to itself through ${link.target}` }
    const { at, target } = step
    path = posix.resolve(posix.dirname(at), target, `.${path.slice(at.length)}`)
  }
  const file = byPath.get(path)
  if (file) return { ok: true, file }
  if (inRoot(path)) return { ok: false, kind: 'link-broken', reason: `${path} is not there, or was not listed` }
  return { ok: false, kind: 'link-outside', reason: `It leads to ${path}, outside the model directories; it is not followed` }
}

/** The first component of a path that the listing knows as a link. */
function firstLink(path: string, byPath: ReadonlyMap<string, ModelFile>): { at: string; target: string } | undefined {
  for (let end = path.indexOf('/', 1); ; end = path.indexOf('/', end + 1)) {
    const at = end < 0 ? path : path.slice(0, end)
    const entry = byPath.get(at)
    if (entry?.type === 'symlink' && entry.target) return { at, target: entry.target }
    if (end < 0) return undefined
  }
}
