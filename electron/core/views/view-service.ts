import type { HostAudit } from '#shared/model/audit.ts'
import { auditedHosts } from '#shared/model/audited-hosts.ts'
import type { Finding } from '#shared/model/finding.ts'
import type { Fleet } from '#shared/model/fleet.ts'
import type { AdvisoryBook } from '../advisories/advisory-book.ts'
import { type FactResults, factsOnDemand, probeContextOf } from '../facts/registry.ts'
import type { Log } from '../ports.ts'
import type { SectionOutput } from '../probe/section.ts'
import type { AuditRepo } from '../store/audit.repo.ts'
import type { ViewSources } from './view-sources.ts'

interface ViewServicePorts {
  readonly repo: Pick<AuditRepo, 'newestAudit' | 'outputs'>
  readonly log: Log
  readonly advisories: () => AdvisoryBook
  /** The newest result of a host as decided until now. */
  readonly audit: (fleet: Fleet, host: string) => HostAudit | null
}

/** Makes views of hosts out of stored answers. Asks no host. */
export interface ViewService {
  /** What `project` makes of the newest audit of a host; null when it has none, or that could not look. */
  show<V>(fleet: Fleet, host: string, project: (sources: ViewSources) => V): V | null
}

/** Facts are made out of the stored answers when a tab first asks for them, and kept for one host: the one that is looked at. */
export function createViewService({ repo, log, advisories, audit }: ViewServicePorts): ViewService {
  /** Facts of the host that is looked at: its tabs are read one after another, and each asks for all of them. */
  let read:
    | {
        readonly auditId: string
        readonly fleet: Fleet
        readonly host: string
        readonly facts: FactResults
        readonly outputs: Map<string, SectionOutput>
      }
    | undefined

  return {
    show(fleet, name, project) {
      const host = auditedHosts(fleet).find((one) => one.name === name)
      const auditId = repo.newestAudit(fleet.name, name)
      if (host === undefined || auditId === undefined) return null
      if (read?.auditId !== auditId || read.host !== name || read.fleet !== fleet) {
        const outputs = repo.outputs(auditId, name)
        if (outputs.size === 0) return null
        read = { auditId, fleet, host: name, outputs, facts: factsOnDemand(outputs, probeContextOf(fleet, host), log) }
      }
      const { facts, outputs } = read
      let findings: readonly Finding[] | undefined
      return project({
        facts,
        outputs,
        advisories: advisories(),
        // A whole result is read for them: not every view has a use for it.
        get findings() {
          findings ??= audit(fleet, name)?.findings ?? []
          return findings
        },
      })
    },
  }
}
