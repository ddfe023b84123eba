import type { AuditResults } from '#shared/model/audit.ts'
import { assessmentAssets, inventory, metadata } from './common.ts'
import { streamedObject } from './json-stream.ts'
import { eachFinding, isRisk, observationOf, observationUuid, poamItemUuid, riskOf, riskUuid } from './observations.ts'
import { prose, proseLine } from './prose.ts'
import { uuidOf } from './uuid.ts'

/** What is to be done: one item for each finding that fails or warns. An item without a date has none that anybody agreed to. */
export function* planOfAction(audit: AuditResults, now: number): Generator<string> {
  const { fleet } = audit
  const head = {
    uuid: uuidOf('poam', fleet, audit.startedAt, new Date(now).toISOString()),
    metadata: metadata('Plan of action and milestones', audit, now),
    'system-id': { 'identifier-type': 'http://ietf.org/rfc/rfc4122', id: uuidOf('system', fleet) },
    'local-definitions': { 'inventory-items': inventory(audit.fleet, audit.hosts), 'assessment-assets': assessmentAssets(audit.gatehouse) },
  }
  let items = 0
  yield '{"plan-of-action-and-milestones":'
  yield* streamedObject(head, {
    observations: eachFinding(audit, isRisk, observationOf),
    risks: eachFinding(audit, isRisk, riskOf),
    'poam-items': (function* () {
      yield* eachFinding(audit, isRisk, (placed) => {
        const { host, finding } = placed
        items += 1
        return {
          uuid: poamItemUuid(placed),
          title: proseLine(`${host.name}: ${finding.title}`),
          description: prose(finding.hint ?? finding.reason),
          'related-observations': [{ 'observation-uuid': observationUuid(placed) }],
          'related-risks': [{ 'risk-uuid': riskUuid(placed) }],
        }
      })
      // The model asks for at least one item.
      if (items === 0) yield nothingOpen(audit)
    })(),
  })
  yield '}\n'
}

function nothingOpen(audit: AuditResults) {
  const undecided = [
    ...eachFinding(
      audit,
      ({ status }) => status === 'not-evaluated' || status === 'needs-attestation',
      () => 1,
    ),
  ].length
  const found = 'No check failed or warned on any host.'
  return {
    uuid: uuidOf('poam-item', audit.fleet, 'none'),
    title: undecided === 0 ? 'Nothing is open' : 'Nothing that was measured is open',
    description: undecided === 0 ? found : `${found} ${undecided} could not be decided, as the assessment results say.`,
  }
}
