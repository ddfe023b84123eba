import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import type { Finding } from '#shared/model/finding.ts'
import { outcomeWords } from '#shared/words.ts'
import { evidencePath } from '../evidence-path.ts'
import { byTool, hostUuid, props } from './common.ts'
import { prose } from './prose.ts'
import { uuidOf } from './uuid.ts'

const key = (kind: string, fleet: string, host: string, { control, subject }: Finding): string =>
  uuidOf(kind, fleet, host, control, subject)
export const observationUuid = (fleet: string, host: string, finding: Finding): string => key('observation', fleet, host, finding)
export const riskUuid = (fleet: string, host: string, finding: Finding): string => key('risk', fleet, host, finding)
export const findingUuid = (fleet: string, host: string, finding: Finding): string => key('finding', fleet, host, finding)

/** What does not apply to a host was not assessed there. */
export const isAssessed = ({ status }: Finding): boolean => status !== 'not-applicable'
/** What fails or warns, accepted for a while or not. */
export const isRisk = ({ status }: Finding): boolean => status === 'fail' || status === 'warning' || status === 'waived'

/** Goes through the findings of every host, one host at a time. */
export function* eachFinding<T>(
  audit: AuditResults,
  chosen: (finding: Finding) => boolean,
  make: (host: HostAudit, finding: Finding) => T,
): Generator<T> {
  for (const host of audit.hosts) for (const finding of host.findings) if (chosen(finding)) yield make(host, finding)
}

export const observationOf = (fleet: string, host: HostAudit, finding: Finding) => ({
  uuid: observationUuid(fleet, host.name, finding),
  title: prose(finding.title),
  description: prose(finding.reason),
  ...props({
    control: finding.control,
    item: finding.item,
    subject: finding.subject,
    status: outcomeWords[finding.status].word,
    'first-seen': finding.firstSeen,
  }),
  // Somebody stated it, or a machine looked.
  methods: [finding.attestation?.state === 'active' ? 'INTERVIEW' : 'TEST'],
  subjects: [{ 'subject-uuid': hostUuid(fleet, host.name), type: 'inventory-item', title: prose(host.name) }],
  origins: [byTool],
  ...(finding.evidence.length > 0 && {
    'relevant-evidence': finding.evidence.map((proof) => ({
      href: `../${evidencePath(host.name, proof.section)}`,
      description: prose(`${proof.command}, lines ${proof.lines.map(({ number }) => number).join(', ') || 'none'}`),
      ...props({ sha256: proof.sha256 }),
    })),
  }),
  collected: host.finishedAt,
})

export const riskOf = (fleet: string, host: HostAudit, finding: Finding) => ({
  uuid: riskUuid(fleet, host.name, finding),
  title: prose(finding.title),
  description: prose(`${host.name}: ${finding.reason}`),
  statement: prose(finding.rationale),
  ...props({ severity: finding.severity, control: finding.control, host: host.name }),
  status: finding.waiver?.state === 'active' ? 'deviation-approved' : 'open',
  ...(finding.waiver?.state === 'active' && {
    deadline: `${finding.waiver.endsOn}T23:59:59Z`,
    'mitigating-factors': [
      {
        uuid: key(`waiver ${finding.waiver.id}`, fleet, host.name, finding),
        description: prose(`Accepted by ${finding.waiver.approver}: ${finding.waiver.reason}`),
      },
    ],
  }),
  'related-observations': [{ 'observation-uuid': observationUuid(fleet, host.name, finding) }],
})
