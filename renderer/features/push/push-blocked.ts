import { demoRefusal } from '#shared/model/demo-templates.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'

type Planned = Pick<PushPlan, 'host' | 'danger' | 'template'>

/** Why a plan cannot be pushed now; undefined when it can. `typed`: the name of the host, which the engine asks for, too. */
export function pushBlocked({ host, danger, template }: Planned, typed: string, demo: boolean): string | undefined {
  const refused = demo ? demoRefusal(template.id) : undefined
  return refused ?? (danger === 'lock-out' && typed !== host ? 'Type the name of the host first' : undefined)
}
