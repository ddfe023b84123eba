import { fnmatch } from '../../../facts/fnmatch.ts'
import type { AptPin } from '../../../facts/sources/sources.ts'
import type { SecurityArchive, Updates } from '../../../facts/updates/updates.ts'

/** What apt would rather have than the security archive, or not have of it. */
export interface PinnedAway {
  readonly what: string
  readonly line: number
}

/** The priority of an archive that no pin names, and of what is installed. */
const PLAIN = 500
const INSTALLED = 100

/**
 * Pins that keep security updates out. The first that fits counts, one for the package before one for all (apt_preferences(5)). Neither apt nor unattended-upgrades
 * takes a version of lower priority than that of the archive where the installed one stands as well: Debian's security archive has had a codename and a suite
 * of its own since bullseye, so a pin, or APT::Default-Release, that names the release alone leaves it behind.
 */
export function pinnedAway(
  pins: readonly AptPin[],
  { securityArchives = [], otherArchives = [], packages, pending }: Updates,
): PinnedAway[] {
  const known = [...packages, ...pending].map(({ name }) => name)
  const general = pins.filter(isGeneral)
  const behind = securityArchives.flatMap((security) => {
    const own = priorityOf(security, general)
    const ahead = otherArchives.map((other) => priorityOf(other, general)).find(({ priority }) => priority > own.priority)
    const pin = own.priority < INSTALLED ? own.pin : (ahead?.pin ?? (ahead && own.pin))
    return pin
      ? [{ what: `apt puts the security archive behind others: ${pin.kind} ${pin.value} has priority ${pin.priority}`, line: pin.line }]
      : []
  })
  const single = pins.flatMap((pin) => {
    if (isGeneral(pin)) return []
    const back = (what: string) => [{ what: `a pin of apt keeps back ${what}`, line: pin.line }]
    const plain = Math.max(PLAIN, ...securityArchives.map((one) => priorityOf(one, general).priority))
    if (pin.kind === 'version') return pin.priority > plain ? back(pin.packages.join(', ')) : []
    const named = known.find((name) => pin.packages.some((pattern) => fits(pattern, name)))
    if (named === undefined) return []
    const mine = pins.filter((one) => !isGeneral(one) && one.packages.some((pattern) => fits(pattern, named)))
    const priority = (archive: SecurityArchive) => priorityOf(archive, [...mine, ...general]).priority
    return securityArchives.some(
      (security) => priority(security) < INSTALLED || otherArchives.some((other) => priority(other) > priority(security)),
    ) && mine[0] === pin
      ? back(named)
      : []
  })
  return [...behind.slice(0, 1), ...single]
}

const isGeneral = ({ packages }: AptPin): boolean => packages.includes('*')

function priorityOf(archive: SecurityArchive, pins: readonly AptPin[]): { readonly priority: number; readonly pin?: AptPin } {
  const pin = pins.find((one) => matches(one, archive))
  return pin ? { priority: pin.priority, pin } : { priority: PLAIN }
}

/** A glob, or an expression between slashes. */
function fits(pattern: string, text: string): boolean {
  const expression = /^\/(.*)\/$/.exec(pattern)?.[1]
  if (expression === undefined) return fnmatch(pattern, text, false) === true
  try {
    return new RegExp(expression, 'i').test(text)
  } catch {
    return false
  }
}

const keys: Readonly<Record<string, keyof SecurityArchive>> = { a: 'suite', n: 'codename', o: 'origin', l: 'label' }

function matches({ kind, value, priority }: AptPin, archive: SecurityArchive): boolean {
  if (kind === 'origin') return fits(value, archive.site)
  if (kind === 'version') return false
  if (value === '*') return true
  if (!value.includes('=')) return fits(value, archive.suite) || fits(value, archive.codename)
  return value.split(',').every((token) => {
    const [key = '', pattern = ''] = token.trim().split('=')
    const name = keys[key]
    if (name !== undefined) return fits(pattern, archive[name])
    if (key === 'c') return fits(pattern, 'main')
    // Versions are not read: a pin that lowers is taken for one of the security archive, one that raises for one of the others.
    return priority < PLAIN || !/security/i.test(`${archive.label} ${archive.suite}`)
  })
}
