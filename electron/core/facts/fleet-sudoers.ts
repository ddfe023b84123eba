import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import type { SectionSpec, SudoProgram } from '../probe/section.ts'
import { changeSudoersFor, sudoersFor } from '../probe/sudoers.ts'
import { probeContextOf, sectionsOf } from './registry.ts'

const accountOf = (fleet: Fleet, host: Host): string => (host.identity ?? fleet.identities.audit).user

/**
 * Sudoers drop-in for the audit accounts of a fleet (or of one host of it): what Gatehouse runs as root, and nothing else; then, where the fleet file names
 * an account that changes hosts, what that one needs.
 * Hosts differ only in their model paths; the text allows those of all chosen hosts per account.
 */
export function fleetSudoers(fleet: Fleet, hostName?: string, program: SudoProgram = 'sudo'): string {
  const sections = new Map<string, SectionSpec[]>()
  for (const host of auditedHosts(fleet)) {
    if (hostName !== undefined && host.name !== hostName) continue
    const account = accountOf(fleet, host)
    sections.set(account, [...(sections.get(account) ?? []), ...sectionsOf(probeContextOf(fleet, host))])
  }
  const changing = new Set(
    auditedHosts(fleet)
      .filter(({ name }) => hostName === undefined || name === hostName)
      .map((host) => (host.changeIdentity ?? fleet.identities.change)?.user ?? 'root'),
  )
  const audit = [...sections].filter(([account]) => account !== 'root').map(([account, all]) => sudoersFor(account, all, program))
  const change = [...changing].filter((account) => account !== 'root' && !sections.has(account)).map(changeSudoersFor)
  return [...audit, ...change].join('\n')
}
