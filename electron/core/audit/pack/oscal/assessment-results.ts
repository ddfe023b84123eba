import type { AuditResults, HostAudit } from '#shared/model/audit.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import type { Finding } from '#shared/model/finding.ts'
import { attestationWords, outcomeWords, waiverWords } from '#shared/words.ts'
import { assessmentAssets, inventory, metadata, nistIds, OSCAL_PLAN, reviewedControls } from './common.ts'
import { streamedObject } from './json-stream.ts'
import { eachFinding, findingUuid, isAssessed, isRisk, observationOf, observationUuid, riskOf, riskUuid } from './observations.ts'
import { prose } from './prose.ts'
import { uuidOf } from './uuid.ts'

/** What was found. A check is satisfied only when it passed; what was not measured or is accepted for a while is not. */
export function* assessmentResults(audit: AuditResults, controls: readonly ControlEntry[], now: number): Generator<string> {
  const objectives = new Set(controls.filter((control) => nistIds(control).length > 0).map(({ id }) => id))
  const head = {
    uuid: uuidOf('assessment-results', audit.fleet, audit.startedAt, new Date(now).toISOString()),
    metadata: metadata('Assessment results', audit, now),
    'import-ap': { href: OSCAL_PLAN.replace('oscal/', '') },
  }
  const result = {
    uuid: uuidOf('result', audit.fleet, audit.startedAt, new Date(now).toISOString()),
    title: prose(`Audit of ${audit.fleet}`),
    description: audit.outcome === 'complete' ? 'Every host was asked.' : 'Stopped before every host was asked.',
    start: audit.startedAt,
    end: audit.finishedAt,
    'local-definitions': { 'inventory-items': inventory(audit), 'assessment-assets': assessmentAssets(audit.gatehouse) },
    'reviewed-controls': reviewedControls(controls),
  }
  yield `{"assessment-results":${JSON.stringify(head).slice(0, -1)},"results":[`
  yield* streamedObject(result, {
    attestations: eachFinding(audit, ({ attestation }) => attestation?.state === 'active', attestationOf),
    observations: eachFinding(audit, isAssessed, (host, finding) => observationOf(audit.fleet, host, finding)),
    risks: eachFinding(audit, isRisk, (host, finding) => riskOf(audit.fleet, host, finding)),
    findings: eachFinding(
      audit,
      (finding) => isAssessed(finding) && objectives.has(finding.control),
      (host, finding) => findingOf(audit.fleet, host, finding),
    ),
  })
  yield ']}}\n'
}

const attestationOf = (host: HostAudit, finding: Finding) => ({
  parts: [
    {
      name: 'statement',
      title: prose(`${finding.item} ${finding.control} on ${host.name}`),
      prose: prose(`${finding.attestation?.statement ?? ''}\n\n${attestationWords(finding) ?? ''}`),
    },
  ],
})

function findingOf(fleet: string, host: HostAudit, finding: Finding) {
  const passed = finding.status === 'pass'
  const failed = finding.status === 'fail'
  const remarks = waiverWords(finding) ?? (passed || failed ? undefined : outcomeWords[finding.status].word)
  return {
    uuid: findingUuid(fleet, host.name, finding),
    title: prose(finding.title),
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
    'related-observations': [{ 'observation-uuid': observationUuid(fleet, host.name, finding) }],
    ...(isRisk(finding) && { 'related-risks': [{ 'risk-uuid': riskUuid(fleet, host.name, finding) }] }),
  }
}
