/**
 * RPM versions, `[epoch:]version[-release]`, ordered as rpm does (rpm-version(7), rpmvercmp.c). A side without a release matches any release.
 * Undefined for text that is no version.
 */
export function compareRpm(a: string, b: string): number | undefined {
  const left = parse(a)
  const right = parse(b)
  if (left === undefined || right === undefined) return undefined
  if (left.epoch !== right.epoch) return left.epoch < right.epoch ? -1 : 1
  const versions = compareRpmParts(left.version, right.version)
  if (versions !== 0 || left.release === undefined || right.release === undefined) return versions
  return compareRpmParts(left.release, right.release)
}

function parse(text: string) {
  if (text.length > 300) return undefined
  const match = /^(?:(\d{1,9}|\(none\)):)?([^\s:-]+)(?:-([^\s:-]+))?$/.exec(text)
  if (match === null) return undefined
  const [, epoch = '0', version = '', release] = match
  return { epoch: epoch === '(none)' ? 0 : Number(epoch), version, release }
}

const SEPARATORS = /^[^A-Za-z0-9~^]+/

/** `rpmvercmp()`: segments of digits or letters; `~` sorts before the end, `^` after the end and before anything else. */
export function compareRpmParts(a: string, b: string): number {
  if (a === b) return 0
  let one = a
  let two = b
  while (one !== '' || two !== '') {
    one = one.replace(SEPARATORS, '')
    two = two.replace(SEPARATORS, '')
    if (one.startsWith('~') || two.startsWith('~')) {
      if (!one.startsWith('~')) return 1
      if (!two.startsWith('~')) return -1
      one = one.slice(1)
      two = two.slice(1)
      continue
    }
    if (one.startsWith('^') || two.startsWith('^')) {
      if (one === '') return -1
      if (two === '') return 1
      if (!one.startsWith('^')) return 1
      if (!two.startsWith('^')) return -1
      one = one.slice(1)
      two = two.slice(1)
      continue
    }
    if (one === '' || two === '') break
    const numeric = /^\d/.test(one)
    const segment = numeric ? /^\d+/ : /^[A-Za-z]+/
    const left = segment.exec(one)?.[0] ?? ''
    const right = segment.exec(two)?.[0] ?? ''
    // Digits are newer than letters.
    if (right === '') return numeric ? 1 : -1
    one = one.slice(left.length)
    two = two.slice(right.length)
    const difference = numeric ? compareNumbers(left, right) : left < right ? -1 : left > right ? 1 : 0
    if (difference !== 0) return difference
  }
  if (one === two) return 0
  return one === '' ? -1 : 1
}

function compareNumbers(a: string, b: string): number {
  const x = BigInt(a)
  const y = BigInt(b)
  return x === y ? 0 : x < y ? -1 : 1
}
