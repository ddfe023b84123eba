/**
 * Debian package versions, `[epoch:]upstream[-revision]`, ordered as dpkg does (deb-version(7), lib/dpkg/version.c).
 * Undefined for text that is no Debian version.
 */
export function compareDebian(a: string, b: string): number | undefined {
  const left = parse(a)
  const right = parse(b)
  if (left === undefined || right === undefined) return undefined
  if (left.epoch !== right.epoch) return left.epoch < right.epoch ? -1 : 1
  return compareParts(left.upstream, right.upstream) || compareParts(left.revision, right.revision)
}

interface DebianVersion {
  readonly epoch: number
  readonly upstream: string
  readonly revision: string
}

/** The upstream part of a Debian version, without what the package itself adds: `5:27.3.1-1~debian.12` → `27.3.1`. */
export const debianUpstream = (version: string): string | undefined => parse(version)?.upstream

/** OSV's `0` is before every version and parses like one. dpkg allows any first character since its warnings are no errors. */
function parse(version: string): DebianVersion | undefined {
  if (version.length > 300) return undefined
  const match = /^(?:(\d{1,9}):)?([A-Za-z0-9.+~:-]+?)(?:-([A-Za-z0-9.+~]+))?$/.exec(version)
  if (match === null) return undefined
  const [, epoch = '0', upstream = '', revision = ''] = match
  return { epoch: Number(epoch), upstream, revision }
}

/** `~` sorts before the end of a part, letters before everything else (dpkg's `order()`). */
function order(character: string | undefined): number {
  if (character === undefined || /[0-9]/.test(character)) return 0
  if (character === '~') return -1
  const code = character.charCodeAt(0)
  return /[A-Za-z]/.test(character) ? code : code + 256
}

const isDigit = (character: string | undefined): boolean => character !== undefined && character >= '0' && character <= '9'

/** Runs of other characters and runs of digits by turns, as `verrevcmp()` reads them. */
function compareParts(a: string, b: string): number {
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a[i])) || (j < b.length && !isDigit(b[j]))) {
      const difference = order(a[i]) - order(b[j])
      if (difference !== 0) return difference
      i += 1
      j += 1
    }
    const left = digitsAt(a, i)
    const right = digitsAt(b, j)
    i += left.length
    j += right.length
    const x = BigInt(left === '' ? '0' : left)
    const y = BigInt(right === '' ? '0' : right)
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

function digitsAt(text: string, from: number): string {
  let end = from
  while (isDigit(text[end])) end += 1
  return text.slice(from, end)
}
