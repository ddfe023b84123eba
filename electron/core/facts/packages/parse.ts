import type { Block } from './blocks.ts'

/** `NVRM version: NVIDIA UNIX x86_64 Kernel Module  570.195.03  Sat Sep …`, `… NVIDIA UNIX Open Kernel Module for x86_64  580.95.05  Release Build`. */
export function driverVersion(blocks: readonly Block[]): { version: string; line: number } | undefined {
  for (const { tag, lines } of blocks) {
    const [first] = lines
    if (first === undefined) continue
    const pattern = tag === 'driver' ? /\bKernel Module\b.*? {2,}(\d{3}(?:\.\d{1,3}){1,2})(?= |$)/ : /^(\d{3}(?:\.\d{1,3}){1,2})$/
    const version = tag === 'driver' || tag === 'driver-module' ? pattern.exec(first.text)?.[1] : undefined
    if (version !== undefined) return { version, line: first.line }
  }
  const loaded = blocks.find(({ tag }) => tag === 'driver')?.lines.find(({ text }) => text !== '')
  return loaded && { version: UNKNOWN, line: loaded.line }
}

/**
 * `name-version.dist-info` (PEP 376, PEP 427): the version is what follows the last dash; `name-version-py3.11.egg-info` of setuptools. A package whose folder states no
 * number (`name.egg-info`, `name-unknown.dist-info`) is there all the same.
 */
export function pythonPackage(entry: string): { name: string; version: string } | undefined {
  const stem = /^([A-Za-z0-9].*?)(?:-py\d[\d.]*(?:-[\w.-]+)?)?\.(?:dist|egg)-info$/.exec(entry)?.[1]
  if (stem === undefined) return undefined
  const [, numbered, number = ''] = /^([A-Za-z0-9][A-Za-z0-9._-]*?)-([0-9][^-]*)$/.exec(stem) ?? []
  if (numbered !== undefined) return { name: numbered, version: FROM_NOTHING.test(number) ? UNKNOWN : number }
  const [name = '', ...more] = stem.split('-')
  return { name, version: more.join('-') || UNKNOWN }
}

/** What setuptools-scm, versioneer and their like write where no tag was at hand: of a clone without history, which any release may be. */
const FROM_NOTHING = /^(?:0\.1\.dev\d|0\.0\.0(?![\d.]*[1-9])|0\+(?:unknown|untagged))/

/** In the place of a version that is not stated: comparable with none. */
const UNKNOWN = 'unknown'

/** `oauth2-proxy v7.6.0 (built with go1.21.5)`, `runc version 1.1.12`, `NVIDIA Container Toolkit CLI version 1.17.8`. */
export function programVersions(blocks: readonly Block[]) {
  return blocks
    .filter(({ tag }) => tag === 'program')
    .flatMap(({ arguments: name, lines }) => {
      for (const { text, line } of lines) {
        const version = text.startsWith('{') ? undefined : /(?:^|[\s:])v?(\d+\.\d+(?:\.\d+)?(?:-[\w.]+)?)(?=[\s,(]|$)/.exec(text)?.[1]
        if (version !== undefined) return [{ name, version, line }]
      }
      return lines.slice(0, 1).map(({ line }) => ({ name, version: UNKNOWN, line }))
    })
}
