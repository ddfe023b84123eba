import type { PackageSource } from './sources.ts'

/**
 * A source of packages that carry no signature: only the certificate of its host says whose they are. Plain http has none, and `unverified` is the line that says not
 * to check it.
 */
export function overHttp(source: PackageSource, unverified: number | undefined): PackageSource {
  if (unverified !== undefined && !source.url.startsWith('file:')) return { ...source, unsigned: { line: unverified, unverified: true } }
  return /^http:/i.test(source.url) ? { ...source, unsigned: { line: source.line } } : source
}
