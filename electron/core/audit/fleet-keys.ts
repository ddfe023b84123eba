import { setImmediate } from 'node:timers/promises'
import { itemResults } from '#shared/model/audit.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Fleet, Host } from '#shared/model/fleet.ts'
import { fleetKeysSection } from '../access/fleet-keys-section.ts'
import { type HostKeys, keysOfHost } from '../access/key-owners.ts'
import type { AdvisoryBook } from '../advisories/advisory-book.ts'
import type { FactId } from '../facts/facts.ts'
import { probeContextOf, readFacts, sectionsOf } from '../facts/registry.ts'
import { evaluate } from '../policy/engine.ts'
import { controls } from '../policy/registry.ts'
import type { Log } from '../ports.ts'
import type { SectionOutput } from '../probe/section.ts'
import type { AuditRepo } from '../store/audit.repo.ts'
import { recordOf } from './audit-host.ts'

interface FleetKeysPorts {
  readonly repo: Pick<AuditRepo, 'outputs' | 'lastAnswered' | 'newest' | 'saveAgain'>
  readonly log: Log
  readonly advisories: () => AdvisoryBook
}

/** Holds the keys of each host against those of the others, in one audit. */
export interface FleetKeys {
  /** What a host that was just asked has in common with the others, as far as they are known by then. */
  compared(host: Host, outputs: ReadonlyMap<string, SectionOutput>): Promise<SectionOutput>
  /** When all were asked: hosts of which more is known by now are judged again in what is about keys, and saved again. */
  settle(): Promise<void>
}

/** What says whose keys they are, and what is judged by it. */
const factIds: readonly FactId[] = ['processes', 'accounts', 'sshd', 'access', 'fleet-keys']
const judged = controls.filter(({ uses = [] }) => (uses as readonly FactId[]).includes('fleet-keys'))

/** Hosts that this audit does not reach are known by their newest answers. */
export function createFleetKeys({ repo, log, advisories }: FleetKeysPorts, fleet: Fleet, auditId: string): FleetKeys {
  const hosts = auditedHosts(fleet)
  const known = new Map<string, HostKeys>()
  const told = new Map<string, string>()
  const before = readStored().catch((error: unknown) => log('error', 'keys of earlier audits were not read', { detail: String(error) }))

  /** As a copy: what was cut out of an answer holds the whole answer in memory. */
  const keysIn = (host: Host, outputs: ReadonlyMap<string, SectionOutput>): HostKeys =>
    structuredClone(keysOfHost(readFacts(outputs, probeContextOf(fleet, host), log, factIds), fleet, host))

  async function readStored(): Promise<void> {
    for (const host of hosts) {
      await setImmediate()
      const newest = repo.lastAnswered(fleet.name, host.name, 'access')
      if (newest !== undefined && !known.has(host.name)) known.set(host.name, keysIn(host, answersOf(newest, host)))
    }
  }

  const answersOf = (audit: string, host: Host): Map<string, SectionOutput> =>
    repo.outputs(
      audit,
      host.name,
      sectionsOf(probeContextOf(fleet, host), factIds).map(({ id }) => id),
    )

  function sectionFor(host: Host, own: HostKeys): SectionOutput {
    const others = hosts.flatMap(({ name }) => (name === host.name ? [] : [{ host: name, keys: known.get(name) }]))
    const section = fleetKeysSection(own, others)
    told.set(host.name, section.sha256)
    return section
  }

  function judgeAgain(host: Host, section: SectionOutput): void {
    const [stored] = repo.newest(fleet.name, host.name, 1)
    if (stored?.auditId !== auditId) return
    const { audit } = stored
    const outputs = answersOf(auditId, host).set(section.id, section)
    const facts = readFacts(outputs, probeContextOf(fleet, host), log, factIds)
    const now = Date.parse(audit.startedAt)
    const fresh = evaluate(judged, facts, outputs, { fleet, host, now, advisories: advisories() })
    const findings = controls.flatMap(({ id }) =>
      (judged.some((control) => control.id === id) ? fresh : audit.findings).filter(({ control }) => control === id),
    )
    const sections = [...audit.sections.filter(({ id }) => id !== section.id), recordOf(section)]
    repo.saveAgain(auditId, fleet.name, { ...audit, findings, items: itemResults(findings), sections }, section)
  }

  return {
    async compared(host, outputs) {
      await before
      const own = keysIn(host, outputs)
      known.set(host.name, own)
      return sectionFor(host, own)
    },
    async settle() {
      for (const host of hosts) {
        await setImmediate()
        const [own, earlier] = [known.get(host.name), told.get(host.name)]
        if (own === undefined || earlier === undefined) continue
        const section = sectionFor(host, own)
        if (section.sha256 !== earlier) judgeAgain(host, section)
      }
    },
  }
}
