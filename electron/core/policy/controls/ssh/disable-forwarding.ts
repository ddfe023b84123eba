import { compareDebian, debianUpstream } from '../../../advisories/versions/debian.ts'
import type { FactResult } from '../../../facts/fact.ts'
import type { Updates } from '../../../facts/updates/updates.ts'

/** The first builds of distributions that took the fix without the version, by their changelogs. */
const FIXED = ['1:8.2p1-4ubuntu0.13', '1:8.4p1-5+deb11u5', '1:8.9p1-3ubuntu0.13', '1:9.2p1-2+deb12u6', '1:9.6p1-3ubuntu13.11']

/**
 * Does DisableForwarding hold for agents and displays, as its manual says? It does since OpenSSH 10.0; before, it left both as they were set (CVE-2025-32728). Undefined
 * where the build is not known.
 */
export function stopsAgentsAndDisplays(updates: FactResult<Updates>): boolean | undefined {
  const version = updates.known ? updates.value.packages.find(({ name }) => name === 'openssh-server')?.version : undefined
  if (version === undefined) return undefined
  if (Number(/^(?:\d+:)?(\d+)\./.exec(version)?.[1]) >= 10) return true
  return FIXED.some((fixed) => debianUpstream(fixed) === debianUpstream(version) && (compareDebian(version, fixed) ?? -1) >= 0)
}
