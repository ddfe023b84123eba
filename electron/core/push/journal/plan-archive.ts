import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PushPlan, pushPlanSchema } from '#shared/model/push-plan.ts'

/** Plans that were carried out, by id: what history shows the differences of. Secrets are masked in a plan. */
export interface PlanArchive {
  /** Throws when it cannot be written; then nothing may be pushed. */
  keep(plan: PushPlan): void
  /** Undefined where none is kept, or what is kept is no plan. */
  find(id: string): PushPlan | undefined
}

/** Files `pushes/<id>.json` (0600) in the data folder. */
export function createPlanArchive(folder: string): PlanArchive {
  const pathOf = (id: string): string | undefined => (/^[0-9a-f-]{36}$/.test(id) ? join(folder, 'pushes', `${id}.json`) : undefined)
  return {
    keep(plan) {
      const path = pathOf(plan.id)
      if (path === undefined) throw new RangeError('the id of a plan is a UUID')
      mkdirSync(join(folder, 'pushes'), { recursive: true, mode: 0o700 })
      writeFileSync(path, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 })
    },
    find(id) {
      const path = pathOf(id)
      if (path === undefined) return undefined
      try {
        return pushPlanSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
      } catch {
        return undefined
      }
    },
  }
}
