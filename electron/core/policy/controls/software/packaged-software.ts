import { DAY_MS } from '#shared/day.ts'
import type { AdvisoryBook } from '../../../advisories/advisory-book.ts'
import { hostPackages } from '../../../advisories/package-names.ts'
import { debianUpstream } from '../../../advisories/versions/debian.ts'
import type { Packages } from '../../../facts/packages/packages.ts'
import type { InstalledPackage, Updates } from '../../../facts/updates/updates.ts'
import type { PolicyContext, Verdict } from '../../control.ts'
import { judgeVersion, titled } from './version-verdict.ts'

/** Security archives are made anew within days; older lists hide what came since. */
export const MAX_LIST_DAYS = 14

/** Whole days since the archive made its list; below zero for one that is dated on a day to come, which proves nothing of today. */
export const ageOfList = (listsMs: number, now: number): number => Math.trunc((now - listsMs) / DAY_MS)

/** Of Ubuntu's universe, where Canonical's fixes come by Ubuntu Pro (esm-apps), and the security archive has those of volunteers. */
const ofUniverse: ReadonlySet<string> = new Set(['docker.io', 'podman', 'caddy', 'oauth2-proxy'])

/** Proxmox VE says that it is the Debian below it (os-release), with a kernel, QEMU and LXC of its own archive, which has no list of security updates. */
export const proxmoxOf = ({ packages }: Updates): InstalledPackage | undefined => packages.find(({ name }) => name === 'pve-manager')

/**
 * Software that comes as a package of the host. What the vendor built is judged by the vendor's releases. What the distribution built is
 * judged by the distribution's own security list: it backports fixes, so an old-looking version proves nothing.
 */
export function judgePackaged(
  names: readonly string[],
  updates: Updates,
  packages: Packages | undefined,
  { advisories: book, now }: PolicyContext,
): Verdict[] {
  const installed = names.flatMap((name) => updates.packages.filter((one) => one.name === name))
  const verdicts = installed.map((one) => (one.byDistribution ? byDistribution(one, updates, now) : byVendor(one, updates, book)))
  const programs = (packages?.programs ?? []).filter(({ name }) => names.includes(name) && !installed.some((one) => one.name === name))
  for (const { name, version, line } of programs) {
    const component = { subject: name, label: name, names: hostPackages[name] ?? [], version, cite: { section: 'software', line } }
    verdicts.push(judgeVersion(component, book))
  }
  return verdicts
}

function byVendor({ name, version, line }: InstalledPackage, { manager }: Updates, book: AdvisoryBook): Verdict {
  const upstream = (manager === 'dpkg' ? debianUpstream(version) : /^(?:\d+:)?([^-]+)/.exec(version)?.[1]) ?? version
  return judgeVersion(
    { subject: name, label: name, names: hostPackages[name] ?? [], version: upstream, cite: { section: 'updates', line } },
    book,
  )
}

function byDistribution({ name, version, line }: InstalledPackage, updates: Updates, now: number): Verdict {
  const base = { subject: name }
  const pending = updates.pending.find((one) => one.name === name)
  if (pending) {
    return {
      ...base,
      status: 'fail',
      title: titled(`A security update of ${name} is pending`),
      reason: `${name} ${version} is installed, and the security archive of the distribution has ${pending.available}.`,
      hint: `Install the update of ${name}.`,
      cite: [
        { section: 'updates', line: pending.line, token: pending.available, note: `Expected ${pending.available}.` },
        { section: 'updates', line, token: version },
      ],
    }
  }
  const why = unanswered(name, updates, now)
  if (why !== undefined) {
    return {
      ...base,
      status: 'not-evaluated',
      title: titled(`${name} could not be judged`),
      reason: `${name} ${version} is the distribution's build, which takes fixes without a new upstream version. Its security list ${why}.`,
      cite: [{ section: 'updates', line, token: version }],
    }
  }
  return {
    ...base,
    status: 'pass',
    title: titled(`No security update of ${name} is pending`),
    reason: `${name} ${version} is the distribution's build, and its security archive has no newer one.`,
    cite: [{ section: 'updates', line, token: version }],
  }
}

/** Why the security list does not tell whether a package is up to date. */
function unanswered(name: string, updates: Updates, now: number): string | undefined {
  const stream = updates.ofUnknownStream.find((one) => one.name === name)
  if (stream) return `has ${stream.available}, and does not state of which module stream`
  return unansweredList(updates, ofUniverse.has(name), now)
}

/** The same of all packages, `universe` where some may be of Ubuntu's. */
export function unansweredList({ unknown, listsMs, withoutPro }: Updates, universe: boolean, now: number): string | undefined {
  if (unknown !== undefined) return `could not be read: ${unknown}`
  const days = listsMs === undefined ? undefined : ageOfList(listsMs, now)
  if (days === undefined) return 'is of unknown age'
  if (days < 0) return 'is dated on a day that is yet to come'
  if (withoutPro && universe)
    return 'does not have what Canonical fixes in universe: that comes by Ubuntu Pro (esm-apps), whose list is not on this host'
  return days > MAX_LIST_DAYS ? `is ${days} days old, and what was published since is not in it` : undefined
}
