import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import type { Evidence, Finding } from '#shared/model/finding.ts'
import { outcomeWords } from '#shared/words.ts'
import { isOfAnswer } from '../cited-line.ts'
import { evidencePath } from '../evidence-path.ts'
import { byTool, hostUuid, props } from './common.ts'
import { prose, proseLine } from './prose.ts'
import { uuidOf } from './uuid.ts'

/** A finding in its place. `nth`: how many of the same control and subject come before it on its host; a name is given once in a document. */
export interface PlacedFinding {
  readonly fleet: string
  readonly host: HostAudit
  readonly finding: Finding
  readonly nth: number
}

const key = (kind: string, { fleet, host, finding, nth }: PlacedFinding): string =>
  uuidOf(nth === 0 ? kind : `${kind} ${nth}`, fleet, host.name, finding.control, finding.subject)

/** Of the same finding the same in every document, as those below. */
export const observationUuid = (placed: PlacedFinding): string => key('observation', placed)

/** The same for the same finding of a host in every pack, so that who imports one after the other updates and does not double (`key`). */
export const riskUuid = (placed: PlacedFinding): string => key('risk', placed)

/** As `riskUuid`, of its own kind: an identifier of OSCAL names one object. */
export const findingUuid = (placed: PlacedFinding): string => key('finding', placed)

/** As `riskUuid`, of the item in the plan of action. */
export const poamItemUuid = (placed: PlacedFinding): string => key('poam-item', placed)

/** What does not apply to a host was not assessed there. */
export const isAssessed = ({ status }: Finding): boolean => status !== 'not-applicable'
/** What fails or warns, accepted for a while or not. */
export const isRisk = ({ status }: Finding): boolean => status === 'fail' || status === 'warning' || status === 'waived'

/** Goes through the findings of every host, one host at a time. */
export function* eachFinding<T>(
  audit: AuditResults,
  chosen: (finding: Finding) => boolean,
  make: (placed: PlacedFinding) => T,
): Generator<T> {
  for (const host of audit.hosts) {
    const before = new Map<string, number>()
    for (const finding of host.findings) {
      const name = `${finding.control}\n${finding.subject}`
      const nth = before.get(name) ?? 0
      before.set(name, nth + 1)
      if (chosen(finding)) yield make({ fleet: audit.fleet, host, finding, nth })
    }
  }
}

const linesOf = (proof: Evidence): string =>
  isOfAnswer(proof) ? `lines ${proof.lines.map(({ number }) => number).join(', ') || 'none'}` : 'which printed no line'

/** The observation that OSCAL has beneath a finding: what was seen, how, and where in the pack it stands (assessment results of OSCAL 1, `observation`). */
export function observationOf(placed: PlacedFinding) {
  const { fleet, host, finding } = placed
  return {
    uuid: observationUuid(placed),
    title: proseLine(finding.title),
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
    subjects: [{ 'subject-uuid': hostUuid(fleet, host.name), type: 'inventory-item', title: proseLine(host.name) }],
    origins: [byTool],
    ...(finding.evidence.length > 0 && {
      'relevant-evidence': finding.evidence.map((proof) => ({
        href: `../${evidencePath(host.name, proof.section)}`,
        description: prose(`${proof.command}, ${linesOf(proof)}`),
        ...props({ sha256: proof.sha256 }),
      })),
    }),
    collected: host.finishedAt,
  }
}

/** A finding that fails or warns, as an OSCAL risk; its id is the same in every document of a pack. */
export function riskOf(placed: PlacedFinding) {
  const { host, finding } = placed
  return {
    uuid: riskUuid(placed),
    title: proseLine(finding.title),
    description: prose(`${host.name}: ${finding.reason}`),
    statement: prose(finding.rationale),
    ...props({ severity: finding.severity, control: finding.control, host: host.name }),
    status: finding.waiver?.state === 'active' ? 'deviation-approved' : 'open',
    ...(finding.waiver?.state === 'active' && {
      deadline: `${finding.waiver.endsOn}T23:59:59Z`,
      'mitigating-factors': [
        {
          uuid: key(`waiver ${finding.waiver.id}`, placed),
          description: prose(`Accepted by ${finding.waiver.approver}: ${finding.waiver.reason}`),
        },
      ],
    }),
    'related-observations': [{ 'observation-uuid': observationUuid(placed) }],
  }
}
