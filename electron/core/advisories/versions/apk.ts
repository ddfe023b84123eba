/**
 * Alpine's package versions, `digits{.digits}{letter}{_suffix{number}}{~commit}{-rnumber}` (apk-package(5)), ordered as apk-tools 3 does.
 * Undefined for text that is no such version.
 */
export function compareApk(a: string, b: string): number | undefined {
  const left = parse(a)
  const right = parse(b)
  if (left === undefined || right === undefined) return undefined
  for (const [at, one] of left.entries()) {
    const other = right[at] ?? END
    if (one.part !== other.part) return beforeRelease(one) ? -1 : beforeRelease(other) ? 1 : other.part - one.part
    const difference = compareParts(one, other)
    if (difference !== 0) return difference
  }
  return 0
}

/** Parts in the order in which they may stand: where one version has another part than the other, the later part is the older version. */
const FIRST = 0
const NUMBER = 1
const LETTER = 2
const SUFFIX = 3
const SUFFIX_NUMBER = 4
const COMMIT = 5
const REVISION = 6

interface Part {
  readonly part: number
  readonly text: string
}
const END: Part = { part: 7, text: '' }

/** From the oldest; the first four stand before the release itself. */
const suffixes = ['alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p']
const beforeRelease = ({ part, text }: Part): boolean => part === SUFFIX && suffixes.indexOf(text) < 4

const FORM = new RegExp(`^(\\d+)((?:\\.\\d+)*)([a-z]?)((?:_(?:${suffixes.join('|')})\\d*)*)(~[0-9a-fA-F]+)?(-r\\d+)?$`)

function parse(version: string): readonly Part[] | undefined {
  const match = version.length > 300 ? null : FORM.exec(version)
  if (match === null) return undefined
  const [, first = '', numbers = '', letter = '', suffixed = '', commit, revision] = match
  return [
    { part: FIRST, text: first },
    ...numbers
      .split('.')
      .slice(1)
      .map((text) => ({ part: NUMBER, text })),
    ...(letter === '' ? [] : [{ part: LETTER, text: letter }]),
    ...[...suffixed.matchAll(/_([a-z]+)(\d*)/g)].flatMap(([, text = '', number = '']) => [
      { part: SUFFIX, text },
      ...(number === '' ? [] : [{ part: SUFFIX_NUMBER, text: number }]),
    ]),
    ...(commit === undefined ? [] : [{ part: COMMIT, text: commit.slice(1) }]),
    ...(revision === undefined ? [] : [{ part: REVISION, text: revision.slice(2) }]),
    END,
  ]
}

function compareParts({ part, text }: Part, { text: other }: Part): number {
  if (part === SUFFIX) return suffixes.indexOf(text) - suffixes.indexOf(other)
  // After the first dot, digits that begin with 0 are those of a fraction: 1.06 is before 1.1.
  const fraction = part === NUMBER && (text.startsWith('0') || other.startsWith('0'))
  if (fraction || part === LETTER || part === COMMIT || part === END.part) return text === other ? 0 : text < other ? -1 : 1
  const difference = BigInt(text) - BigInt(other)
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}
