import type { HostBrief } from '#shared/model/audit.ts'
import type { ItemId } from '#shared/model/checklist.ts'
import type { FindingBrief } from '#shared/model/finding.ts'
import { openOutcomes } from '#shared/status.ts'
import { sha256Of } from '../../ledger/record.ts'

export interface OpenFinding {
  readonly host: string
  readonly finding: FindingBrief
}

/** The open findings of one item, host by host. */
export const openFindings = (hosts: readonly HostBrief[], item: ItemId): OpenFinding[] =>
  hosts.flatMap(({ name, findings }) =>
    findings
      .filter((finding) => finding.item === item && openOutcomes.includes(finding.status))
      .map((finding) => ({ host: name, finding })),
  )

/** One hash of how an item stands on every host. Another one: something changed. */
export const seenOf = (hosts: readonly HostBrief[], item: ItemId): string =>
  sha256Of(
    JSON.stringify(
      hosts
        .flatMap(({ name, findings }) =>
          findings.filter((finding) => finding.item === item).map(({ control, subject, status }) => [name, control, subject, status]),
        )
        .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    ),
  )
