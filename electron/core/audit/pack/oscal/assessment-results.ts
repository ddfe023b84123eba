import { type AuditResults, type HostAudit, wasMeasured } from '#shared/model/audit.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import { attestationWords, outcomeWords, waiverWords } from '#shared/words.ts'
import { assessmentAssets, inventory, metadata, NAMESPACE, nistIds, OSCAL_PLAN, reviewedControls } from './common.ts'
import { streamedObject } from './json-stream.ts'
import {
  eachFinding,
  findingUuid,
  isAssessed,
  isRisk,
  observationOf,
  observationUuid,
  type PlacedFinding,
  riskOf,
  riskUuid,
} from './observations.ts'
import { prose, proseLine } from './prose.ts'
import { uuidOf } from './uuid.ts'

/** What was found. A check is satisfied only when it passed; what was not measured or is accepted for a while is not. */
export function* assessmentResults(audit: AuditResults, controls: readonly ControlEntry[], now: number): Generator<string> {
  const objectives = new Set(controls.filter((control) => nistIds(control).length > 0).map(({ id }) => id))
  const head = {
    uuid: uuidOf('assessment-results', audit.fleet, audit.startedAt, new Date(now).toISOString()),
    metadata: metadata('Assessment results', audit, now),
    'import-ap': { href: OSCAL_PLAN.replace('oscal/', '') },
  }
  const hosts = Array.from(audit.hosts, ({ name, address, state }) => ({ name, address, state }))
  const result = {
    uuid: uuidOf('result', audit.fleet, audit.startedAt, new Date(now).toISOString()),
    title: proseLine(`Audit of ${audit.fleet}`),
    description: extentOf(audit.outcome, hosts),
    start: audit.startedAt,
    end: audit.finishedAt,
    'local-definitions': { 'inventory-items': inventory(audit.fleet, hosts), 'assessment-assets': assessmentAssets(audit.gatehouse) },
    'reviewed-controls': reviewedControls(controls),
  }
  yield `{"assessment-results":${JSON.stringify(head).slice(0, -1)},"results":[`
  yield* streamedObject(result, {
    attestations: eachFinding(audit, ({ attestation }) => attestation?.state === 'active', attestationOf),
    observations: eachFinding(audit, isAssessed, observationOf),
    risks: eachFinding(audit, isRisk, riskOf),
    findings: eachFinding(audit, (finding) => isAssessed(finding) && objectives.has(finding.control), findingOf),
  })
  yield ']}}\n'
}

/** Of which hosts nothing is known, since a reader of the findings alone would not see how many there are. */
function extentOf(outcome: AuditResults['outcome'], hosts: readonly Pick<HostAudit, 'state'>[]): string {
  const of = (count: number): string => `${count} of ${hosts.length} hosts`
  const never = hosts.filter(({ state }) => state === 'idle').length
  const failed = hosts.filter((host) => !wasMeasured(host)).length - never
  const gaps = [
    ...(outcome === 'cancelled' ? ['Stopped before every host was asked.'] : []),
    ...(never > 0 ? [`${of(never)} ${never === 1 ? 'was' : 'were'} never looked at.`] : []),
    ...(failed > 0 ? [`${of(failed)} could not be looked at.`] : []),
  ]
  return gaps.length === 0 ? 'Every host was looked at.' : gaps.join(' ')
}

const attestationOf = ({ host, finding }: PlacedFinding) => ({
  parts: [
    {
      ...{ name: 'statement', ns: NAMESPACE },
      title: proseLine(`${finding.item} ${finding.control} on ${host.name}`),
      prose: prose(`${finding.attestation?.statement ?? ''}\n\n${attestationWords(finding) ?? ''}`),
    },
  ],
})

function findingOf(placed: PlacedFinding) {
  const { host, finding } = placed
  const passed = finding.status === 'pass'
  const failed = finding.status === 'fail'
  const remarks = waiverWords(finding) ?? (passed || failed ? undefined : outcomeWords[finding.status].word)
  return {
    uuid: findingUuid(placed),
    title: proseLine(finding.title),
    description: prose(`${host.name}: ${finding.reason}`),
    target: {
      type: 'objective-id',
      'target-id': finding.control,
      status: {
        state: passed ? 'satisfied' : 'not-satisfied',
        reason: passed ? 'pass' : failed ? 'fail' : 'other',
        ...(remarks !== undefined && { remarks: prose(remarks) }),
      },
    },
    'related-observations': [{ 'observation-uuid': observationUuid(placed) }],
    ...(isRisk(finding) && { 'related-risks': [{ 'risk-uuid': riskUuid(placed) }] }),
  }
}
