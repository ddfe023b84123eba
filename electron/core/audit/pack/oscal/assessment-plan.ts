import type { AuditResults } from '#shared/model/audit.ts'
import { checklist } from '#shared/model/checklist.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import { hostUuid, metadata, nistIds, reviewedControls, tool, toolUuid } from './common.ts'
import { uuidOf } from './uuid.ts'

export const planUuid = (audit: AuditResults): string => uuidOf('assessment-plan', audit.fleet, audit.startedAt)

/** What is looked at, how and on which hosts. Each check is an objective of the first NIST control that it refers to. */
export function assessmentPlan(audit: AuditResults, controls: readonly ControlEntry[], hosts: readonly string[], now: number): object {
  const noPlan = uuidOf('no-system-security-plan', audit.fleet)
  return {
    'assessment-plan': {
      uuid: planUuid(audit),
      metadata: metadata('Assessment plan', audit, now),
      'import-ssp': { href: `#${noPlan}`, remarks: 'No system security plan is kept in OSCAL for this fleet.' },
      'local-definitions': {
        'objectives-and-methods': controls.flatMap((control) => {
          const [id] = nistIds(control)
          const part = { id: control.id, name: 'objective', title: control.title, prose: control.rationale }
          return id === undefined ? [] : [{ 'control-id': id, description: control.title, parts: [part] }]
        }),
        activities: checklist.flatMap((item) => {
          const checks = controls.filter((control) => control.item === item.id)
          const description = checks.map(({ title }) => title).join('. ')
          return checks.length === 0 ? [] : [{ uuid: uuidOf('activity', item.id), title: `${item.id} ${item.title}`, description }]
        }),
      },
      'reviewed-controls': reviewedControls(controls),
      'assessment-subjects': [
        {
          type: 'inventory-item',
          'include-subjects': hosts.map((host) => ({ 'subject-uuid': hostUuid(audit.fleet, host), type: 'inventory-item' })),
        },
      ],
      'assessment-assets': {
        components: [tool(audit.gatehouse)],
        'assessment-platforms': [
          { uuid: uuidOf('platform', 'console'), title: 'Console', 'uses-components': [{ 'component-uuid': toolUuid }] },
        ],
      },
      tasks: [{ uuid: uuidOf('task', audit.fleet), type: 'action', title: 'Audit of every host over SSH through the jump host' }],
      'back-matter': {
        resources: [{ uuid: noPlan, title: 'System security plan', description: 'None is kept in OSCAL for this fleet.' }],
      },
    },
  }
}
