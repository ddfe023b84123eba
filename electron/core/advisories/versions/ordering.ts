import { compare as comparePep440, valid as validPep440 } from '@renovatebot/pep440'
import semver from 'semver'
import { compareApk } from './apk.ts'
import { compareDebian } from './debian.ts'
import { compareBuilds, compareDotted, compareOpenSsh } from './dotted.ts'
import { compareRpm } from './rpm.ts'

/** Negative when `a` is older, positive when newer, 0 when the same; undefined when either is not a version of this kind. */
export type CompareVersions = (a: string, b: string) => number | undefined

/** PEP 440 with epochs, pre-, post- and dev-releases and local versions. */
const python: CompareVersions = (a, b) =>
  a.length > 200 || b.length > 200 || validPep440(a) === null || validPep440(b) === null ? undefined : comparePep440(a, b)

/**
 * Semantic versions; Go's `v` in front does not count. OSV writes `0` for "before all", and Go's data sometimes two numbers.
 * Build metadata does not order (semver 2.0.0, item 10), so it is cut off.
 */
const semantic: CompareVersions = (a, b) => {
  const left = semanticOf(a)
  const right = semanticOf(b)
  return left === undefined || right === undefined ? undefined : semver.compare(left, right)
}

function semanticOf(text: string): string | undefined {
  const bare = text.trim().replace(/^v/, '').replace(/\+.*$/, '')
  if (/^\d+$/.test(bare)) return semver.parse(`${bare}.0.0`)?.version
  if (/^\d+\.\d+$/.test(bare)) return semver.parse(`${bare}.0`)?.version
  return semver.parse(bare)?.version
}

const upstream: Readonly<Record<string, CompareVersions>> = { 'llama.cpp': compareBuilds, openssh: compareOpenSsh }

const debianFamily = /^(?:Debian|Ubuntu|Echo)(?::|$)/
const apkFamily = /^(?:Alpine|Alpaquita|Wolfi|Chainguard)(?::|$)/
const rpmFamily =
  /^(?:AlmaLinux|Rocky Linux|Red Hat|openSUSE|SUSE|Mageia|Photon OS|openEuler|Fedora|Oracle Linux|Amazon Linux|Azure Linux)(?::|$)/

/** The order that the versions of a package follow, by OSV ecosystem. Undefined: one that Gatehouse does not know. */
export function orderingOf(ecosystem: string, name: string): CompareVersions | undefined {
  if (ecosystem === 'PyPI') return python
  if (ecosystem === 'Go' || ecosystem === 'npm' || ecosystem === 'crates.io') return semantic
  if (ecosystem === 'upstream') return upstream[name] ?? compareDotted
  if (debianFamily.test(ecosystem)) return compareDebian
  if (apkFamily.test(ecosystem)) return compareApk
  if (rpmFamily.test(ecosystem)) return compareRpm
  return undefined
}
