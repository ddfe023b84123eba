import type { AuditResults } from '#shared/model/audit.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import { metadata, NIST_CATALOGUE, nistIds, props } from './common.ts'
import { prose } from './prose.ts'
import { uuidOf } from './uuid.ts'

/** Which NIST controls the checks of Gatehouse bear on: one requirement for each, that names the checks. */
export function componentDefinition(audit: AuditResults, controls: readonly ControlEntry[], now: number): object {
  const byNist = new Map<string, ControlEntry[]>()
  for (const control of controls) for (const id of nistIds(control)) byNist.set(id, [...(byNist.get(id) ?? []), control])
  return {
    'component-definition': {
      uuid: uuidOf('component-definition', audit.fleet, audit.gatehouse, new Date(now).toISOString()),
      metadata: metadata('Checks of Gatehouse for the fleet', audit, now),
      components: [
        {
          uuid: uuidOf('component', 'inference-host'),
          type: 'service',
          title: 'Self-hosted inference server',
          description: 'A GPU server that serves models, with its proxy, accounts, firewall and files, as Gatehouse checks it.',
          'control-implementations': [
            {
              uuid: uuidOf('control-implementation', 'nist-800-53'),
              source: NIST_CATALOGUE,
              description: 'What is checked on every host. A check covers a part of the control that it is listed under.',
              'implemented-requirements': [...byNist].map(([id, checks]) => ({
                uuid: uuidOf('requirement', id),
                'control-id': id,
                description: prose(checks.map(({ title }) => title).join('. ')),
                ...props({ checks: checks.map((check) => check.id).join(' ') }),
              })),
            },
          ],
        },
      ],
    },
  }
}
