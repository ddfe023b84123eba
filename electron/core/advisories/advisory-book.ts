import type { Advisory } from '#shared/model/advisory.ts'
import { rankOfSeverity, type Severity } from '#shared/status.ts'
import { type Concern, concernOfAdvisory } from './ranges.ts'
import { isMalicious, severityOf } from './severity.ts'
import { type CompareVersions, orderingOf } from './versions/ordering.ts'

/** Where a part of the data comes from, and of which day it is. */
export interface AdvisorySource {
  readonly kind: 'shipped' | 'signed-update' | 'osv-dump'
  /** Milliseconds since the epoch: when the records were read from their sources, or the newest change in a dump. */
  readonly publishedMs: number
  /** What it covers; undefined: everything that Gatehouse looks for. */
  readonly ecosystems?: readonly string[]
}

/** A package as an advisory names it. */
export interface PackageName {
  /** As OSV writes it: `PyPI`, `Go`, `upstream`. */
  readonly ecosystem: string
  readonly name: string
}

export interface AdvisoryMatch {
  readonly advisory: Advisory
  readonly severity: Severity | undefined
  readonly exploited: boolean
  /** First release after the one judged that has the fix; undefined when none is recorded. */
  readonly fixed: string | undefined
}

export interface Assessment {
  /** Exploited ones first, then the worst. One entry for each vulnerability, however many databases name it. */
  readonly matches: readonly AdvisoryMatch[]
  /** Advisories that could not be compared with this version. */
  readonly undecided: readonly Advisory[]
  /** Advisories about this package at all. None is no proof: Gatehouse may not follow it. */
  readonly known: number
}

/** Advisories, looked up by package. */
export interface AdvisoryBook {
  readonly sources: readonly AdvisorySource[]
  readonly size: number
  /** Every record about a package. */
  about(name: PackageName): readonly Advisory[]
  /** Of one piece of software, by all names that advisories have for it. */
  assess(names: PackageName | readonly PackageName[], version: string): Assessment
}

/**
 * Two records of one id are both asked, and make one entry: an OSV dump (`imported`), which nobody signed, can add to the data and never take from it.
 * Only its own `withdrawn` silences a record; one of a dump that knows no end, others that do (`endElsewhere`).
 */
export function createAdvisoryBook(
  records: readonly Advisory[],
  sources: readonly AdvisorySource[],
  imported: readonly Advisory[] = [],
): AdvisoryBook {
  const byPackage = new Map<string, Advisory[]>()
  const fromDump = new Set(imported)
  const all = [...records, ...imported]
  for (const advisory of all) {
    if (advisory.withdrawn !== undefined) continue
    for (const key of new Set(advisory.affected.map((one) => keyOf(one.package)))) {
      const list = byPackage.get(key)
      if (list === undefined) byPackage.set(key, [advisory])
      else list.push(advisory)
    }
  }
  return {
    sources,
    size: new Set(all.map(({ id }) => id)).size,
    about: (name) => byPackage.get(keyOf(name)) ?? [],
    assess(given, stated) {
      const names = [given].flat()
      const [name] = names
      const keys = new Set(names.map(keyOf))
      const isPackage = (one: PackageName): boolean => keys.has(keyOf(one))
      const about = [...new Set([...keys].flatMap((key) => byPackage.get(key) ?? []))]
      const compare = name && orderingOf(name.ecosystem, name.name)
      if (name === undefined || compare === undefined) return { matches: [], undecided: about, known: about.length }
      const version = withoutBuild(name, stated)
      const judged = about.map((advisory) => ({ advisory, concern: concernOfAdvisory(advisory, isPackage, version, compare) }))
      const matches = judged.flatMap(({ advisory, concern }): AdvisoryMatch[] => {
        if (concern.state !== 'affected') return []
        const end =
          concern.open && fromDump.has(advisory) ? (endElsewhere(advisory, judged) ?? endOfMoby(advisory, version, compare)) : undefined
        if (end === 'fixed') return []
        return [
          {
            advisory:
              end === undefined ? advisory : { ...advisory, database_specific: { ...advisory.database_specific, condition: DISPUTED } },
            severity: severityOf(advisory, isPackage),
            exploited: advisory.database_specific?.exploited === true || isMalicious(advisory),
            fixed: concern.fixed,
          },
        ]
      })
      const undecided = judged.flatMap(({ advisory, concern }) => (concern.state === 'undecided' ? [advisory] : []))
      return { matches: onePerVulnerability(matches).toSorted(worstFirst), undecided, known: about.length }
    },
  }
}

const DISPUTED =
  'this version only if it was not mended before: one database knows no end, another a last version that is affected, or a fix by other numbers'

const namesOf = ({ id, aliases = [] }: Advisory): readonly string[] => [id, ...aliases]

/**
 * Go's database leaves a range without an end where GitHub's has a release that is no version of the module, or no fix but a last affected version
 * (GO-2025-3824 of all Ollama, CVE-2025-51471 up to 0.9.6). Where others say of the same hole that it was fixed, it was; where they only know how far it went, that is
 * not sure.
 */
function endElsewhere(
  advisory: Advisory,
  judged: readonly { readonly advisory: Advisory; readonly concern: Concern }[],
): 'fixed' | 'disputed' | undefined {
  const names = new Set(namesOf(advisory))
  const others = judged.flatMap(({ advisory: other, concern }) =>
    other !== advisory && concern.state === 'unaffected' && namesOf(other).some((name) => names.has(name)) ? [concern] : [],
  )
  return others.some(({ mended }) => mended) ? 'fixed' : others.length > 0 ? 'disputed' : undefined
}

const MOBY = 'github.com/moby/moby/v2'

/**
 * Docker 29 is another module of Go: that of docker/docker ends with 28.5.2, so that Go's database has ranges without an end there, and the fix by the betas of moby/v2,
 * of which 2.0.0-beta.9 is Docker 29.4.0-rc.1 (github.com/moby/moby/issues/52337). Which releases the other betas are is written nowhere.
 */
function endOfMoby({ affected }: Advisory, version: string, compare: CompareVersions): 'fixed' | 'disputed' | undefined {
  if (!affected.some((one) => one.package.name === 'github.com/docker/docker') || (compare(version, '29.0.0-0') ?? -1) < 0) return undefined
  const events = affected.filter((one) => one.package.name === MOBY).flatMap(({ ranges = [] }) => ranges.flatMap((one) => one.events))
  const fixes = events.flatMap(({ fixed }) => (fixed === undefined ? [] : [fixed]))
  if (fixes.length === 0) return undefined
  const within = fixes.every((one) => (compare(one, '2.0.0-beta.9') ?? 1) <= 0)
  return within && (compare(version, '29.4.0-rc.1') ?? -1) >= 0 ? 'fixed' : 'disputed'
}

/**
 * A local version (`2.5.1+cu124`) is a build of the public one, and holes are recorded of public ones; in the order of PEP 440 alone it would come after the last
 * affected release, and be none of those that are listed. What git describes (`3.5.0-12-gabc1234`, `-dirty`) was built after that release, where semver has it before.
 */
function withoutBuild({ ecosystem }: PackageName, version: string): string {
  if (ecosystem === 'PyPI') return version.replace(/\+.*$/, '')
  return ecosystem === 'Go' ? version.replace(/-dirty$/, '').replace(/-\d+-g[0-9a-f]{4,40}$/, '') : version
}

/** PyPI's names are equal whatever their case, dots, dashes and underscores (PEP 503). Go's are not. */
function keyOf({ ecosystem, name }: PackageName): string {
  return `${ecosystem}\n${ecosystem === 'PyPI' ? name.toLowerCase().replace(/[-_.]+/g, '-') : name}`
}

/** GitHub, Go's and PyPI's databases and CVE name the same hole; the entry that says most stays. */
function onePerVulnerability(matches: readonly AdvisoryMatch[]): AdvisoryMatch[] {
  const kept: AdvisoryMatch[] = []
  const at = new Map<string, number>()
  for (const match of matches) {
    const names = namesOf(match.advisory)
    const known = names.map((name) => at.get(name)).find((index) => index !== undefined)
    const index = known ?? kept.length
    const before = kept[index]
    kept[index] = before === undefined ? match : merged(before, match)
    for (const name of names) at.set(name, index)
  }
  return kept
}

function merged(a: AdvisoryMatch, b: AdvisoryMatch): AdvisoryMatch {
  const worse = rankOfSeverity(b.severity) < rankOfSeverity(a.severity) ? b : a
  // Without a condition it holds whatever the other asks for.
  const { advisory } = [worse, a, b].find((one) => one.advisory.database_specific?.condition === undefined) ?? worse
  return { advisory, severity: worse.severity, exploited: a.exploited || b.exploited, fixed: a.fixed ?? b.fixed }
}

const worstFirst = (a: AdvisoryMatch, b: AdvisoryMatch): number =>
  Number(b.exploited) - Number(a.exploited) ||
  rankOfSeverity(a.severity) - rankOfSeverity(b.severity) ||
  (a.advisory.id < b.advisory.id ? 1 : -1)
