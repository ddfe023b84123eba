import type { Row, RunningVersion } from './oauth2-proxy.ts'

/** `oauth2-proxy v7.6.0 (built with go1.21.5)`; a build without the number says `undefined`. */
const said = /^oauth2[-_]proxy(?: version)?:? v?(\d+\.\d+\.\d+(?:-[\w.]+)?)(?=\s|$)/
/** `…/oauth2-proxy:v7.6.0-alpine`; what packagers add says nothing of the release. */
const tagged = /:v?(\d+\.\d+\.\d+)(?:[-_][\w.-]*)?(?:@sha256:[0-9a-f]+)?$/

/** Reads `@program STATE PATH` with what the program said of itself, or `@image REFERENCE`. */
export function versionOf(program: Row | undefined, lines: readonly Row[]): RunningVersion {
  const [, kind, rest = ''] = /^@(program|image) (.*)$/.exec(program?.text ?? '') ?? []
  if (program === undefined || kind === undefined) return { known: false, why: 'which program runs was not seen' }
  if (kind === 'image') {
    const tag = tagged.exec(rest)?.[1]
    return tag === undefined
      ? { known: false, why: `its image ${rest.slice(0, 120)} names no release` }
      : { known: true, text: tag, from: 'image', line: program.line }
  }
  const [, state, path = ''] = /^(\w+) (.*)$/.exec(rest) ?? []
  const file = path.slice(0, 120)
  if (state === 'open') return { known: false, why: `others than root may change ${file}, so it was not asked for its version` }
  if (state === 'replaced') return { known: false, why: `${file} was replaced since it was started` }
  for (const { text, line } of lines) {
    const version = said.exec(text)?.[1]
    if (version !== undefined) return { known: true, text: version, from: 'program', line }
  }
  return { known: false, why: state === 'current' ? `${file} names no release` : `its program ${file} was not found` }
}
