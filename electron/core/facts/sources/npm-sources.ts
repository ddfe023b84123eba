import type { Block } from '../packages/blocks.ts'
import { overHttp } from './over-http.ts'
import type { PackageSource } from './sources.ts'

const DEFAULT = 'https://registry.npmjs.org/'

/**
 * npmrc (npm, config): `registry` for all packages or those of a scope. What npm installs is what the registry says it is, so that its certificate counts, which
 * `strict-ssl=false` leaves unchecked: in this spelling alone (held against npm 11.19).
 */
export function npmSources({ arguments: file, lines }: Block): readonly PackageSource[] {
  const found = lines.flatMap(({ text, line }) => {
    const [, scope, url] = /^\s*(@[^=\s]+:)?registry\s*=\s*["']?([^"'\s]+)/.exec(text) ?? []
    return url === undefined ? [] : [{ scope, source: { url, file, line } }]
  })
  const strict = lines.findLast(({ text }) => /^\s*strict-ssl\s*=/.test(text))
  const unverified = strict && /=\s*(["']?)false\1\s*(?:[;#].*)?$/.test(strict.text) ? strict.line : undefined
  const always = unverified !== undefined && found.every(({ scope }) => scope) ? [{ url: DEFAULT, file, line: unverified }] : []
  return [...found.map(({ source }) => source), ...always].map((source) => overHttp(source, unverified))
}
