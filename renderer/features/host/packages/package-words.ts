import type { HostPackages, Software } from '#shared/model/host-packages.ts'
import { rankOfSeverity } from '#shared/status.ts'
import { outcomeWords, type Tone } from '../../../ui/outcome-words.ts'
import { plainText } from '../../../ui/plain-text.ts'
import type { Sorting } from '../../../ui/row-table.tsx'
import { count } from '../../../ui/words.ts'

/** Words and order of the tab Packages. Pure, tested without a window. */

export const kindWords: Readonly<Record<Software['kind'], string>> = {
  engine: 'Engine',
  driver: 'Driver',
  'host-package': 'Host package',
  program: 'Program',
  python: 'Python package',
  image: 'Image',
}

export const fromWords: Readonly<Record<Software['from'], string>> = {
  endpoint: 'the answer of the engine',
  'python-package': 'metadata of the Python package',
  image: 'tag of the image',
  kernel: 'the kernel',
  'nvidia-smi': 'nvidia-smi',
  'package-manager': 'the package manager',
  program: 'the program itself',
}

type Distribution = HostPackages['distribution']

interface SoftwareState {
  readonly word: string
  readonly tone: Tone
  /** 0 is the loudest. */
  readonly rank: number
}

/** What is known against a version. What nobody follows is never said to be clear. */
export function stateOf(
  { advisories, pending, undecided, followed, byDistribution, verdict }: Software,
  distribution: Distribution,
): SoftwareState {
  const [worst] = advisories
  if (worst !== undefined) {
    const conditional = advisories.every(({ condition }) => condition !== undefined)
    const tone = verdict?.status === 'waived' ? outcomeWords.waived.tone : conditional ? 'warn' : 'fail'
    return {
      word: count(advisories.length, 'advisory', 'advisories'),
      tone,
      rank: worst.exploited ? 0 : 1 + rankOfSeverity(worst.severity),
    }
  }
  if (pending !== undefined) return { word: 'Update pending', tone: 'fail', rank: 3 }
  if (verdict?.status === 'fail' || verdict?.status === 'warning')
    return { word: outcomeWords[verdict.status].word, tone: outcomeWords[verdict.status].tone, rank: 3 }
  if (byDistribution)
    return distribution === undefined || distribution.unknown !== undefined
      ? { word: 'Not known', tone: 'unknown', rank: 7 }
      : { word: 'No update pending', tone: 'pass', rank: 9 }
  if (undecided > 0) return { word: 'Not compared', tone: 'unknown', rank: 6 }
  return followed === 0 ? { word: 'Not followed', tone: 'na', rank: 8 } : { word: 'None known', tone: 'pass', rank: 9 }
}

/** The release to install: what waits in the archive, or the one that closes every hole with a fix. */
export const releaseOf = ({ fixedIn, pending }: Pick<Software, 'fixedIn' | 'pending'>): string => plainText(pending ?? fixedIn ?? '', 60)

/** Rows whose words all occur. */
export function filterSoftware(all: readonly Software[], text: string): readonly Software[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return all
  return all.filter(({ name, version, kind, where, advisories }) => {
    const haystack = `${name} ${version} ${kindWords[kind]} ${where} ${advisories.map(({ id }) => id).join(' ')}`.toLowerCase()
    return words.every((word) => haystack.includes(word))
  })
}

const byText = new Intl.Collator('en', { numeric: true })

/** By a column; equal ones by name. */
export function sortSoftware(all: readonly Software[], { by, descending }: Sorting, distribution: Distribution): readonly Software[] {
  const turn = descending ? -1 : 1
  const key: Readonly<Record<string, (a: Software, b: Software) => number>> = {
    name: (a, b) => byText.compare(a.name, b.name),
    version: (a, b) => byText.compare(a.version, b.version),
    kind: (a, b) => byText.compare(kindWords[a.kind], kindWords[b.kind]),
    state: (a, b) => stateOf(a, distribution).rank - stateOf(b, distribution).rank,
  }
  const compare = key[by] ?? (() => 0)
  return all.toSorted((a, b) => turn * compare(a, b) || byText.compare(a.name, b.name))
}

/** For a ticket or a spreadsheet: one line each, fields apart by tabs. */
export function softwareText(all: readonly Software[], distribution: Distribution): string {
  const cell = (text: string) => plainText(text, 400).replace(/\s+/g, ' ')
  const rows = all.map((one) =>
    [
      one.name,
      one.version,
      kindWords[one.kind],
      one.where,
      stateOf(one, distribution).word,
      one.advisories.map(({ id }) => id).join(' '),
      releaseOf(one),
    ]
      .map(cell)
      .join('\t'),
  )
  return ['Name\tVersion\tKind\tWhere\tState\tAdvisories\tFixed in', ...rows].map((row) => `${row}\n`).join('')
}
