import type { Advisory, AdvisoryEvent, Affected } from '#shared/model/advisory.ts'
import type { CompareVersions } from './versions/ordering.ts'

/** Does an advisory concern a version? `undecided` when a version could not be compared: that is neither yes nor no. */
export type Concern =
  /** `open`: no range that it lies in says where it ends. */
  | { readonly state: 'affected'; readonly fixed: string | undefined; readonly open: boolean }
  /** `mended`: the last that is said of versions up to this one is a fix. */
  | { readonly state: 'unaffected'; readonly mended: boolean }
  | { readonly state: 'undecided' }

const BEFORE_ALL = '0'

/** OSV's evaluation (https://ossf.github.io/osv-schema/#evaluation) of one entry of `affected`. */
export function concernOf({ ranges = [], versions = [] }: Affected, version: string, compare: CompareVersions): Concern {
  const comparable = ranges.filter(({ type }) => type !== 'GIT')
  const found = comparable.map(({ events }) => rangeConcern(events, version, compare))
  const affected = found.filter((one) => one.state === 'affected')
  const listed = versions.some((one) => one === version || compare(one, version) === 0)
  if (listed || affected.length > 0)
    return {
      state: 'affected',
      fixed: affected.find(({ fixed }) => fixed !== undefined)?.fixed,
      open: !listed && affected.every(({ open }) => open),
    }
  const sayNothing = comparable.length === 0 && versions.length === 0
  const listUnread = versions.length > 0 && versions.every((one) => compare(one, version) === undefined)
  if (sayNothing || listUnread || found.some(({ state }) => state === 'undecided')) return { state: 'undecided' }
  return { state: 'unaffected', mended: found.some((one) => one.state === 'unaffected' && one.mended) }
}

function rangeConcern(events: readonly AdvisoryEvent[], version: string, compare: CompareVersions): Concern {
  // Every range of OSV has one; without, nobody knows where it begins.
  if (compare(version, version) === undefined || !events.some(({ introduced }) => introduced !== undefined)) return { state: 'undecided' }
  const at = (event: AdvisoryEvent): string => event.introduced ?? event.fixed ?? event.last_affected ?? event.limit ?? ''
  const order = (a: string, b: string): number | undefined => {
    if (a === BEFORE_ALL || b === BEFORE_ALL) return a === b ? 0 : a === BEFORE_ALL ? -1 : 1
    return compare(a, b)
  }
  if (events.some((event) => at(event) !== '*' && order(at(event), version) === undefined)) return { state: 'undecided' }
  const limits = events.flatMap(({ limit }) => (limit === undefined ? [] : [limit]))
  if (limits.length > 0 && !limits.some((limit) => limit === '*' || (order(version, limit) ?? 1) < 0))
    return { state: 'unaffected', mended: false }
  const sorted = events.filter(({ limit }) => limit === undefined).toSorted((a, b) => order(at(a), at(b)) ?? 0)
  let vulnerable = false
  for (const event of sorted) {
    const reached = order(version, at(event)) ?? -1
    if (event.introduced !== undefined && (reached >= 0 || isPreRelease(version, event.introduced))) vulnerable = true
    else if (event.fixed !== undefined && reached >= 0) vulnerable = false
    else if (event.last_affected !== undefined && reached > 0) vulnerable = false
  }
  const reached = (event: AdvisoryEvent): boolean => (order(version, at(event)) ?? -1) >= 0
  if (!vulnerable) return { state: 'unaffected', mended: sorted.findLast(reached)?.fixed !== undefined }
  return {
    state: 'affected',
    fixed: sorted.find(({ fixed }) => fixed !== undefined && (order(fixed, version) ?? -1) > 0)?.fixed,
    open:
      limits.every((limit) => limit === '*') &&
      !sorted.some((event) => event.introduced === undefined && (order(at(event), version) ?? -1) >= 0),
  }
}

/** Asked of older versions: `2.0rc1` of `2.0`, and of `2.0.0`. Records name the release that a hole came with, which its pre-releases held before. */
const isPreRelease = (older: string, release: string): boolean =>
  older.replace(/^v/i, '').startsWith(release.replace(/^v/i, '').replace(/(?:\.0)+$/, ''))

/** Every entry of one advisory that is about this package, put together: affected wins, then undecided. */
export function concernOfAdvisory(
  { affected }: Advisory,
  isPackage: (one: Affected['package']) => boolean,
  version: string,
  compare: CompareVersions,
): Concern {
  const entries = affected.filter((one) => isPackage(one.package))
  const found = entries.filter((one) => isOfItsModule(one, entries, version)).map((one) => concernOf(one, version, compare))
  return (
    found.find(({ state }) => state === 'affected') ??
    found.find(({ state }) => state === 'undecided') ??
    found.find((one) => one.state === 'unaffected' && one.mended) ?? { state: 'unaffected', mended: false }
  )
}

/**
 * Go counts majors from 2 on in the path (https://go.dev/ref/mod#major-version-suffixes). Its database has an entry for each path, and each of them begins with 0:
 * containerd 1.7.29 is none of `…/v2` before 2.0.7, oauth2-proxy 7.13 none of the path without a number, where nothing is ever fixed. An entry of another path says
 * nothing where that of the version's own is there.
 */
function isOfItsModule({ package: { ecosystem, name } }: Affected, entries: readonly Affected[], version: string): boolean {
  const major = Number(/^v?(\d{1,9})/.exec(version)?.[1] ?? 0)
  const own = name.replace(/\/v\d+$/, '') + (major > 1 ? `/v${major}` : '')
  return ecosystem !== 'Go' || name === own || !entries.some((one) => one.package.name === own)
}
