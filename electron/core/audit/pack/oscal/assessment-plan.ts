import type { AuditResults } from '#shared/model/audit.ts'
import { checklist } from '#shared/model/checklist.ts'
import type { ControlEntry } from '#shared/model/control-entry.ts'
import { assessmentAssets, inventory, metadata, nistIds, reviewedControls } from './common.ts'
import { prose, proseLine } from './prose.ts'
import { uuidOf } from './uuid.ts'

/** What is looked at, how and on which hosts. Each check is an objective of the first NIST control that it refers to. */
export function assessmentPlan(audit: AuditResults, controls: readonly ControlEntry[], now: number): object {
  const hosts = inventory(audit.fleet, audit.hosts)
  const noPlan = uuidOf('no-system-security-plan', audit.fleet)
  return {
    'assessment-plan': {
      uuid: uuidOf('assessment-plan', audit.fleet, audit.startedAt, new Date(now).toISOString()),
      metadata: metadata('Assessment plan', audit, now),
      'import-ssp': { href: `#${noPlan}`, remarks: 'No system security plan is kept in OSCAL for this fleet.' },
      'local-definitions': {
        // No system security plan has them, which is where they would be defined.
        'inventory-items': hosts,
        'objectives-and-methods': controls.flatMap((control) => {
          const [id] = nistIds(control)
          return id === undefined ? [] : [{ 'control-id': id, description: prose(control.title), parts: objectiveParts(control) }]
        }),
        activities: checklist.flatMap((item) => {
          const checks = controls.filter((control) => control.item === item.id)
          const description = prose(checks.map(({ title }) => title).join('. '))
          return checks.length === 0
            ? []
            : [{ uuid: uuidOf('activity', item.id), title: proseLine(`${item.id} ${item.title}`), description, props: tested }]
        }),
      },
      'reviewed-controls': reviewedControls(controls),
      'assessment-subjects': [
        {
          type: 'inventory-item',
          'include-subjects': hosts.map(({ uuid }) => ({ 'subject-uuid': uuid, type: 'inventory-item' })),
        },
      ],
      'assessment-assets': assessmentAssets(audit.gatehouse),
      tasks: [{ uuid: uuidOf('task', audit.fleet), type: 'action', title: 'Audit of every host over SSH through the jump host' }],
      'back-matter': {
        resources: [{ uuid: noPlan, title: 'System security plan', description: 'None is kept in OSCAL for this fleet.' }],
      },
    },
  }
}

/** In OSCAL's own namespace, since its constraints ask for it: on an activity, and on the method of an objective. */
const tested = [{ name: 'method', value: 'TEST' }]

/** What must hold, and how it is looked at: a local objective needs both, and the first refers to the second. */
const objectiveParts = ({ id, title, rationale }: ControlEntry) => [
  {
    ...{ id, name: 'assessment-objective', title: proseLine(title) },
    ...{ props: [{ name: 'method-id', value: `${id}-method` }], prose: prose(rationale) },
  },
  {
    ...{ id: `${id}-method`, name: 'assessment-method', props: tested },
    parts: [{ name: 'assessment-objects', prose: 'Every host of the fleet: what it answers to the commands of the probe.' }],
  },
]
