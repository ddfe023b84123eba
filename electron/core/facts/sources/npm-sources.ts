import type { Block } from '../packages/blocks.ts'
import { type ToolSettings, uncheckedBy, unchecksDefault } from './nearest.ts'
import { overHttp } from './over-http.ts'
import type { PackageSource } from './sources.ts'

const DEFAULT = 'https://registry.npmjs.org/'

interface NpmSettings extends ToolSettings {
  readonly registries: readonly { readonly scoped: boolean; readonly source: PackageSource }[]
}

/**
 * npmrc (npm, config): `registry` for all packages or those of a scope. What npm installs is what the registry says it is, so that its certificate counts, which
 * `strict-ssl=false` leaves unchecked: in this spelling alone (held against npm 11.19). Each setting counts by itself, as it is said nearest.
 */
export function npmSources(blocks: readonly Block[]): readonly PackageSource[] {
  const all = blocks.map(settingsOf)
  return all.flatMap((one) => {
    const unchecked = uncheckedBy(one, all)
    const always = unchecksDefault(one, all, ({ registries }) => registries.some(({ scoped }) => !scoped)) ? one.verify : undefined
    return [
      ...one.registries.map(({ source }) => overHttp(source, unchecked)),
      ...(always ? [overHttp({ url: DEFAULT, file: one.file, line: always.line }, always.line)] : []),
    ]
  })
}

function settingsOf({ arguments: file, lines }: Block): NpmSettings {
  const registries = lines.flatMap(({ text, line }) => {
    const [, scope, url] = /^\s*(@[^=\s]+:)?registry\s*=\s*["']?([^"'\s]+)/.exec(text) ?? []
    return url === undefined ? [] : [{ scoped: scope !== undefined, source: { url, file, line } }]
  })
  const strict = lines.findLast(({ text }) => /^\s*strict-ssl\s*=/.test(text))
  const verify = strict && { on: !/=\s*(["']?)false\1\s*(?:[;#].*)?$/.test(strict.text), line: strict.line }
  return { file, registries, verify }
}
