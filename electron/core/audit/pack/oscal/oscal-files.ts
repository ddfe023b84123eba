import type { PackFile } from '../pack-file.ts'
import type { PackSources } from '../pack-sources.ts'
import { assessmentPlan } from './assessment-plan.ts'
import { assessmentResults } from './assessment-results.ts'
import { OSCAL_PLAN, OSCAL_RESULTS } from './common.ts'
import { componentDefinition } from './component-definition.ts'
import { planOfAction } from './poam.ts'

/** The four OSCAL documents of a pack. */
export function oscalFiles({ audit, controls, now }: PackSources): PackFile[] {
  const json = (value: object): string[] => [`${JSON.stringify(value, null, 2)}\n`]
  return [
    { path: 'oscal/component-definition.json', pieces: json(componentDefinition(audit, controls, now)) },
    { path: OSCAL_PLAN, pieces: json(assessmentPlan(audit, controls, now)) },
    { path: OSCAL_RESULTS, pieces: assessmentResults(audit, controls, now) },
    { path: 'oscal/poam.json', pieces: planOfAction(audit, now) },
  ]
}
