/**
 * Versions made of numbers and dots, as NVIDIA drivers (550.90.07), nginx (1.28.0), Triton's releases (25.07) and most programs use them.
 * A leading `v` does not count. Fewer parts are as good as zeros: 1.2 is 1.2.0. Anything else is undefined: not guessed.
 */
export function compareDotted(a: string, b: string): number | undefined {
  const left = partsOf(a)
  const right = partsOf(b)
  if (left === undefined || right === undefined) return undefined
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const x = left[at] ?? 0n
    const y = right[at] ?? 0n
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

function partsOf(version: string): readonly bigint[] | undefined {
  if (version.length > 100 || !/^v?\d+(?:\.\d+)*$/i.test(version)) return undefined
  return version.replace(/^v/i, '').split('.').map(BigInt)
}

/**
 * Versions of llama.cpp: builds (`b6123`, or the bare number of older tags; `0` stands before all), and since August 2026 releases (`0.7.0`), the first of which came after
 * build 10438. Which later builds stand before which release is not known.
 */
export function compareBuilds(a: string, b: string): number | undefined {
  const [left, right] = [buildOf(a), buildOf(b)]
  if (left !== undefined && right !== undefined) return left === right ? 0 : left < right ? -1 : 1
  if (left !== undefined) return left <= LAST_BEFORE_RELEASES && isRelease(b) ? -1 : undefined
  if (right !== undefined) return right <= LAST_BEFORE_RELEASES && isRelease(a) ? 1 : undefined
  return isRelease(a) && isRelease(b) ? compareDotted(a, b) : undefined
}

/** The last build in Debian before its release 0.1.2 (changelog of its package llama.cpp). */
const LAST_BEFORE_RELEASES = 10438n
const isRelease = (version: string): boolean => /^v?\d{1,4}(?:\.\d{1,6}){1,2}$/.test(version)

const buildOf = (version: string): bigint | undefined => {
  const digits = /^b?(\d{1,12})(?:-[0-9a-f]{4,40})?$/.exec(version)?.[1]
  return digits === undefined ? undefined : BigInt(digits)
}

/** Portable OpenSSH: `9.8p1`; the patch level comes after the release, and a version without one before it. */
export function compareOpenSsh(a: string, b: string): number | undefined {
  const left = /^(\d+(?:\.\d+)*)(?:p(\d{1,4}))?$/.exec(a)
  const right = /^(\d+(?:\.\d+)*)(?:p(\d{1,4}))?$/.exec(b)
  if (left === null || right === null) return undefined
  return compareDotted(left[1] ?? '', right[1] ?? '') || Number(left[2] ?? 0) - Number(right[2] ?? 0)
}
