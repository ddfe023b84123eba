import type { PushPlan } from '#shared/model/push-plan.ts'

/** Why a plan cannot be pushed now; undefined when it can. `typed`: the name of the host, which the engine asks for, too. */
export function pushBlocked({ host, danger }: Pick<PushPlan, 'host' | 'danger'>, typed: string, drilling: boolean): string | undefined {
  if (drilling) return `The undo of ${host} is being drilled`
  return danger === 'lock-out' && typed !== host ? 'Type the name of the host first' : undefined
}
